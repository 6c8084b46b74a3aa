#pragma once

#include "joinable.hpp"
#include "mutex_condition.hpp"

namespace handoff {

/// The textbook bounded queue, joinable: what Python's queue.Queue is.
template <class Item, std::size_t Capacity>
class JoinableMutexCondition : public Joinable<MutexCondition<Item, Capacity>> {
 public:
  static constexpr Info info{.name = "joinable_mutex_condition",
                             .mechanism = "mutex_condition with a count of unfinished tasks",
                             .source = "own, over the C++ library",
                             .reach = Reach::threads};
  using Joinable<MutexCondition<Item, Capacity>>::Joinable;
};

}  // namespace handoff
