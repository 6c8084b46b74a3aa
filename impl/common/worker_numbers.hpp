#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

#include "info.hpp"
#include "status.hpp"

namespace handoff {

/// Of how many workers an object is, and that its handles are asked for by no other.
class WorkerNumbers {
 public:
  WorkerNumbers(std::string_view object, std::size_t size, std::size_t largest = unlimited)
      : size_(size) {
    if (size_ == 0) throw std::invalid_argument(std::string(object) + ": a crew of 0 workers");
    if (size_ > largest) throw LimitError(object, "a crew", size_, largest);
  }
  void check(std::string_view object, unsigned worker) const {
    if (worker < size_) return;
    throw std::out_of_range(std::string(object) + ": worker " + std::to_string(worker) + " of " +
                            std::to_string(size_));
  }

 private:
  std::size_t size_;
};

}  // namespace handoff
