#pragma once

#include "joinable.hpp"
#include "mutex_condition.hpp"

namespace handoff {
namespace detail {

inline constexpr Info joinable_mutex_condition_info{
    .name = "joinable_mutex_condition",
    .mechanism = "mutex_condition with a count of unfinished tasks",
    .source = "own, over the C++ library",
    .reach = Reach::threads,
};

}  // namespace detail

/// The textbook bounded queue, joinable: what Python's queue.Queue is.
template <class Item, std::size_t Capacity>
using JoinableMutexCondition =
    Joinable<MutexCondition<Item, Capacity>, detail::joinable_mutex_condition_info>;

}  // namespace handoff
