#pragma once

#include "../common/cpu.hpp"
#include "contract.hpp"

namespace handoff::semaphore {

/// A semaphore that is the same to all workers: all that one more mechanism needs is its Info and
/// its facts. A mechanism is built with its first permits, and has what a handle has.
template <class Mechanism, const Info& its_info, const SemaphoreFacts& its_facts>
class InPlaceSemaphore {
 public:
  static constexpr const Info& info = its_info;
  static constexpr const SemaphoreFacts& facts = its_facts;

  explicit InPlaceSemaphore(SemaphoreShape shape)
      : workers_((check_shape(info, shape), shape.workers)), mechanism_(shape.permits) {}

  class Handle {
   public:
    explicit Handle(Mechanism& mechanism) : mechanism_(&mechanism) {}

    void acquire() { mechanism_->acquire(); }
    bool try_acquire() { return mechanism_->try_acquire(); }
    bool try_acquire_until(Deadline deadline) requires TimedSemaphoreHandle<Mechanism> {
      if (deadline == at_once) return try_acquire();
      if (deadline != never) return mechanism_->try_acquire_until(deadline);
      acquire();
      return true;
    }
    void release(std::size_t n = 1) {
      if (n == 0) throw std::invalid_argument(std::string(info.name) + ": a release of 0 permits");
      mechanism_->release(n);
    }
    std::size_t value() const requires CountedSemaphoreHandle<Mechanism> {
      return mechanism_->value();
    }

   private:
    Mechanism* mechanism_;
  };

  Handle handle(unsigned worker) {
    if (worker < workers_) return Handle(mechanism_);
    throw std::out_of_range(std::string(info.name) + ": worker " + std::to_string(worker) + " of " +
                            std::to_string(workers_));
  }

 private:
  unsigned workers_;
  alignas(isolation) Mechanism mechanism_;  // what workers do beside it lies on other lines
};

}  // namespace handoff::semaphore
