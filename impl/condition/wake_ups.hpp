#pragma once

#include <algorithm>
#include <cstdint>

namespace handoff::condition {

/// How many wake-ups have been granted and taken. With it a condition wakes as many as it is told
/// to, over a way of sleeping that may end for no reason. Everything is done under the lock.
///
/// Each granted wake-up is backed by a waiter that may take it: none is granted to more than wait,
/// and who may take one does not give up while one is left.
class WakeUps {
 public:
  /// A worker's wait, from its beginning to its end.
  class Wait {
   public:
    explicit Wait(WakeUps& wake_ups) : wake_ups_(&wake_ups), granted_before_(wake_ups.granted_) {
      ++wake_ups_->waiting_;
    }
    ~Wait() { wake_ups_->leave(); }
    Wait(const Wait&) = delete;
    Wait& operator=(const Wait&) = delete;

    /// Takes a wake-up, if one is left and was granted since this wait began. The wait is then
    /// over.
    bool take() {
      if (wake_ups_->granted_ == granted_before_ || wake_ups_->outstanding() == 0) return false;
      ++wake_ups_->taken_;
      return true;
    }

   private:
    WakeUps* wake_ups_;
    std::uint64_t granted_before_;
  };

  /// Those who wait and have no wake-up due.
  unsigned sleepers() const { return waiting_ - static_cast<unsigned>(outstanding()); }
  /// Grants at most as many as there are sleepers; returns how many that were.
  unsigned grant(unsigned n) {
    n = std::min(n, sleepers());
    granted_ += n;
    return n;
  }

 private:
  std::uint64_t outstanding() const { return granted_ - taken_; }
  /// Who leaves with an error takes a wake-up along where nobody is left to take it.
  void leave() {
    --waiting_;
    taken_ += outstanding() - std::min<std::uint64_t>(outstanding(), waiting_);
  }

  unsigned waiting_ = 0;
  std::uint64_t granted_ = 0;
  std::uint64_t taken_ = 0;
};

}  // namespace handoff::condition
