#pragma once

#include "bounded.hpp"
#include "in_place_semaphore.hpp"
#include "posix_permits.hpp"

namespace handoff::semaphore {
namespace detail {

inline constexpr Info bounded_posix_unnamed_info{
    .name = "bounded_posix_unnamed",
    .mechanism = "POSIX semaphore in the object's own memory, and count of permits taken",
    .source = "sem_init(3)",
    .bounded = true,
    .copies_per_message = 0,
    .syscalls_per_message = 0,
    .largest_capacity = most_posix_permits,
};
inline constexpr SemaphoreFacts bounded_posix_unnamed_facts{};

}  // namespace detail

using BoundedPosixUnnamed =
    InPlaceSemaphore<Bounded<PosixPermits<UnnamedPlace, detail::bounded_posix_unnamed_info>,
                             detail::bounded_posix_unnamed_info>,
                     detail::bounded_posix_unnamed_info, detail::bounded_posix_unnamed_facts>;

}  // namespace handoff::semaphore
