#pragma once

#include "in_place_semaphore.hpp"
#include "permit_count.hpp"

namespace handoff::semaphore {
namespace detail {

template <class Wait>
inline constexpr Info atomic_count_info{
    .name = "atomic_count",
    .policy = Wait::name,
    .mechanism = "count of free permits in one word",
    .bounded = false,
    .waiting = Wait::waiting,
    .copies_per_message = 0,
    .syscalls_per_message = 0,
    .largest_capacity = [] { return PermitCount<Wait>::most; },
};
inline constexpr SemaphoreFacts atomic_count_facts{};

}  // namespace detail

template <class Wait>
using AtomicCount = InPlaceSemaphore<PermitCount<Wait>, detail::atomic_count_info<Wait>,
                                     detail::atomic_count_facts>;

}  // namespace handoff::semaphore
