#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "status.hpp"

namespace handoff {

/// How many workers an object is for: raises for none, and for more than any machine has use for.
inline unsigned checked_workers(std::string_view object, unsigned workers) {
  constexpr unsigned most = 4096;
  if (workers == 0) {
    throw std::invalid_argument(std::string(object) + ": 0 workers, where the least is 1");
  }
  if (workers > most) throw LimitError(object, "number of workers", workers, most);
  return workers;
}

/// How many workers an object is built for, and that it is asked for no others.
class NumberedWorkers {
 public:
  NumberedWorkers(std::string_view object, unsigned workers)
      : count_(checked_workers(object, workers)) {}

  /// The object, for the worker of that number.
  template <class Object>
  Object& for_worker(Object& object, unsigned i) const {
    if (i < count_) return object;
    throw std::out_of_range(std::string(Object::info.name) + ": worker " + std::to_string(i) +
                            ", where the last is " + std::to_string(count_ - 1));
  }

 private:
  unsigned count_;
};

}  // namespace handoff
