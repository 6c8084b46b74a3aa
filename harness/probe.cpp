#include "harness/probe.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <exception>
#include <thread>
#include <vector>

#include "harness/clock.hpp"
#include "harness/median.hpp"
#include "harness/placement.hpp"
#include "impl/common/cpu.hpp"

namespace handoff::harness {
namespace {

/// Even: the asker's turn. Odd: the answerer's. The highest value ends it.
using Word = std::uint64_t;
constexpr Word stop = ~Word{0};
/// Enough for the clock (some 30 ns) to vanish in a block of round trips of 19 ns or more.
constexpr int trips_per_block = 100;
/// Fewer blocks do not make a median that one interruption cannot move.
constexpr std::size_t fewest_blocks = 5;
/// Attempts between two looks at the clock: rare enough not to count, and soon over.
constexpr int attempts_per_look = 4096;
/// For both threads to get going on a busy machine.
constexpr std::int64_t start_limit_ns = 100'000'000;

class Bounce {
 public:
  explicit Bounce(std::int64_t budget_ns) : budget_ns_(budget_ns) {}

  /// Measures, from `cpu`. Only this side looks at the clock.
  void ask(int cpu) {
    Ending ending(line_);
    pin_this_thread(cpu);
    deadline_ns_ = now_ns() + start_limit_ns;
    if (!trip() || !trip()) return;  // the second shows that the answerer runs
    deadline_ns_ = now_ns() + budget_ns_;
    while (measure_block()) {
    }
  }

  void answer(int cpu) {
    Ending ending(line_);
    pin_this_thread(cpu);
    for (Word turn = 1;; turn += 2) {
      Word seen = pass(turn);
      while (seen != turn) {
        if (seen == stop) return;
        seen = pass(turn);
      }
    }
  }

  Probe result() {
    if (blocks_.size() < fewest_blocks) return {};
    return {.round_trip_ns = median(blocks_), .measured = true};
  }

 private:
  using Line = std::atomic<Word>;

  /// However one side ends, also by an exception, the other stops waiting for it.
  class Ending {
   public:
    explicit Ending(Line& line) : line_(line) {}
    ~Ending() { line_.store(stop, std::memory_order_relaxed); }  // carries no other data
    Ending(const Ending&) = delete;
    Ending& operator=(const Ending&) = delete;

   private:
    Line& line_;
  };

  /// Gives the line to the other side if it is our turn; returns what it held. Waiting by
  /// compare-and-swap gets the line in a writable state at once. Waiting by loads gets it
  /// read-only, and between SMT siblings each change of the line also throws away the loads made
  /// ahead: 62 ns there (29 with pauses) where this takes 20. Between cores the two are alike (48
  /// to 59, 51 to 62), and pauses only add to them. So this is the floor. Acquire and release, as
  /// a real message would need.
  Word pass(Word turn) {
    Word seen = turn;
    line_.compare_exchange_strong(seen, turn + 1, std::memory_order_acq_rel,
                                  std::memory_order_relaxed);
    return seen;
  }

  /// Waits for the answer to the last question and asks the next. False when time is over.
  bool trip() {
    while (true) {
      for (int attempt = 0; attempt < attempts_per_look; ++attempt) {
        if (pass(turn_) == turn_) {
          turn_ += 2;
          return true;
        }
      }
      if (now_ns() > deadline_ns_ || line_.load(std::memory_order_relaxed) == stop) return false;
    }
  }

  bool measure_block() {
    std::int64_t begin = now_ns();
    for (int i = 0; i < trips_per_block; ++i) {
      if (!trip()) return false;
    }
    std::int64_t end = now_ns();
    blocks_.push_back(static_cast<double>(end - begin) / trips_per_block);
    return end < deadline_ns_;
  }

  alignas(isolation) Line line_{0};
  alignas(isolation) Word turn_ = 0;  // from here on the asker's own
  std::int64_t budget_ns_;
  std::int64_t deadline_ns_ = 0;
  std::vector<double> blocks_;
};

/// Runs until its end, and keeps what it threw.
class Side {
 public:
  template <class Work>
  explicit Side(Work work)
      : thread_([this, work] {
          try {
            work();
          } catch (...) {
            error_ = std::current_exception();
          }
        }) {}

  void join() {
    thread_.join();
    if (error_) std::rethrow_exception(error_);
  }

 private:
  std::exception_ptr error_;
  std::jthread thread_;  // last: it uses the error
};

}  // namespace

Probe probe_cache_line(int cpu_a, int cpu_b, std::chrono::nanoseconds budget) {
  if (cpu_a == cpu_b || cpu_a == Placement::not_pinned || cpu_b == Placement::not_pinned) return {};
  return bounce_cache_line(cpu_a, cpu_b, budget);
}

Probe bounce_cache_line(int cpu_a, int cpu_b, std::chrono::nanoseconds budget) {
  Bounce bounce(budget.count());
  Side answerer([&] { bounce.answer(cpu_b); });
  Side asker([&] { bounce.ask(cpu_a); });
  asker.join();
  answerer.join();
  return bounce.result();
}

bool probe_moved(double before, double after) {
  if (!(before > 0) || !(after > 0)) return false;
  return std::max(before, after) > mode_ratio * std::min(before, after);
}

bool probe_moved(const Probe& before, const Probe& after) {
  if (before.measured != after.measured) return true;
  return before.measured && probe_moved(before.round_trip_ns, after.round_trip_ns);
}

}  // namespace handoff::harness
