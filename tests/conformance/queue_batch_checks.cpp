#include "tests/conformance/queue_batch_checks.hpp"

#include <atomic>
#include <numeric>
#include <thread>

#include "tests/conformance/queue_ends.hpp"

namespace handoff::conformance {
namespace {

using std::chrono::milliseconds;
using Numbers = std::vector<std::uint64_t>;

/// Items of one word.
Numbers numbers(std::uint64_t first, std::size_t count) {
  Numbers all(count);
  std::iota(all.begin(), all.end(), first);
  return all;
}

}  // namespace

void batches_lose_and_double_nothing(const QueueRow& row, Peers peers, Clock::duration watchdog) {
  constexpr Form batches = Form::batches;
  exchange(row.small, {{1, 1, peers}, 3000, batches, batches}, watchdog);
  if (row.info.producers == Holders::one || row.info.consumers == Holders::one) return;
  exchange(row.roomy, {{4, 4, peers}, 500, batches, batches}, watchdog);
  exchange(row.roomy, {{2, 2, peers}, 500, Form::waits, batches}, watchdog);
  exchange(row.roomy, {{2, 2, peers}, 500, batches, Form::waits}, watchdog);
}

void batches_lose_and_double_nothing(const QueueRow& row, Peers peers) {
  batches_lose_and_double_nothing(row, peers, usual_watchdog);
}

void a_batch_moves_what_fits(const QueueRow& row, Peers peers) {
  run_alone([&] {
    QueueOnHeap queue(row.small, {1, 1, peers});
    auto in = queue->producer(0);
    auto out = queue->consumer(0);
    Numbers room(3);
    auto expect = [](Batch batch, Status status, std::size_t count, const char* what) {
      require(batch.status == status && batch.count == count, what);
    };
    expect(out->get_some(room, at_once), Status::would_wait, 0, "items came from nothing");
    Clock::time_point begin = Clock::now();
    expect(out->get_some(room, after(milliseconds(20))), Status::would_wait, 0, "items came");
    require(Clock::now() - begin >= milliseconds(20), "a batch did not wait its time");
    std::uint64_t put = 0;
    // Some put a batch whole or its first item alone.
    for (Batch batch{Status::ok}; batch.status == Status::ok; put += batch.count) {
      batch = in->put_some(numbers(put, queue->capacity() + 2), at_once);
      require((batch.status == Status::ok) == (batch.count > 0), "status and count differ");
      require(put + batch.count <= queue->capacity(), "more than fits was put");
    }
    require(put == queue->capacity(), "less than fits was put");
    expect(in->put_some(numbers(0, 1), at_once), Status::would_wait, 0, "a full queue took one");
    std::uint64_t got = 0;
    while (got < 6) {
      Batch batch = out->get_some(room, never);
      require(batch.status == Status::ok && batch.count > 0, "a batch of items that are there");
      for (std::size_t i = 0; i < batch.count; ++i) require(room[i] == got++, "not in order");
    }
    queue->close();
    expect(in->put_some(numbers(0, 2), never), Status::closed, 0, "put after close");
    while (got < put) {
      Batch batch = out->get_some(room, never);
      require(batch.status == Status::ok, "what was put before a close was lost");
      for (std::size_t i = 0; i < batch.count; ++i) require(room[i] == got++, "not in order");
    }
    expect(out->get_some(room, never), Status::closed, 0, "a drained queue is not closed");
  });
}

void a_batch_wakes_as_many_as_it_has_items_for(const QueueRow& row, Peers peers,
                                               Clock::duration watchdog) {
  constexpr unsigned consumers = 2;
  constexpr unsigned rounds = 20;
  InSharedMemory<std::atomic<unsigned>> taken(0U);
  auto works = [&](AnyQueue& queue, unsigned worker) {
    if (worker < consumers) {
      Parcel item = queue.parcel();
      auto end = queue.consumer(worker);
      for (unsigned round = 1; round <= rounds; ++round) {
        require(end->get(item.words(), never) == Status::ok, "a get failed");
        ++*taken;
        while (*taken < round * consumers) std::this_thread::yield();  // one each
      }
      return;
    }
    auto end = queue.producer(0);
    for (unsigned round = 1; round <= rounds; ++round) {
      std::this_thread::sleep_for(milliseconds(5));  // until both sleep
      std::size_t put = 0;
      while (put < consumers) put += end->put_some(numbers(0, consumers - put), never).count;
      while (*taken < round * consumers) std::this_thread::yield();
    }
  };
  run_over_queue(row.small, {1, consumers, peers}, consumers + 1, works, watchdog);
}

void a_batch_wakes_as_many_as_it_has_items_for(const QueueRow& row, Peers peers) {
  a_batch_wakes_as_many_as_it_has_items_for(row, peers, usual_watchdog);
}

}  // namespace handoff::conformance
