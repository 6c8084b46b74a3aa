#pragma once

#include <unistd.h>

#include <stdexcept>
#include <string>
#include <utility>

#include "contract.hpp"

namespace handoff {

/// The numbers of what one end sends to and receives from: -1 where it does not, and both the
/// same where one descriptor does both.
struct EndNumbers {
  int in = -1;
  int out = -1;

  void close() const {
    if (in != -1) ::close(in);
    if (out != -1 && out != in) ::close(out);
  }
};

/// End `i` of a pair of sockets, of which each both sends and receives in a duplex pipe.
inline EndNumbers socket_end(Direction direction, unsigned i, int socket) {
  bool duplex = direction == Direction::duplex;
  return {.in = duplex || i == 1 ? socket : -1, .out = duplex || i == 0 ? socket : -1};
}

/// The descriptors of one end, owned.
class EndDescriptors {
 public:
  explicit EndDescriptors(EndNumbers numbers) : numbers_(numbers) {}
  EndDescriptors(EndDescriptors&& other) noexcept
      : numbers_(std::exchange(other.numbers_, EndNumbers{})) {}
  EndDescriptors& operator=(EndDescriptors&& other) noexcept {
    std::swap(numbers_, other.numbers_);
    return *this;
  }
  ~EndDescriptors() { close(); }

  void close() { std::exchange(numbers_, EndNumbers{}).close(); }
  /// Now the caller's to close.
  EndNumbers release() { return std::exchange(numbers_, EndNumbers{}); }
  int input() const { return numbers_.in; }
  /// Raises std::logic_error where the end does not carry messages that way, or is closed.
  int input_or_raise(std::string_view pipe) const {
    return usable(numbers_.in, pipe, "does not receive");
  }
  int output_or_raise(std::string_view pipe) const {
    return usable(numbers_.out, pipe, "does not send");
  }

 private:
  static int usable(int number, std::string_view pipe, const char* fault) {
    if (number != -1) return number;
    throw std::logic_error(std::string(pipe) + ": this end " + fault + ", or is closed");
  }

  EndNumbers numbers_;
};

/// Both ends of a pipe from its building until the workers have taken theirs.
///
/// Between processes it lies in shared memory while each process has descriptors of its own under
/// the same numbers; so the numbers never change, and only the building process writes here.
class UntakenEnds {
 public:
  /// Takes over the descriptors.
  UntakenEnds(Peers peers, EndNumbers first, EndNumbers second)
      : peers_(peers), builder_(getpid()), ends_{first, second} {}
  ~UntakenEnds() { abandon(); }
  UntakenEnds(const UntakenEnds&) = delete;
  UntakenEnds& operator=(const UntakenEnds&) = delete;

  /// End `i`, now the caller's; a process thereby closes the other one.
  EndDescriptors take(std::string_view pipe, unsigned i) {
    check_end(pipe, i);
    bool builder = getpid() == builder_;
    if (builder && !held_[i]) {
      throw std::logic_error(std::string(pipe) + ": end " + std::to_string(i) +
                             " was taken before");
    }
    if (builder) held_[i] = false;
    if (peers_ == Peers::processes) {
      if (builder) held_[1 - i] = false;
      ends_[1 - i].close();
    }
    return EndDescriptors(ends_[i]);
  }

  /// Closes what the building process still holds.
  void abandon() {
    if (getpid() != builder_) return;
    for (unsigned i = 0; i < 2; ++i) {
      if (std::exchange(held_[i], false)) ends_[i].close();
    }
  }

 private:
  Peers peers_;
  pid_t builder_;
  EndNumbers ends_[2];
  bool held_[2] = {true, true};
};

}  // namespace handoff
