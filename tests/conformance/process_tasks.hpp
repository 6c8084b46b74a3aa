#pragma once

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <functional>
#include <string>

#include "impl/common/descriptor.hpp"
#include "impl/common/poll.hpp"
#include "tests/conformance/process_row.hpp"
#include "tests/conformance/workers.hpp"

/// What the workers of the checks do, and what the checks see of them.
namespace handoff::conformance {

/// For what comes at once, where the machine is not busy.
inline constexpr Clock::duration usual_patience = usual_watchdog / 4;
/// For names of others to go away: compilers' files, for one.
inline constexpr Clock::duration names_patience = usual_watchdog / 2;
inline Deadline soon() { return after(usual_patience); }

/// A pipe through which workers are told and tell; both ends close-on-exec. Forked workers hold
/// copies of both, so that the end of file tells nothing.
class Line {
 public:
  Line() {
    int ends[2];
    require(::pipe2(ends, O_CLOEXEC) == 0, "no pipe is to be had");
    reading_.reset(ends[0]);
    writing_.reset(ends[1]);
  }
  int reading() const { return reading_.get(); }
  int writing() const { return writing_.get(); }
  /// Becomes readable, for all who wait: nobody takes what is written.
  void release() const { require(::write(writing(), "!", 1) == 1, "nobody is told"); }
  void hang_up() { writing_.reset(); }

 private:
  Descriptor reading_;
  Descriptor writing_;
};

/// Also where a check fails: else its threads would wait for long.
class ReleasedInTheEnd {
 public:
  explicit ReleasedInTheEnd(const Line& line) : line_(line) {}
  ~ReleasedInTheEnd() { line_.release(); }
  ReleasedInTheEnd(const ReleasedInTheEnd&) = delete;
  ReleasedInTheEnd& operator=(const ReleasedInTheEnd&) = delete;

 private:
  const Line& line_;
};

inline bool is_readable(int descriptor, Deadline deadline) {
  pollfd entry{.fd = descriptor, .events = POLLIN, .revents = 0};
  return poll_until(std::span(&entry, 1), deadline) > 0;
}

/// One number; raises at the end of file, or when none comes in time.
inline std::int64_t read_number(int descriptor, Clock::duration patience = usual_patience) {
  require(is_readable(descriptor, after(patience)), "no number came in time");
  std::int64_t number = 0;
  require(::read(descriptor, &number, sizeof(number)) == sizeof(number), "no number will come");
  return number;
}

inline void write_number(int descriptor, std::int64_t number) {
  require(::write(descriptor, &number, sizeof(number)) == sizeof(number), "a number is lost");
}

inline int give_first_number(const Numbers& numbers, const WorkerSelf& /*self*/) {
  return static_cast<int>(numbers[0]);
}

/// Tells the sum of two of its numbers, and whether it has the name that it should have.
inline int tell_name(const Numbers& numbers, const WorkerSelf& self) {
  bool right = self.name == "a name of its own" && self.descriptors.size() == 1;
  write_number(self.descriptors[0], numbers[0] + numbers[3]);
  return right ? EXIT_SUCCESS : EXIT_FAILURE;
}

/// Until its line is released, or its check has failed long ago.
inline int wait_for_line(const Numbers& numbers, const WorkerSelf& self) {
  (void)is_readable(self.descriptors[0], after(usual_watchdog / 2));
  return static_cast<int>(numbers[0]);
}

/// A worker that ends when the line is released.
inline StartedWorker start_waiting(const ProcessRow& row, const Line& line, int code = 0,
                                   const char* name = "waiting", bool daemon = false) {
  return row.start(wait_for_line, {code},
                   {.name = name, .daemon = daemon, .descriptors = {line.reading()}});
}

inline void require_joined(AnyWorker& worker, const std::string& which = "a worker") {
  require(worker.join(soon()), which + " does not end");
}

/// Raises unless `attempt()` raises an exception of this type, whose text holds `word`.
template <class Error>
void require_raises(const std::function<void()>& attempt, const std::string& word,
                    const std::string& what) {
  try {
    attempt();
  } catch (const Error& error) {
    require(std::string(error.what()).find(word) != std::string::npos,
            what + " says only: " + error.what());
    return;
  }
  throw std::runtime_error(what + " does not raise");
}

}  // namespace handoff::conformance
