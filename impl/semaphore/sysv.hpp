#pragma once

#include "in_place_semaphore.hpp"
#include "sysv_permits.hpp"

namespace handoff::semaphore {
namespace detail {

inline constexpr Info sysv_info{
    .name = "sysv",
    .mechanism = "System V semaphore",
    .source = "semop(2)",
    .bounded = false,
    .copies_per_message = 0,
    .syscalls_per_message = 2,
    .largest_capacity = most_sysv_permits,
    .unavailable = handoff::detail::why_no_sysv_semaphore,
};
inline constexpr SemaphoreFacts sysv_facts{};
inline constexpr short sysv_flags = 0;

}  // namespace detail

using Sysv = InPlaceSemaphore<SysvPermits<detail::sysv_flags, detail::sysv_info>, detail::sysv_info,
                              detail::sysv_facts>;

}  // namespace handoff::semaphore
