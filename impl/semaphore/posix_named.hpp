#pragma once

#include "in_place_semaphore.hpp"
#include "posix_permits.hpp"

namespace handoff::semaphore {
namespace detail {

inline constexpr Info posix_named_info{
    .name = "posix_named",
    .mechanism = "POSIX semaphore that was opened by a name",
    .source = "sem_open(3)",
    .bounded = false,
    .copies_per_message = 0,
    .syscalls_per_message = 0,
    .largest_capacity = most_posix_permits,
};
inline constexpr SemaphoreFacts posix_named_facts{};

}  // namespace detail

using PosixNamed = InPlaceSemaphore<PosixPermits<NamedPlace, detail::posix_named_info>,
                                    detail::posix_named_info, detail::posix_named_facts>;

}  // namespace handoff::semaphore
