#pragma once

#include <unistd.h>

#include <utility>

namespace handoff {

/// Owns one descriptor of this process; -1 is none.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    if (this != &other) reset(other.release());
    return *this;
  }
  ~Descriptor() { reset(); }

  int get() const { return number_; }
  int release() { return std::exchange(number_, -1); }
  void reset(int number = -1) {
    if (number_ != -1) ::close(number_);
    number_ = number;
  }

 private:
  int number_ = -1;
};

}  // namespace handoff
