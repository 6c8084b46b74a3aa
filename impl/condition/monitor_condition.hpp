#pragma once

#include <limits>
#include <string>
#include <system_error>

#include "../common/cpu.hpp"
#include "../common/waiting.hpp"
#include "../common/worker_numbers.hpp"
#include "contract.hpp"
#include "wake_ups.hpp"

namespace handoff::condition {

/// A condition over a lock under which one can sleep and be woken, perhaps for no reason: all that
/// one more mechanism needs is its Info and its facts.
template <class Monitor, const Info& condition_info, const ConditionFacts& condition_facts>
class MonitorCondition {
 public:
  static constexpr const Info& info = condition_info;
  static constexpr const ConditionFacts& facts = condition_facts;

  explicit MonitorCondition(ConditionShape shape) : workers_(info.name, shape.workers) {}

  class Handle {
   public:
    explicit Handle(MonitorCondition& condition) : condition_(&condition) {}

    void lock() {
      monitor().lock();
      holds_ = true;
    }
    void unlock() {
      require_held("unlock");
      holds_ = false;
      monitor().unlock();
    }
    bool wait(Deadline deadline = never) {
      require_held("wait");
      WakeUps::Wait wait(condition_->wake_ups_);
      for (;;) {
        monitor().sleep(deadline);
        if (wait.take()) return true;
        if (handoff::detail::passed(deadline)) return false;
      }
    }
    template <class Predicate>
    bool wait_for(Predicate predicate, Deadline deadline = never) {
      require_held("wait_for");
      while (!predicate()) {
        if (!wait(deadline)) return predicate();
      }
      return true;
    }
    void notify(unsigned n = 1) {
      require_held("notify");
      WakeUps& wake_ups = condition_->wake_ups_;
      const unsigned granted = wake_ups.grant(n);
      if (granted == 0) return;
      if (granted > 1 && wake_ups.sleepers() == 0) {
        monitor().wake_all();
      } else {
        monitor().wake(granted);
      }
    }
    void notify_all() { notify(std::numeric_limits<unsigned>::max()); }

   private:
    Monitor& monitor() { return condition_->monitor_; }
    void require_held(const char* call) const {
      if (holds_) return;
      throw std::system_error(
          std::make_error_code(std::errc::operation_not_permitted),
          std::string(info.name) + ": " + call + " by a worker that does not hold the lock");
    }

    MonitorCondition* condition_;
    bool holds_ = false;
  };

  Handle handle(unsigned worker) {
    workers_.check(info.name, worker);
    return Handle(*this);
  }

 private:
  WorkerNumbers workers_;
  alignas(isolation) Monitor monitor_;  // what it guards lies on other lines
  WakeUps wake_ups_;                    // moves with the lock
};

}  // namespace handoff::condition
