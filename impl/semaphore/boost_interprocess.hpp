#pragma once

#include <boost/date_time/posix_time/posix_time_types.hpp>
#include <boost/interprocess/sync/interprocess_semaphore.hpp>
#include <cerrno>

#include "../common/waiting.hpp"
#include "in_place_semaphore.hpp"
#include "posix_permits.hpp"

namespace handoff::semaphore {
namespace detail {

inline constexpr Info boost_interprocess_info{
    .name = "boost_interprocess",
    .mechanism = "interprocess_semaphore",
    .source = "Boost.Interprocess",
    .bounded = false,
    .copies_per_message = 0,
    .syscalls_per_message = 0,
    .largest_capacity = most_posix_permits,  // over which it lies
};
inline constexpr SemaphoreFacts boost_interprocess_facts{};

}  // namespace detail

/// Boost's semaphore. Its timed form takes a time of day, and may so end before its time when that
/// is set: it then begins anew.
class BoostPermits {
 public:
  explicit BoostPermits(std::size_t permits) : permits_(static_cast<unsigned>(permits)) {}

  void acquire() {
    (void)again_after_signals([this] {
      permits_.wait();
      return true;
    });
  }
  bool try_acquire() { return permits_.try_wait(); }
  bool try_acquire_until(Deadline deadline) {
    while (!again_after_signals([&] { return permits_.timed_wait(time_of_day(deadline)); })) {
      if (handoff::detail::passed(deadline)) return false;
    }
    return true;
  }
  void release(std::size_t n) {
    if (n > most_posix_permits()) refuse(n);
    for (std::size_t given = 0; given < n; ++given) {
      try {
        permits_.post();
      } catch (const boost::interprocess::interprocess_exception& error) {
        if (error.get_native_error() != EOVERFLOW) throw;
        refuse(n - given);
      }
    }
  }

 private:
  [[noreturn]] static void refuse(std::size_t n) {
    throw LimitError(detail::boost_interprocess_info.name, "release", n, most_posix_permits(),
                     "with those that are free");
  }
  /// It does not go on by itself where a handler has run: it raises.
  template <class Call>
  static bool again_after_signals(Call call) {
    for (;;) {
      try {
        return call();
      } catch (const boost::interprocess::interprocess_exception& error) {
        if (error.get_native_error() != EINTR) throw;
      }
    }
  }
  static boost::posix_time::ptime time_of_day(Deadline deadline) {
    const auto left = std::chrono::ceil<std::chrono::microseconds>(deadline - Clock::now());
    return boost::posix_time::microsec_clock::universal_time() +
           boost::posix_time::microseconds(left.count());
  }

  boost::interprocess::interprocess_semaphore permits_;
};

using BoostInterprocess = InPlaceSemaphore<BoostPermits, detail::boost_interprocess_info,
                                           detail::boost_interprocess_facts>;

}  // namespace handoff::semaphore
