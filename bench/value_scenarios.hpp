#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>
#include <vector>

#include "bench/payload.hpp"
#include "bench/repeat.hpp"
#include "bench/servers.hpp"
#include "bench/settlement.hpp"
#include "harness/crew.hpp"
#include "impl/common/cpu.hpp"
#include "impl/value/contract.hpp"

/// What the workers of the value family do, over any implementation: each goes on for the length of
/// the phase, in ns, and reports how many operations that were.
namespace handoff::bench {

template <class V>
auto take_handle(V& value, harness::Seat& seat) {
  charge_servers(seat, value);
  return std::make_shared<decltype(value.handle(0))>(value.handle(seat.worker));
}

/// All workers add 1 to the same value.
template <class V>
class ValueAdd {
 public:
  explicit ValueAdd(ValueShape shape) : settlement_(shape.workers), value_(shape) {}

  harness::Body join(harness::Seat& seat) {
    auto handle = take_handle(value_, seat);
    seat.afterwards = [this, &seat, handle] {
      settlement_.settle(seat.report, seat.report.operations, [&] { return handle->load(0); });
    };
    return [&seat, handle](std::uint64_t length_ns) {
      seat.report.operations = repeat_for(length_ns, [&](std::uint64_t) { handle->add(1, 0); });
    };
  }

 private:
  Settlement settlement_;
  alignas(isolation) V value_;
};

/// All workers read the same value, and add 1 to it in one of `period` operations.
template <class V, std::uint64_t period>
class ValueReadMostly {
 public:
  explicit ValueReadMostly(ValueShape shape) : settlement_(shape.workers), value_(shape) {}

  harness::Body join(harness::Seat& seat) {
    auto handle = take_handle(value_, seat);
    seat.afterwards = [this, &seat, handle] {
      settlement_.settle(seat.report, seat.report.operations / period,
                         [&] { return handle->load(0); });
    };
    return [&seat, handle](std::uint64_t length_ns) {
      std::uint64_t last = 0;
      seat.report.operations = repeat_for(length_ns, [&](std::uint64_t n) {
        if (n % period == period - 1) {
          handle->add(1, 0);
        } else {
          std::uint64_t now = handle->load(0);
          if (now < last)
            throw std::runtime_error("a value that is only added to was seen to fall");
          last = now;
        }
      });
    };
  }

 private:
  Settlement settlement_;
  alignas(isolation) V value_;
};

/// Each worker stores into elements of its own, one after the other, which lie between those of the
/// others, and afterwards finds in each what it stored last.
template <class V, std::size_t length>
class ValueElementWrite {
 public:
  explicit ValueElementWrite(ValueShape shape) : workers_(shape.workers), value_(shape) {}

  harness::Body join(harness::Seat& seat) {
    const std::uint64_t own = length / workers_;
    auto place = [own, workers = workers_, &seat](std::uint64_t n) {
      return n % own * workers + seat.worker;
    };
    auto handle = take_handle(value_, seat);
    seat.afterwards = [own, place, &seat, handle] {
      const std::uint64_t count = seat.report.operations;
      for (std::uint64_t n = count > own ? count - own : 0; n < count; ++n) {
        check_message(std::array{handle->load(place(n))}, first_word(seat.worker, n));
      }
    };
    return [place, &seat, handle](std::uint64_t length_ns) {
      seat.report.operations = repeat_for(
          length_ns, [&](std::uint64_t n) { handle->store(first_word(seat.worker, n), place(n)); });
    };
  }

 private:
  unsigned workers_;
  alignas(isolation) V value_;
};

/// Writes and reads the same message in turn, and finds each one that it reads whole.
template <class Write, class Read>
void write_and_read(std::uint64_t length_ns, harness::Seat& seat, std::span<Word> words,
                    Write write, Read read) {
  seat.report.operations = repeat_for(length_ns, [&](std::uint64_t n) {
    if (n % 2 == 0) {
      fill(words, first_word(seat.worker, n));
      write();
    } else {
      read();
      if (!is_whole(words)) throw std::runtime_error("a value was read torn");
    }
  });
}

/// All workers store and load the same wide value in turn.
template <class V>
class ValueWide {
 public:
  explicit ValueWide(ValueShape shape) : value_(shape) {}

  harness::Body join(harness::Seat& seat) {
    return [&seat, handle = take_handle(value_, seat),
            item = std::make_shared<typename V::value_type>()](std::uint64_t length_ns) {
      write_and_read(
          length_ns, seat, item->words, [&] { handle->store(*item, 0); },
          [&] { *item = handle->load(0); });
    };
  }

 private:
  alignas(isolation) V value_;
};

/// All workers write and read the same slice in turn, which is the whole array.
template <class V, std::size_t length>
class ValueSlices {
 public:
  explicit ValueSlices(ValueShape shape) : value_(shape) {}

  harness::Body join(harness::Seat& seat) {
    return [&seat, handle = take_handle(value_, seat),
            words = std::make_shared<std::vector<Word>>(length)](std::uint64_t length_ns) {
      write_and_read(
          length_ns, seat, *words, [&] { handle->write(0, *words); },
          [&] { handle->read(0, *words); });
    };
  }

 private:
  alignas(isolation) V value_;
};

}  // namespace handoff::bench
