#include "tests/conformance/queue_join_checks.hpp"

#include <atomic>
#include <thread>

#include "tests/conformance/queue_ends.hpp"

namespace handoff::conformance {
namespace {

using std::chrono::milliseconds;

bool raises_when_done(AnyQueue& queue) {
  try {
    queue.task_done();
  } catch (const std::logic_error&) {
    return true;
  }
  return false;
}

}  // namespace

void join_returns_when_every_task_is_done(const QueueRow& row, Peers peers,
                                          Clock::duration watchdog) {
  constexpr unsigned rounds = 200;
  constexpr unsigned tasks = 20;
  constexpr unsigned consumers = 2;
  struct Progress {
    std::atomic<unsigned> put{0};
    std::atomic<unsigned> done{0};
  };
  InSharedMemory<Progress> progress;
  auto works = [&](AnyQueue& queue, unsigned worker) {
    Parcel item = queue.parcel();
    auto end = queue.consumer(worker);
    while (end->get(item.words(), never) == Status::ok) {
      if (item.number() % 7 == 0) std::this_thread::sleep_for(std::chrono::microseconds(50));
      ++progress->done;
      queue.task_done();
    }
  };
  auto puts = [&](AnyQueue& queue) {
    Parcel item = queue.parcel();
    auto end = queue.producer(0);
    for (unsigned round = 1; round <= rounds; ++round) {
      for (unsigned n = 0; n < tasks; ++n) {
        require(end->put(item.of(0, n), never) == Status::ok, "a put failed");
      }
      progress->put = round * tasks;
      require(queue.join(never) == Status::ok, "join for ever did not end well");
      require(progress->done == round * tasks, "join returned before all tasks were done");
    }
    queue.close();
  };
  // Another one joins as well, at any time.
  auto joins = [&](AnyQueue& queue) {
    while (progress->put < rounds * tasks) {
      unsigned put = progress->put;
      require(queue.join(never) == Status::ok, "join for ever did not end well");
      require(progress->done >= put, "join returned before all tasks were done");
    }
  };
  run_over_queue(
      row.roomy, {1, consumers, peers}, consumers + 2,
      [&](AnyQueue& queue, unsigned worker) {
        if (worker < consumers) return works(queue, worker);
        if (worker == consumers) return puts(queue);
        joins(queue);
      },
      watchdog);
}

void join_returns_when_every_task_is_done(const QueueRow& row, Peers peers) {
  join_returns_when_every_task_is_done(row, peers, usual_watchdog);
}

void join_waits_its_time(const QueueRow& row, Peers peers) {
  run_alone([&] {
    QueueOnHeap queue(row.small, {1, 1, peers});
    for (Deadline deadline : {never, at_once, after(milliseconds(-1))}) {
      require(queue->join(deadline) == Status::ok, "a join without tasks waits");
    }
    Parcel item = queue->parcel();
    (void)queue->producer(0)->put(item.of(0, 0), never);
    (void)queue->consumer(0)->get(item.words(), never);  // taken, but not done
    auto took = [&](Deadline deadline) {
      auto begin = Clock::now();
      require(queue->join(deadline) == Status::would_wait, "a join ended before the task");
      return Clock::now() - begin;
    };
    const Deadline deadline = after(milliseconds(20));
    (void)took(deadline);
    require(Clock::now() >= deadline, "a join ended before its time");
    for (Deadline past : {at_once, after(milliseconds(-1))}) {
      require(is_ever_within(milliseconds(20), [&] { return took(past); }),
              "a join waited that should not");
    }
    queue->task_done();
    require(queue->join(never) == Status::ok, "a join does not see that the task is done");
  });
}

void one_task_done_too_many_raises(const QueueRow& row, Peers peers) {
  run_alone([&] {
    QueueOnHeap queue(row.small, {1, 1, peers});
    require(raises_when_done(*queue), "a task was done that was never put");
    auto end = queue->producer(0);
    std::uint64_t tasks = fill(*queue, *end);  // and one that found no room
    Parcel item = queue->parcel();
    require(end->put(item.of(0, 0), after(milliseconds(1))) == Status::would_wait, "not full");
    queue->close();
    require(end->put(item.of(0, 0), never) == Status::closed, "not closed");
    for (std::uint64_t n = 0; n < tasks; ++n) {
      require(queue->join(at_once) == Status::would_wait, "joined with tasks left");
      queue->task_done();
    }
    require(raises_when_done(*queue), "more tasks were done than were put");
    require(queue->join(never) == Status::ok, "tasks are left");
  });
}

}  // namespace handoff::conformance
