#pragma once

#include <cstddef>

#if defined(__x86_64__) || defined(__i386__)
#include <immintrin.h>
#endif

namespace handoff {

/// Two lines of 64 bytes: x86 prefetchers fetch lines in adjacent pairs, so that data 64 bytes
/// apart still travels together; some arm64 parts have lines of 128 bytes.
inline constexpr std::size_t isolation = 128;
inline constexpr std::size_t cache_line = 64;

/// Tells the processor that this is a spin loop.
inline void cpu_relax() {
#if defined(__x86_64__) || defined(__i386__)
  _mm_pause();
#elif defined(__aarch64__)
  asm volatile("yield" ::: "memory");
#endif
}

}  // namespace handoff
