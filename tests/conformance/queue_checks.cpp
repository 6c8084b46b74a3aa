#include "tests/conformance/queue_checks.hpp"

#include <algorithm>

#include "tests/conformance/queue_ends.hpp"

namespace handoff::conformance {

void items_of_one_producer_arrive_once_and_in_order(const QueueRow& row, Peers peers) {
  for (Form form : {Form::tries, Form::timed, Form::waits}) {
    exchange(row.small, {{1, 1, peers}, 2000, form, form});
  }
}

void large_items_arrive_whole(const QueueRow& row, Peers peers) {
  exchange(row.large, {{1, 1, peers}, 1000, Form::waits, Form::waits});
}

/// More workers than most test machines have CPUs, and so of a queue that takes time slices to
/// empty where waiters spin.
void many_producers_and_consumers_lose_and_double_nothing(const QueueRow& row, Peers peers) {
  bool many_put = row.info.producers == Holders::many;
  bool many_get = row.info.consumers == Holders::many;
  if (many_put) exchange(row.roomy, {{4, 1, peers}, 300, Form::waits, Form::waits});
  if (many_get) exchange(row.roomy, {{1, 4, peers}, 800, Form::waits, Form::tries});
  if (many_put && many_get) exchange(row.roomy, {{4, 4, peers}, 300, Form::timed, Form::waits});
}

void mixed_waiting_forms_lose_and_double_nothing(const QueueRow& row, Peers peers,
                                                 Clock::duration watchdog) {
  constexpr Form mixes = Form::mixes;
  bool many_put = row.info.producers == Holders::many;
  bool many_get = row.info.consumers == Holders::many;
  exchange(row.small, {{1, 1, peers}, 1000, mixes, mixes}, watchdog);
  if (many_put) exchange(row.roomy, {{4, 1, peers}, 300, mixes, mixes}, watchdog);
  if (many_get) exchange(row.roomy, {{1, 4, peers}, 800, mixes, mixes}, watchdog);
  if (many_put && many_get) exchange(row.roomy, {{4, 4, peers}, 300, mixes, mixes}, watchdog);
}

void mixed_waiting_forms_lose_and_double_nothing(const QueueRow& row, Peers peers) {
  mixed_waiting_forms_lose_and_double_nothing(row, peers, usual_watchdog);
}

void is_full_and_empty_at_its_capacity(const QueueRow& row, Peers peers) {
  run_alone([&] {
    QueueOnHeap queue(row.small, {1, 1, peers});
    auto in = queue->producer(0);
    auto out = queue->consumer(0);
    Parcel item = queue->parcel();
    auto get = [&] { return out->try_get(item.words()); };
    require(queue->empty() && get() == Status::would_wait, "a new queue is not empty");
    require(queue->capacity() >= small_capacity, "the capacity is under what was asked for");
    require((queue->capacity() == unlimited) != row.info.bounded,
            "its capacity is not as bounded as it states");
    for (int lap = 0; lap < 3; ++lap) {
      std::uint64_t count = fill(*queue, *in);
      require(count == std::min<std::uint64_t>(queue->capacity(), plenty),
              "full at another number than its capacity");
      require(queue->size() == count && !queue->empty(), "a quiet queue gives a wrong size");
      for (std::uint64_t n = 0; n < count; ++n) {
        require(get() == Status::ok && item.number() == n, "not first in, first out");
        require(queue->size() == count - n - 1, "the size does not follow a get");
      }
      require(queue->empty() && get() == Status::would_wait, "drained, but not empty");
    }
  });
}

void is_not_empty_right_after_a_put(const QueueRow& row, Peers peers) {
  run_alone([&] {
    QueueOnHeap queue(row.small, {1, 1, peers});
    auto in = queue->producer(0);
    auto out = queue->consumer(0);
    Parcel item = queue->parcel();
    for (std::uint64_t n = 0; n < 100; ++n) {
      require(in->try_put(item.of(0, n)) == Status::ok, "no room in an empty queue");
      require(!queue->empty(), "empty after a put");
      require(out->try_get(item.words()) == Status::ok, "nothing to get after a put");
    }
  });
}

void timed_forms_wait_their_time_and_no_others_do(const QueueRow& row, Peers peers) {
  run_alone([&] {
    constexpr auto pause = std::chrono::milliseconds(60);
    QueueOnHeap queue(row.small, {1, 1, peers});
    auto in = queue->producer(0);
    auto out = queue->consumer(0);
    Parcel item = queue->parcel();
    auto waited = [](auto attempt, Clock::duration timeout) {
      Clock::time_point begin = Clock::now();
      require(attempt(after(timeout)) == Status::would_wait, "succeeded where it could not");
      return Clock::now() - begin;
    };
    auto does_not_wait = [&](auto attempt) {
      return is_ever_within(pause, [&] { return waited(attempt, -pause); }) &&
             is_ever_within(pause, [&] { return waited(attempt, {}); });
    };
    auto get = [&](Deadline deadline) { return out->get(item.words(), deadline); };
    auto put = [&](Deadline deadline) { return in->put(item.of(0, 0), deadline); };
    require(waited(get, pause) >= pause, "a timed get gave up early");
    require(does_not_wait(get), "a get without time waited");
    if (!row.info.bounded) return;  // a put never waits
    (void)fill(*queue, *in);
    require(waited(put, pause) >= pause, "a timed put gave up early");
    require(does_not_wait(put), "a put without time waited");
  });
}

}  // namespace handoff::conformance
