#pragma once

#include "bounded.hpp"
#include "in_place_semaphore.hpp"
#include "permit_count.hpp"

namespace handoff::semaphore {
namespace detail {

template <class Wait>
inline constexpr Info bounded_atomic_count_info{
    .name = "bounded_atomic_count",
    .policy = Wait::name,
    .mechanism = "count of free permits in one word, and count of those taken",
    .bounded = true,
    .waiting = Wait::waiting,
    .copies_per_message = 0,
    .syscalls_per_message = 0,
    .largest_capacity = [] { return PermitCount<Wait>::most; },
};
inline constexpr SemaphoreFacts bounded_atomic_count_facts{};

}  // namespace detail

template <class Wait>
using BoundedAtomicCount =
    InPlaceSemaphore<Bounded<PermitCount<Wait>, detail::bounded_atomic_count_info<Wait>>,
                     detail::bounded_atomic_count_info<Wait>, detail::bounded_atomic_count_facts>;

}  // namespace handoff::semaphore
