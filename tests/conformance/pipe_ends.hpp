#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/conformance/pipe_row.hpp"
#include "tests/conformance/workers.hpp"

/// Two workers that talk over pipes, and what they say.
namespace handoff::conformance {

using Bytes = std::vector<std::byte>;
using Ends = std::vector<std::unique_ptr<AnyPipeEnd>>;
using Talk = std::function<void(AnyPipeEnd&)>;
using TalkOverMany = std::function<void(Ends&)>;

inline constexpr std::size_t mebibyte = 1024 * 1024;

struct Setting {
  const PipeRow& row;
  PipeShape shape;
  std::size_t pipes = 1;                 ///< side by side
  std::function<void()> before = [] {};  ///< runs where the pipes are built, just before
  Clock::duration limit = usual_watchdog;
};

/// Builds pipes and has two workers talk over them, each with its ends. Raises when one throws,
/// dies, or hangs past the limit, naming it.
void converse(const Setting& setting, const TalkOverMany& first, const TalkOverMany& second);

/// The same over one pipe.
void converse(const PipeRow& row, PipeShape shape, const Talk& first, const Talk& second,
              Clock::duration limit = usual_watchdog);

/// Has two processes talk over a pipe, of which the second kills the first, whose number it is
/// told.
void converse_with_a_victim(const PipeRow& row, Direction direction, const Talk& victim,
                            const std::function<void(AnyPipeEnd&, pid_t)>& survivor,
                            Clock::duration limit = usual_watchdog);

/// A pipe of this process alone.
class PipeOnHeap {
 public:
  PipeOnHeap(const PipeRow& row, PipeShape shape);
  ~PipeOnHeap();
  PipeOnHeap(const PipeOnHeap&) = delete;
  PipeOnHeap& operator=(const PipeOnHeap&) = delete;

  std::unique_ptr<AnyPipeEnd> end(unsigned i) { return row_.end(memory_.get(), i); }

 private:
  struct Free {
    std::align_val_t alignment;
    void operator()(void* memory) const { operator delete(memory, alignment); }
  };

  const PipeRow& row_;
  std::unique_ptr<void, Free> memory_;
};

/// A message that differs from every other of another length or number.
Bytes message_of(std::size_t length, std::size_t number = 0);

/// At once, not byte by byte, each of which a sanitizer would look at.
bool are_equal(const Bytes& one, const Bytes& other);

void send_ok(AnyPipeEnd& end, const Bytes& message);
/// Receives into a buffer of one byte more and compares.
void expect_message(AnyPipeEnd& end, const Bytes& expected);
void expect_end_of_file(AnyPipeEnd& end);

/// A pipe whose both ends one worker holds.
class PipeWithEnds {
 public:
  explicit PipeWithEnds(const PipeRow& row) : pipe_(row, {.peers = Peers::threads}) {}

  void pass(unsigned n) {
    Bytes message = message_of(64, n);
    send_ok(*first_, message);
    expect_message(*second_, message);
  }

 private:
  PipeOnHeap pipe_;
  std::unique_ptr<AnyPipeEnd> first_ = pipe_.end(0);
  std::unique_ptr<AnyPipeEnd> second_ = pipe_.end(1);
};

}  // namespace handoff::conformance
