#pragma once

#include <boost/interprocess/exceptions.hpp>
#include <cerrno>

#include "../common/boost_time.hpp"
#include "../common/waiting.hpp"

namespace handoff {

/// A lock of Boost.Interprocess under the C++ library's names. Its timed form takes a time of day,
/// and may so end before its time when that is set: it then begins anew.
template <class BoostLock>
class BoostTimedLock {
 public:
  BoostTimedLock() = default;
  template <class... Arguments>
  explicit BoostTimedLock(const Arguments&... arguments) : lock_(arguments...) {}

  void lock() {
    again_after_signals([this] {
      lock_.lock();
      return true;
    });
  }
  bool try_lock() { return lock_.try_lock(); }
  bool try_lock_until(Deadline deadline) {
    if (deadline == never) {
      lock();
      return true;
    }
    while (!again_after_signals([&] { return lock_.timed_lock(time_of_day(deadline)); })) {
      if (detail::passed(deadline)) return false;
    }
    return true;
  }
  void unlock() { lock_.unlock(); }

 private:
  /// A named_mutex does not go on by itself where a handler has run: it raises.
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

  BoostLock lock_;
};

}  // namespace handoff
