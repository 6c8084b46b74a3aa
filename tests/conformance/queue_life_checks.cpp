#include "tests/conformance/queue_life_checks.hpp"

#include <linux/seccomp.h>
#include <sys/syscall.h>

#include <csignal>
#include <ctime>
#include <limits>
#include <optional>
#include <thread>

#include "impl/common/descriptor.hpp"
#include "tests/conformance/leftovers.hpp"
#include "tests/conformance/lives.hpp"
#include "tests/conformance/queue_ends.hpp"
#include "tests/conformance/system_calls.hpp"

namespace handoff::conformance {
namespace {

/// For what is left by every one of many queues, some of which take their time.
constexpr auto longest_search = std::chrono::seconds(1);

void close_later(AnyQueue& queue) {
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  queue.close();
}

std::chrono::nanoseconds processor_time() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

}  // namespace

void after_close_puts_are_refused_and_gets_drain(const QueueRow& row, Peers peers) {
  run_alone([&] {
    QueueOnHeap queue(row.small, {1, 1, peers});
    auto in = queue->producer(0);
    auto out = queue->consumer(0);
    Parcel item = queue->parcel();
    for (std::uint64_t n = 0; n < 3; ++n) (void)in->try_put(item.of(0, n));
    queue->close();
    require(in->try_put(item.of(0, 9)) == Status::closed, "try_put after close");
    require(in->put(item.of(0, 9), never) == Status::closed, "put after close");
    for (std::uint64_t n = 0; n < 3; ++n) {
      require(out->get(item.words(), never) == Status::ok && item.number() == n,
              "close drops items");
    }
    require(out->try_get(item.words()) == Status::closed,
            "a drained try_get is not told of the close");
    require(out->get(item.words(), never) == Status::closed,
            "a drained get is not told of the close");
  });
}

void close_wakes_whoever_waits(const QueueRow& row, Peers peers) {
  close_wakes_whoever_waits(row, peers, usual_watchdog);
}

void close_wakes_whoever_waits(const QueueRow& row, Peers peers, Clock::duration watchdog) {
  auto several = [](Holders holders) { return holders == Holders::one ? 1U : 2U; };
  unsigned takers = several(row.info.consumers);
  run_over_queue(
      row.small, {1, takers, peers}, takers + 1,
      [=](AnyQueue& queue, unsigned worker) {
        if (worker == takers) return close_later(queue);
        Parcel item = queue.parcel();
        require(queue.consumer(worker)->get(item.words(), never) == Status::closed,
                "a waiting get");
      },
      watchdog);
  unsigned givers = several(row.info.producers);
  run_over_queue(
      row.small, {givers, 1, peers}, givers + 1,
      [=](AnyQueue& queue, unsigned worker) {
        if (worker == givers) return close_later(queue);
        auto end = queue.producer(worker);
        Parcel item = queue.parcel();
        // Not filled first: a try_put may fail beside another one.
        Status status = Status::ok;
        while (status == Status::ok) status = end->put(item.of(worker, 0), never);
        require(status == Status::closed, "a waiting put");
      },
      watchdog);
}

void closing_with_undelivered_items_does_not_hang(const QueueRow& row, Peers peers,
                                                  Clock::duration watchdog) {
  run_alone(
      [&] {
        QueueOnHeap queue(row.large_roomy, {1, 1, peers});
        auto end = queue->producer(0);
        (void)fill(*queue, *end);
        queue->close();
      },
      watchdog);
}

void closing_with_undelivered_items_does_not_hang(const QueueRow& row, Peers peers) {
  closing_with_undelivered_items_does_not_hang(row, peers, usual_watchdog);
}

void what_is_over_a_limit_raises(const QueueRow& row, Peers peers) {
  run_alone([&] {
    const std::string_view name = row.info.name;
    auto build = [](const QueueType& type, QueueShape shape) {
      return [&type, shape] { QueueOnHeap(type, shape); };
    };
    constexpr std::size_t limit_of_one = 1;
    if (row.info.producers == Holders::one) {
      require_names<LimitError>(name, {2, limit_of_one}, build(row.small, {2, 1, peers}));
    }
    if (row.info.consumers == Holders::one) {
      require_names<LimitError>(name, {2, limit_of_one}, build(row.small, {1, 2, peers}));
    }
    if (row.lengthy != nullptr && row.info.largest_capacity() < long_capacity) {
      require_names<LimitError>(name, {long_capacity, row.info.largest_capacity()},
                                build(*row.lengthy, {1, 1, peers}));
    }
    if (row.huge != nullptr && row.info.largest_message() < huge_item) {
      require_names<LimitError>(name, {huge_item, row.info.largest_message()},
                                build(*row.huge, {1, 1, peers}));
    }
  });
}

void shapes_and_ends_out_of_range_raise(const QueueRow& row, Peers peers) {
  run_alone([&] {
    const std::string_view name = row.info.name;
    auto build = [&](unsigned producers, unsigned consumers) {
      return [&row, peers, producers, consumers] {
        QueueOnHeap(row.small, {producers, consumers, peers});
      };
    };
    require_names<std::invalid_argument>(name, {0}, build(0, 1));
    require_names<std::invalid_argument>(name, {0}, build(1, 0));
    constexpr unsigned huge = std::numeric_limits<unsigned>::max();
    require_names<LimitError>(name, {huge}, build(huge, 1));
    require_names<LimitError>(name, {huge}, build(1, huge));
    auto several = [](Holders holders) { return holders == Holders::one ? 1U : 3U; };
    const unsigned producers = several(row.info.producers);
    const unsigned consumers = several(row.info.consumers);
    QueueOnHeap queue(row.small, {producers, consumers, peers});
    for (unsigned beyond : {0U, 61U, huge - 3}) {
      require_names<std::out_of_range>(name, {producers + beyond, producers - 1},
                                       [&] { (void)queue->producer(producers + beyond); });
      require_names<std::out_of_range>(name, {consumers + beyond, consumers - 1},
                                       [&] { (void)queue->consumer(consumers + beyond); });
    }
  });
}

void a_waiter_costs_next_to_no_processor_time(const QueueRow& row, Peers peers) {
  run_alone([&] {
    QueueOnHeap queue(row.small, {1, 1, peers});
    auto out = queue->consumer(0);
    Parcel item = queue->parcel();
    auto before = processor_time();
    // Long enough for one who spins to show it on a machine that is busy with other things.
    require(out->get(item.words(), after(std::chrono::milliseconds(500))) == Status::would_wait,
            "empty");
    require(processor_time() - before < std::chrono::milliseconds(50), "the waiter spins");
  });
}

void hands_over_without_a_futex_call_while_nobody_sleeps(const QueueRow& row, Peers peers) {
  run_alone([&] {
    QueueOnHeap queue(row.small, {1, 1, peers});
    auto in = queue->producer(0);
    auto out = queue->consumer(0);
    Parcel item = queue->parcel();
    answer_call(SYS_futex, SECCOMP_RET_KILL_PROCESS);
    for (std::uint64_t n = 0; n < 1000; ++n) {
      require(in->put(item.of(0, n), never) == Status::ok, "put");
      require(out->get(item.words(), never) == Status::ok, "get");
    }
  });
}

/// Every other one without a consumer, and with an item left in it where one finds room.
void ten_thousand_queues_leave_nothing(const QueueRow& row, Peers peers) {
  run_alone([&] {
    bool is_used = false;
    require_cycles_leave_nothing(
        [&] {
          QueueOnHeap queue(row.small, {1, 1, peers});
          auto in = queue->producer(0);
          Parcel item = queue->parcel();
          is_used = !is_used;
          if (!is_used) return (void)in->try_put(item.of(0, 0));
          auto out = queue->consumer(0);
          require(in->put(item.of(0, 0), never) == Status::ok, "a put failed");
          require(out->get(item.words(), never) == Status::ok, "a get failed");
        },
        longest_search);
  });
}

void nobody_else_can_open_it(const QueueRow& row, Peers peers) {
  run_alone([&] {
    const auto before = names_open_to_others();
    const QueueWithEnds queue(row.small, peers);
    require_nothing_open_to_others(before);
  });
}

/// Of each: who has built it and uses it, and a worker who has taken an end.
void a_killed_user_leaves_no_name(const QueueRow& row, Peers peers, Clock::duration patience) {
  run_alone([&] {
    require_a_killed_user_leaves_no_name(
        [&] {
          QueueWithEnds queue(row.small, peers);
          queue.pass(0);
          raise(SIGKILL);
        },
        patience);
    if (peers == Peers::threads) return;
    const QueueInSharedMemory first(row.small, {1, 1, peers});  // with it a server may come
    const auto before = names_in_the_system();
    {
      QueueInSharedMemory queue(row.small, {1, 1, peers});
      be_killed_in([&] {
        auto out = queue->consumer(0);
        raise(SIGKILL);
      });
    }
    require_no_new_names(before, patience);
  });
}

void a_killed_user_leaves_no_name(const QueueRow& row, Peers peers) {
  a_killed_user_leaves_no_name(row, peers, usual_names_patience);
}

void works_through_two_mappings_at_different_addresses(const QueueRow& row, Peers) {
  run_alone([&] {
    constexpr std::uint64_t items = 2000;
    const QueueType& type = row.small;
    const Descriptor file(harness::make_memory_file(type.bytes));
    // Built through a third one, so that nothing may point to where it was built.
    std::optional built = harness::Region::of_file(file.get(), type.bytes);
    auto here = harness::Region::of_file(file.get(), type.bytes);
    auto there = harness::Region::of_file(file.get(), type.bytes);
    type.build(built->data(), {1, 1, Peers::processes});
    built.reset();
    auto in = type.producer(here.data(), 0);
    auto out = type.consumer(there.data(), 0);
    std::thread putter([&] {
      Parcel item(type);
      for (std::uint64_t n = 0; n < items; ++n) (void)in->put(item.of(0, n), never);
    });
    Parcel item(type);
    bool in_order = true;
    for (std::uint64_t n = 0; n < items; ++n) {
      in_order = out->get(item.words(), never) == Status::ok && item.number() == n && in_order;
    }
    putter.join();
    require(in_order, "items are lost or out of order");
  });
}

}  // namespace handoff::conformance
