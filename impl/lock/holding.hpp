#pragma once

#include <string>
#include <string_view>
#include <system_error>

namespace handoff {

/// Whether a handle holds its lock, for mechanisms that do not look who lets go.
class Holding {
 public:
  void begin() { holds_ = true; }
  bool begin_if(bool locked) { return holds_ = locked; }
  /// Raises when it does not hold it.
  void end(std::string_view lock) {
    if (!holds_) {
      throw std::system_error(std::make_error_code(std::errc::operation_not_permitted),
                              std::string(lock) + ": unlock by a worker that does not hold it");
    }
    holds_ = false;
  }

 private:
  bool holds_ = false;
};

}  // namespace handoff
