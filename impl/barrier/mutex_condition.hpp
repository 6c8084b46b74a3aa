#pragma once

#include <limits>
#include <mutex>

#include "../common/pthread_monitor.hpp"
#include "../common/waiting.hpp"
#include "generation.hpp"
#include "in_place_barrier.hpp"

namespace handoff::barrier {
namespace detail {

inline constexpr Info mutex_condition_info{
    .name = "mutex_condition",
    .mechanism = "round, arrivals and breaks under a process-shared mutex, with a condition",
    .source = "pthread_cond_wait(3)",
    .copies_per_message = 0,
    .syscalls_per_message = 0,
};
inline constexpr BarrierFacts mutex_condition_facts{
    .most_parties = std::numeric_limits<decltype(Generation::arrived)>::max()};

class MutexConditionMechanism {
 public:
  explicit MutexConditionMechanism(const BarrierShape& shape)
      : parties_(shape.parties), action_(shape.action) {}

  class Party {
   public:
    Party(MutexConditionMechanism& barrier, unsigned) : barrier_(&barrier) {}

    unsigned wait(Deadline deadline = never) { return barrier_->wait(deadline); }
    void abort() { barrier_->change_locked(broken); }
    void reset() { barrier_->change_locked(whole_again); }
    bool is_broken() const { return barrier_->look().is_broken(); }
    unsigned waiting() const { return barrier_->look().arrived; }

   private:
    MutexConditionMechanism* barrier_;
  };

 private:
  unsigned wait(Deadline deadline) {
    const std::scoped_lock lock(monitor_);
    if (state_.is_broken()) raise("broken");
    state_ = with_arrival(state_);
    const Generation came = state_;
    const auto index = static_cast<unsigned>(parties_ - came.arrived);
    if (index == 0) {
      end_round();
      return index;
    }
    while (passage(came, state_) == Passage::waits) {
      if (handoff::detail::passed(deadline)) {
        change(broken);
        raise("not all parties came in time");
      }
      monitor_.sleep(deadline);
    }
    if (passage(came, state_) == Passage::broken) raise("broken");
    return index;
  }
  void end_round() {
    try {
      action_();
    } catch (...) {
      change(broken);
      throw;
    }
    change(next_round);
  }
  void change(Generation (*to)(Generation)) {
    state_ = to(state_);
    monitor_.wake_all();
  }
  void change_locked(Generation (*to)(Generation)) {
    const std::scoped_lock lock(monitor_);
    change(to);
  }
  Generation look() {
    const std::scoped_lock lock(monitor_);
    return state_;
  }
  [[noreturn]] static void raise(const char* why) {
    throw BrokenBarrier(mutex_condition_info.name, why);
  }

  unsigned parties_;
  BarrierAction action_;
  PthreadMonitor monitor_;
  Generation state_;
};

}  // namespace detail

using MutexCondition = InPlaceBarrier<detail::MutexConditionMechanism, detail::mutex_condition_info,
                                      detail::mutex_condition_facts>;

}  // namespace handoff::barrier
