#pragma once

#include <pthread.h>

#include <limits>

#include "../common/locks/process_shared_mutex.hpp"
#include "in_place_barrier.hpp"

namespace handoff::barrier {
namespace detail {

class PthreadMechanism {
 public:
  explicit PthreadMechanism(const BarrierShape& shape) : action_(shape.action) {
    pthread_barrierattr_t attributes;
    pthread_barrierattr_init(&attributes);
    pthread_barrierattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    const int error = pthread_barrier_init(&barrier_, &attributes, shape.parties);
    pthread_barrierattr_destroy(&attributes);
    handoff::detail::check_pthread(error, "pthread_barrier_init");
  }
  // No destruction: it hangs for ever when a party was killed inside, and the object holds nothing
  // outside itself.
  PthreadMechanism(const PthreadMechanism&) = delete;
  PthreadMechanism& operator=(const PthreadMechanism&) = delete;

  class Party {
   public:
    Party(PthreadMechanism& barrier, unsigned) : barrier_(&barrier) {}

    unsigned wait() {
      const unsigned index = barrier_->pass();
      if (!barrier_->action_) return index;
      if (index == 0) barrier_->action_();
      barrier_->pass();
      return index;
    }

   private:
    PthreadMechanism* barrier_;
  };

 private:
  /// 0 to one, 1 to the others.
  unsigned pass() {
    const int result = pthread_barrier_wait(&barrier_);
    if (result == PTHREAD_BARRIER_SERIAL_THREAD) return 0;
    handoff::detail::check_pthread(result, "pthread_barrier_wait");
    return 1;
  }

  pthread_barrier_t barrier_;
  BarrierAction action_;
};

inline constexpr Info pthread_barrier_info{
    .name = "pthread_barrier",
    .mechanism = "a process-shared barrier; twice, where there is an action",
    .source = "pthread_barrier_wait(3)",
    .copies_per_message = 0,
    .syscalls_per_message = 1,  // wakes whether anybody sleeps or not
};
inline constexpr BarrierFacts pthread_barrier_facts{
    .most_parties = std::numeric_limits<unsigned>::max() / 2 - 1,  // glibc's; POSIX states none
};

}  // namespace detail

using PthreadBarrier = InPlaceBarrier<detail::PthreadMechanism, detail::pthread_barrier_info,
                                      detail::pthread_barrier_facts>;

}  // namespace handoff::barrier
