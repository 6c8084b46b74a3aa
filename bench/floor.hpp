#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <memory>
#include <stdexcept>

#include "bench/message.hpp"
#include "bench/round_trips.hpp"
#include "harness/crew.hpp"
#include "impl/common/cpu.hpp"
#include "impl/common/futex.hpp"

/// What the hardware and the kernel allow: each object below does one thing and nothing else.
namespace handoff::bench {

/// One cache line handed to the other CPU and back, by plain stores and loads. No pause in the
/// loops: the line is wanted as soon as it can come.
class CacheLineRoundTrip {
 public:
  harness::Body join(harness::Seat& seat) {
    if (seat.worker == 0) {
      return [this, trips = RoundTrips(seat)](std::uint64_t count) mutable {
        trips.run(count, [this](std::uint64_t) {
          std::uint64_t asked = word_.load(std::memory_order_relaxed) + 1;  // our own last word
          word_.store(asked, std::memory_order_release);
          while (word_.load(std::memory_order_acquire) == asked) {
          }
        });
      };
    }
    return [this](std::uint64_t count) {
      for (std::uint64_t n = 0; n < count; ++n) {
        std::uint64_t asked = 0;
        while ((asked = word_.load(std::memory_order_acquire)) % 2 == 0) {
        }
        word_.store(asked + 1, std::memory_order_release);
      }
    };
  }

 private:
  alignas(isolation) std::atomic<std::uint64_t> word_{0};
};

/// A cache line for each way, as two queues have them: unlike with a single line, who writes has
/// first to take the line from who looks at it. Where the CPUs lie decides which of both is slower.
class CacheLinePairRoundTrip {
 public:
  harness::Body join(harness::Seat& seat) {
    if (seat.worker == 0) {
      return
          [this, trips = RoundTrips(seat), turn = std::uint64_t{0}](std::uint64_t count) mutable {
            trips.run(count, [this, &turn](std::uint64_t) {
              there_.store(++turn, std::memory_order_release);
              wait_for(back_, turn);
            });
          };
    }
    return [this, turn = std::uint64_t{0}](std::uint64_t count) mutable {
      for (std::uint64_t n = 0; n < count; ++n) {
        wait_for(there_, ++turn);
        back_.store(turn, std::memory_order_release);
      }
    };
  }

 private:
  static void wait_for(const std::atomic<std::uint64_t>& line, std::uint64_t turn) {
    while (line.load(std::memory_order_acquire) != turn) {
    }
  }

  alignas(isolation) std::atomic<std::uint64_t> there_{0};
  alignas(isolation) std::atomic<std::uint64_t> back_{0};
};

/// Two futexes: each worker wakes the other and sleeps, with nothing else between them.
class FutexRoundTrip {
 public:
  harness::Body join(harness::Seat& seat) {
    if (seat.worker == 0) {
      return [this, trips = RoundTrips(seat)](std::uint64_t count) mutable {
        trips.run(count, [this](std::uint64_t) {
          wake(there_);
          sleep(back_);
        });
      };
    }
    return [this](std::uint64_t count) {
      for (std::uint64_t n = 0; n < count; ++n) {
        sleep(there_);
        wake(back_);
      }
    };
  }

 private:
  using Word = std::atomic<std::uint32_t>;

  static void wake(Word& word) {
    word.store(1, std::memory_order_release);
    futex_wake(word, 1);
  }
  static void sleep(Word& word) {
    while (word.exchange(0, std::memory_order_acquire) == 0) futex_wait(word, 0);
  }

  alignas(isolation) Word there_{0};
  alignas(isolation) Word back_{0};
};

/// Bytes that one CPU copies into memory that both have and the other copies out, each into one
/// half while the other is at the other half: what a stream through memory can reach at best. The
/// messages are made before and looked at after.
template <std::size_t bytes>
class MemoryHandOver {
 public:
  harness::Body join(harness::Seat& seat) {
    auto message = std::make_shared<Message>(bytes);
    if (seat.worker == 0) {
      fill(message->words(), 0);
      return [this, message, next = std::uint64_t{0}](std::uint64_t count) mutable {
        for (std::uint64_t n = 0; n < count; ++n) {
          Half& half = halves_[next++ % halves_.size()];
          wait_for(half.full, 0);
          std::memcpy(half.words.data(), message->words().data(), bytes);
          half.full.store(1, std::memory_order_release);  // the bytes before the flag
        }
      };
    }
    return [this, message, next = std::uint64_t{0}](std::uint64_t count) mutable {
      for (std::uint64_t n = 0; n < count; ++n) {
        Half& half = halves_[next++ % halves_.size()];
        wait_for(half.full, 1);
        std::memcpy(message->words().data(), half.words.data(), bytes);
        asm volatile("" : : "r"(message->words().data()) : "memory");
        half.full.store(0, std::memory_order_release);  // read before it is written again
      }
      if (count > 0) check_message(message->words(), 0);
    };
  }

 private:
  struct Half {
    alignas(isolation) std::atomic<std::uint32_t> full{0};
    alignas(isolation) std::array<Word, bytes / sizeof(Word)> words;
  };

  static void wait_for(const std::atomic<std::uint32_t>& flag, std::uint32_t value) {
    // acquire: the flag before the bytes.
    while (flag.load(std::memory_order_acquire) != value) cpu_relax();
  }

  std::array<Half, 2> halves_;
};

}  // namespace handoff::bench
