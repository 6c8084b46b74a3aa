#pragma once

/// What this is built for that makes everything slower.
namespace handoff::conformance {

/// A sanitizer, which also calls the kernel itself.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool sanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
inline constexpr bool sanitized = true;
#else
inline constexpr bool sanitized = false;
#endif
#else
inline constexpr bool sanitized = false;
#endif

/// Other atomic variables in the own algorithms.
#ifdef HANDOFF_ATOMIC
inline constexpr bool delayed = true;
#else
inline constexpr bool delayed = false;
#endif

}  // namespace handoff::conformance
