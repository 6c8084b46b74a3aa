#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

#include "impl/queue/contract.hpp"
#include "tests/conformance/workers.hpp"

/// What queues promise about the items that pass through them. Each check raises when it finds
/// the promise broken.
namespace handoff::conformance {

/// An item that says who sent it and as which number, and whose words all tell the same.
template <std::size_t Bytes>
struct Parcel {
  std::array<std::uint64_t, Bytes / sizeof(std::uint64_t)> words;

  static Parcel of(unsigned producer, std::uint64_t number) {
    Parcel parcel;
    parcel.words.fill((std::uint64_t{producer} << 32) | number);
    return parcel;
  }
  unsigned producer() const { return static_cast<unsigned>(words[0] >> 32); }
  std::uint64_t number() const { return words[0] & 0xFFFFFFFF; }
  bool is_whole() const {
    return std::all_of(words.begin(), words.end(), [&](auto word) { return word == words[0]; });
  }
};

inline constexpr std::size_t small_capacity = 8;

template <class Row, std::size_t Bytes = 8, std::size_t Capacity = small_capacity>
using QueueOf = typename Row::template type<Parcel<Bytes>, Capacity>;

/// How an end waits: by trying again, with a deadline, or for as long as it takes.
enum class Form { tries, timed, waits };

template <class Attempt>
Status attempt_by(Form form, bool may_wait_for_ever, Attempt attempt) {
  if (form == Form::waits && may_wait_for_ever) return attempt(never);
  for (;;) {
    Status status = attempt(form == Form::tries ? at_once : after(std::chrono::milliseconds(5)));
    if (status != Status::would_wait) return status;
    std::this_thread::yield();
  }
}

/// A queue and who has put what into it.
template <class Q>
struct Exchange {
  Exchange(QueueShape the_shape, std::uint64_t each)
      : shape(the_shape),
        per_producer(each),
        producers_left(the_shape.producers),
        queue(the_shape) {}

  void produce(unsigned number, Form form) {
    auto end = queue.producer(number);
    for (std::uint64_t n = 0; n < per_producer; ++n) {
      auto item = Q::value_type::of(number, n);
      Status status =
          attempt_by(form, true, [&](Deadline deadline) { return end.put(item, deadline); });
      require(status == Status::ok, "a put was refused");
    }
    if (producers_left.fetch_sub(1) == 1) queue.close();
  }

  /// Takes until closed; counts each item in `seen`.
  void consume(unsigned number, Form form, std::atomic<std::uint8_t>* seen) {
    auto end = queue.consumer(number);
    std::vector<std::uint64_t> next(shape.producers, 0);
    typename Q::value_type item;
    for (;;) {
      Status status = attempt_by(form, Q::info.wakes_on_close,
                                 [&](Deadline deadline) { return end.get(item, deadline); });
      if (status == Status::closed) return;
      require(item.is_whole(), "an item is torn");
      require(item.producer() < shape.producers && item.number() < per_producer,
              "an item that nobody has put");
      require(item.number() >= next[item.producer()], "items of one producer are out of order");
      next[item.producer()] = item.number() + 1;
      ++seen[item.producer() * per_producer + item.number()];
    }
  }

