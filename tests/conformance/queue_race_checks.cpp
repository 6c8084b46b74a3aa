#include "tests/conformance/queue_race_checks.hpp"

#include <atomic>
#include <random>
#include <thread>

#include "impl/common/cpu.hpp"
#include "tests/conformance/queue_ends.hpp"

namespace handoff::conformance {
namespace {

/// For how long rare coincidences are looked for.
constexpr auto search_time = std::chrono::milliseconds(250);

using Number = std::atomic<std::uint64_t>;

/// Waits, awake, for the other worker.
void await(const Number& number, std::uint64_t wanted) {
  constexpr unsigned turns_before_yield = 1000;
  for (unsigned turn = 0; number < wanted; ++turn) {
    if (turn < turns_before_yield) {
      cpu_relax();
    } else {
      std::this_thread::yield();
    }
  }
}

/// From a few nanoseconds to some 20 µs, each order of magnitude as often: past what those who
/// spin before they sleep spin.
void dawdle(std::minstd_rand& random) {
  constexpr unsigned orders = 11;
  auto turns = random() % (1U << (random() % orders));
  for (unsigned turn = 0; turn < turns; ++turn) cpu_relax();
}

enum class Side { gets, puts };

/// Who waits starts round n by setting `round` to n; who wakes ends it.
constexpr std::uint64_t no_more_rounds = ~std::uint64_t{0};

void wait_many_times(AnyQueue& queue, Side side, Number& round) {
  std::minstd_rand random(1);
  auto in = side == Side::puts ? queue.producer(0) : nullptr;
  auto out = side == Side::gets ? queue.consumer(0) : nullptr;
  if (side == Side::puts) (void)fill(queue, *in);
  Parcel item = queue.parcel();
  Deadline end = after(search_time);
  for (std::uint64_t n = 1; Clock::now() < end; ++n) {
    round = n;
    dawdle(random);
    Status status =
        side == Side::gets ? out->get(item.words(), never) : in->put(item.of(0, n), never);
    require(status == Status::ok, "a waiter came back with nothing");
  }
  round = no_more_rounds;
}

void wake_each_time(AnyQueue& queue, Side side, const Number& round) {
  std::minstd_rand random(2);
  auto in = side == Side::gets ? queue.producer(0) : nullptr;
  auto out = side == Side::puts ? queue.consumer(0) : nullptr;
  Parcel item = queue.parcel();
  for (std::uint64_t n = 1;; ++n) {
    await(round, n);
    if (round == no_more_rounds) return;
    dawdle(random);
    Status status =
        side == Side::gets ? in->put(item.of(0, n), never) : out->get(item.words(), never);
    require(status == Status::ok, "nothing to take, or no room");
  }
}

}  // namespace

void what_was_put_before_a_close_is_never_given_up(const QueueRow& row, Peers peers) {
  run_alone([&] {
    Number round{0};
    Number closed{0};
    AnyQueue* current = nullptr;
    std::thread closer([&] {
      std::minstd_rand random(1);
      for (std::uint64_t n = 1;; ++n) {
        await(round, n);
        if (round == no_more_rounds) return;
        auto in = current->producer(0);
        Parcel item = current->parcel();
        dawdle(random);
        (void)in->put(item.of(0, n), never);
        current->close();
        in.reset();
        closed = n;
      }
    });
    std::string wrong;
    Deadline end = after(search_time);
    for (std::uint64_t n = 1; Clock::now() < end && wrong.empty(); ++n) {
      QueueOnHeap queue(row.small, {1, 1, peers});
      current = &*queue;
      auto out = queue->consumer(0);
      Parcel item = queue->parcel();
      round = n;
      Status status = Status::would_wait;
      while (status == Status::would_wait) status = out->try_get(item.words());
      if (status == Status::closed) wrong = "an item that came before the close was given up";
      while (status != Status::closed) status = out->try_get(item.words());
      await(closed, n);
    }
    round = no_more_rounds;
    closer.join();
    require(wrong.empty(), wrong);
  });
}

void nobody_sleeps_through_what_he_waits_for(const QueueRow& row, Peers peers) {
  nobody_sleeps_through_what_he_waits_for(row, peers, usual_watchdog);
}

void nobody_sleeps_through_what_he_waits_for(const QueueRow& row, Peers peers,
                                             Clock::duration watchdog) {
  for (Side side : {Side::gets, Side::puts}) {
    // Some queues of the kernel and of libraries have room again only after several gets.
    if (side == Side::puts && (row.info.policy.empty() || !row.info.bounded)) return;
    InSharedMemory<Number> round(0U);
    run_over_queue(
        row.small, {1, 1, peers}, 2,
        [&](AnyQueue& queue, unsigned worker) {
          if (worker == 0) return wait_many_times(queue, side, *round);
          wake_each_time(queue, side, *round);
        },
        watchdog);
  }
}

void its_size_is_within_its_capacity_while_others_work(const QueueRow& row, Peers peers) {
  InSharedMemory<std::atomic<bool>> over(false);
  run_over_queue(row.small, {1, 1, peers}, 3, [&](AnyQueue& queue, unsigned worker) {
    Parcel item = queue.parcel();
    if (worker == 0) {
      auto in = queue.producer(0);
      Deadline end = after(search_time);
      for (std::uint64_t n = 0; Clock::now() < end; ++n) (void)in->put(item.of(0, n), never);
      queue.close();
    } else if (worker == 1) {
      auto out = queue.consumer(0);
      while (out->get(item.words(), after(std::chrono::milliseconds(5))) != Status::closed) {
      }
      *over = true;
    } else {
      while (!*over) require(queue.size() <= queue.capacity(), "the size is over the capacity");
    }
  });
}

}  // namespace handoff::conformance
