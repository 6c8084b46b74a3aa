#pragma once

/// What this is built for that makes everything slower.
namespace handoff::conformance {

#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool address_sanitized = true;
#elif defined(__has_feature)
inline constexpr bool address_sanitized = __has_feature(address_sanitizer);
#else
inline constexpr bool address_sanitized = false;
#endif

#if defined(__SANITIZE_THREAD__)
inline constexpr bool thread_sanitized = true;
#elif defined(__has_feature)
inline constexpr bool thread_sanitized = __has_feature(thread_sanitizer);
#else
inline constexpr bool thread_sanitized = false;
#endif

/// A sanitizer, which also calls the kernel itself.
inline constexpr bool sanitized = address_sanitized || thread_sanitized;

/// Other atomic variables in the own algorithms.
#ifdef HANDOFF_ATOMIC
inline constexpr bool delayed = true;
#else
inline constexpr bool delayed = false;
#endif

}  // namespace handoff::conformance
