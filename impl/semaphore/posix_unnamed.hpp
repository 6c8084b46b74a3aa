#pragma once

#include "in_place_semaphore.hpp"
#include "posix_permits.hpp"

namespace handoff::semaphore {
namespace detail {

inline constexpr Info posix_unnamed_info{
    .name = "posix_unnamed",
    .mechanism = "POSIX semaphore in the object's own memory",
    .source = "sem_init(3)",
    .bounded = false,
    .copies_per_message = 0,
    .syscalls_per_message = 0,
    .largest_capacity = most_posix_permits,
};
inline constexpr SemaphoreFacts posix_unnamed_facts{};

}  // namespace detail

using PosixUnnamed = InPlaceSemaphore<PosixPermits<UnnamedPlace, detail::posix_unnamed_info>,
                                      detail::posix_unnamed_info, detail::posix_unnamed_facts>;

}  // namespace handoff::semaphore
