#include "tests/conformance/queue_life_checks.hpp"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <cstddef>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <thread>

#include "tests/conformance/queue_ends.hpp"

namespace handoff::conformance {
namespace {

void close_later(AnyQueue& queue) {
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  queue.close();
}

template <class Attempt>
void require_limit_error(Attempt attempt, const std::string& what) {
  try {
    attempt();
  } catch (const LimitError& error) {
    require(std::string(error.what()).find("limit") != std::string::npos, "names no limit");
    return;
  }
  throw std::runtime_error("over the limit, and no error: " + what);
}

std::chrono::nanoseconds processor_time() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

/// From here on the calling thread dies of a futex call.
bool forbid_futex() {
  sock_filter program[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_futex, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  sock_fprog filter{.len = std::size(program), .filter = program};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

std::size_t entries(const char* folder) {
  std::error_code ignored;  // a folder that this machine lacks holds nothing
  auto all = std::filesystem::directory_iterator(folder, ignored);
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

std::size_t mappings_of_this_process() {
  std::ifstream maps("/proc/self/maps");
  std::size_t count = 0;
  for (std::string line; std::getline(maps, line);) ++count;
  return count;
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

void closing_with_undelivered_items_does_not_hang(const QueueRow& row, Peers peers) {
  run_alone([&] {
    QueueOnHeap queue(row.large_roomy, {1, 1, peers});
    auto end = queue->producer(0);
    (void)fill(*queue, *end);
    queue->close();
  });
}

void what_is_over_a_limit_raises(const QueueRow& row, Peers peers) {
  run_alone([&] {
    auto build = [](const QueueType& type, QueueShape shape) { QueueOnHeap(type, shape); };
    if (row.info.producers == Holders::one) {
      require_limit_error([&] { build(row.small, {2, 1, peers}); }, "producers");
    }
    if (row.info.consumers == Holders::one) {
      require_limit_error([&] { build(row.small, {1, 2, peers}); }, "consumers");
    }
    if (row.lengthy != nullptr && row.info.largest_capacity() < long_capacity) {
      require_limit_error([&] { build(*row.lengthy, {1, 1, peers}); }, "capacity");
    }
    if (row.huge != nullptr && row.info.largest_message() < huge_item) {
      require_limit_error([&] { build(*row.huge, {1, 1, peers}); }, "message");
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
    require(forbid_futex(), "seccomp is not to be had");
    for (std::uint64_t n = 0; n < 1000; ++n) {
      require(in->put(item.of(0, n), never) == Status::ok, "put");
      require(out->get(item.words(), never) == Status::ok, "get");
    }
  });
}

void building_and_dropping_leaks_nothing(const QueueRow& row, Peers peers) {
  run_alone([&] {
    auto cycle = [&] {
      QueueOnHeap queue(row.small, {1, 1, peers});
      auto end = queue->producer(0);
      (void)end->try_put(queue->parcel().of(0, 0));
    };
    constexpr std::size_t cycles = 2000;
    for (int n = 0; n < 100; ++n) cycle();
    std::size_t descriptors = entries("/proc/self/fd");
    std::size_t mappings = mappings_of_this_process();
    std::size_t names = entries("/dev/shm") + entries("/dev/mqueue");
    for (std::size_t n = 0; n < cycles; ++n) cycle();
    require(entries("/proc/self/fd") == descriptors, "descriptors are left open");
    // Allocators and sanitizers keep some; a leak in each cycle stands out. So it does from the
    // names of others who use these folders meanwhile.
    require(mappings_of_this_process() < mappings + cycles / 2, "mappings are left");
    require(entries("/dev/shm") + entries("/dev/mqueue") < names + cycles / 2, "names are left");
  });
}

void works_through_two_mappings_at_different_addresses(const QueueRow& row, Peers) {
  run_alone([&] {
    constexpr std::uint64_t items = 2000;
    const QueueType& type = row.small;
    int file = harness::make_memory_file(type.bytes);
    auto here = harness::Region::of_file(file, type.bytes);
    auto there = harness::Region::of_file(file, type.bytes);
    type.build(here.data(), {1, 1, Peers::processes});
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