  QueueShape shape;
  std::uint64_t per_producer;
  std::atomic<unsigned> producers_left;
  Q queue;
};

/// All producers put, all consumers take until the queue is closed; every item arrives once, whole
/// and in its producer's order.
template <class Q>
void exchange(QueueShape shape, std::uint64_t per_producer, Form puts, Form gets,
              Clock::duration watchdog = usual_watchdog) {
  std::size_t items = shape.producers * per_producer;
  auto memory = harness::Region::shared(items);
  auto* seen = reinterpret_cast<std::atomic<std::uint8_t>*>(memory.data());
  run_over<Exchange<Q>>(
      shape.peers, shape.producers + shape.consumers,
      [&](std::byte* place) { new (place) Exchange<Q>(shape, per_producer); },
      [&](Exchange<Q>& both, unsigned worker) {
        if (worker < shape.producers) {
          both.produce(worker, puts);
        } else {
          both.consume(worker - shape.producers, gets, seen);
        }
      },
      watchdog);
  for (std::size_t i = 0; i < items; ++i) {
    require(seen[i] != 0, "item " + std::to_string(i) + " was lost");
    require(seen[i] == 1, "item " + std::to_string(i) + " came more than once");
  }
}

template <class Row>
void items_of_one_producer_arrive_once_and_in_order(Peers peers) {
  for (Form form : {Form::tries, Form::timed, Form::waits}) {
    exchange<QueueOf<Row>>({1, 1, peers}, 2000, form, form);
  }
}

template <class Row>
void large_items_arrive_whole(Peers peers) {
  exchange<QueueOf<Row, 1024>>({1, 1, peers}, 1000, Form::waits, Form::waits);
}

/// Room for several items per worker, where the kernel does not limit it.
template <class Row>
inline constexpr std::size_t roomy_capacity =
    QueueOf<Row>::info.largest_capacity == no_limit ? 64 : small_capacity;

/// More workers than most test machines have CPUs, and so of a queue that takes time slices to
/// empty where waiters spin.
template <class Row>
void many_producers_and_consumers_lose_and_double_nothing(Peers peers) {
  using Q = QueueOf<Row, 64, roomy_capacity<Row>>;
  exchange<Q>({4, 1, peers}, 300, Form::waits, Form::waits);
  exchange<Q>({1, 4, peers}, 800, Form::waits, Form::tries);
  exchange<Q>({4, 4, peers}, 300, Form::timed, Form::waits);
}

/// Puts until the queue is full; how many fitted.
template <class Q, class Producer>
std::uint64_t fill(Q& queue, Producer& end) {
  std::uint64_t count = 0;
  // A queue without a limit would never be full; one past its stated capacity is wrong already.
  while (count <= queue.capacity() && end.try_put(Q::value_type::of(0, count)) == Status::ok) {
    ++count;
  }
  return count;
}

template <class Row>
void is_full_and_empty_at_its_capacity(Peers peers) {
  using Q = QueueOf<Row>;
  run_alone([peers] {
    auto queue = std::make_unique<Q>(QueueShape{1, 1, peers});
    auto in = queue->producer(0);
    auto out = queue->consumer(0);
    Parcel<8> item{};
    require(empty(*queue) && out.try_get(item) == Status::would_wait, "a new queue is not empty");
    require(queue->capacity() >= small_capacity, "the capacity is under what was asked for");
    for (int lap = 0; lap < 3; ++lap) {
      std::uint64_t count = fill(*queue, in);
      require(count == queue->capacity(), "full at another number than its capacity");
      require(queue->size() == count && !empty(*queue), "a quiet queue gives a wrong size");
      for (std::uint64_t n = 0; n < count; ++n) {
        require(out.try_get(item) == Status::ok && item.number() == n, "not first in, first out");
        require(queue->size() == count - n - 1, "the size does not follow a get");
      }
      require(empty(*queue) && out.try_get(item) == Status::would_wait, "drained, but not empty");
    }
  });
}

template <class Row>
void is_not_empty_right_after_a_put(Peers peers) {
  using Q = QueueOf<Row>;
  run_alone([peers] {
    auto queue = std::make_unique<Q>(QueueShape{1, 1, peers});
    auto in = queue->producer(0);
    auto out = queue->consumer(0);
    Parcel<8> item{};
    for (std::uint64_t n = 0; n < 100; ++n) {
      require(in.try_put(Parcel<8>::of(0, n)) == Status::ok, "no room in an empty queue");
      require(!empty(*queue), "empty after a put");
      require(out.try_get(item) == Status::ok, "nothing to get after a put");
    }
  });
}

template <class Row>
void timed_forms_wait_their_time_and_no_others_do(Peers peers) {
  using Q = QueueOf<Row>;
  run_alone([peers] {
    constexpr auto pause = std::chrono::milliseconds(60);
    auto queue = std::make_unique<Q>(QueueShape{1, 1, peers});
    auto in = queue->producer(0);
    auto out = queue->consumer(0);
    Parcel<8> item{};
    auto waited = [&](auto attempt, Clock::duration timeout) {
      Clock::time_point begin = Clock::now();
      require(attempt(after(timeout)) == Status::would_wait, "succeeded where it could not");
      return Clock::now() - begin;
    };
    auto get = [&](Deadline deadline) { return out.get(item, deadline); };
    auto put = [&](Deadline deadline) { return in.put(Parcel<8>::of(0, 0), deadline); };
    require(waited(get, pause) >= pause, "a timed get gave up early");
    require(waited(get, -pause) < pause && waited(get, {}) < pause, "a get without time waited");
    (void)fill(*queue, in);
    require(waited(put, pause) >= pause, "a timed put gave up early");
    require(waited(put, -pause) < pause && waited(put, {}) < pause, "a put without time waited");
  });
}

}  // namespace handoff::conformance
