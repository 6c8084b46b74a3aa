#pragma once

#include <string>
#include <string_view>
#include <system_error>

#include "../common/locks/hand_over.hpp"

namespace handoff {

/// A worker's part in a lock that the kernel keeps without looking who lets go: whether it holds
/// the lock, and what hands over what it guards.
class Holding {
 public:
  explicit Holding(HandOver& hand_over) : hand_over_(&hand_over) {}

  /// Returns whether it has locked.
  bool begin(bool has_locked = true) {
    holds_ = has_locked;
    if (holds_) hand_over_->take();
    return holds_;
  }
  /// To be called before it lets go. Raises when it does not hold the lock.
  void end(std::string_view lock) {
    if (!holds_) {
      throw std::system_error(std::make_error_code(std::errc::operation_not_permitted),
                              std::string(lock) + ": unlock by a worker that does not hold it");
    }
    holds_ = false;
    hand_over_->give();
  }

 private:
  HandOver* hand_over_;
  bool holds_ = false;
};

}  // namespace handoff
