#pragma once

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstddef>
#include <ctime>
#include <filesystem>
#include <fstream>

#include "tests/conformance/queue_checks.hpp"

/// What queues promise about closing, limits, cost, death and memory.
namespace handoff::conformance {

template <class Row>
void after_close_puts_are_refused_and_gets_drain(Peers peers) {
  using Q = QueueOf<Row>;
  run_alone([peers] {
    auto queue = std::make_unique<Q>(QueueShape{1, 1, peers});
    auto in = queue->producer(0);
    auto out = queue->consumer(0);
    for (std::uint64_t n = 0; n < 3; ++n) (void)in.try_put(Parcel<8>::of(0, n));
    queue->close();
    require(in.try_put(Parcel<8>::of(0, 9)) == Status::closed, "try_put after close");
    require(in.put(Parcel<8>::of(0, 9), never) == Status::closed, "put after close");
    Parcel<8> item{};
    for (std::uint64_t n = 0; n < 3; ++n) {
      require(out.get(item, never) == Status::ok && item.number() == n, "close drops items");
    }
    require(out.try_get(item) == Status::closed, "a drained try_get is not told of the close");
    require(out.get(item, never) == Status::closed, "a drained get is not told of the close");
  });
}

/// For queues that promise it: whoever waits is woken by a close.
template <class Row>
void close_wakes_whoever_waits(Peers peers, Clock::duration watchdog = usual_watchdog) {
  using Q = QueueOf<Row>;
  auto build = [peers](std::byte* place) { new (place) Q(QueueShape{1, 1, peers}); };
  auto close_later = [](Q& queue) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    queue.close();
  };
  run_over<Q>(
      peers, 2, build,
      [&](Q& queue, unsigned worker) {
        if (worker == 1) return close_later(queue);
        Parcel<8> item{};
        require(queue.consumer(0).get(item, never) == Status::closed, "a waiting get");
      },
      watchdog);
  run_over<Q>(
      peers, 2, build,
      [&](Q& queue, unsigned worker) {
        if (worker == 1) return close_later(queue);
        auto end = queue.producer(0);
        (void)fill(queue, end);
        require(end.put(Parcel<8>::of(0, 0), never) == Status::closed, "a waiting put");
      },
      watchdog);
}

template <class Row>
void closing_with_undelivered_items_does_not_hang(Peers peers) {
  using Q = QueueOf<Row, 1024, roomy_capacity<Row>>;
  run_alone([peers] {
    auto queue = std::make_unique<Q>(QueueShape{1, 1, peers});
    auto end = queue->producer(0);
    (void)fill(*queue, end);
    queue->close();
  });
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

template <class Row>
void what_is_over_a_limit_raises(Peers peers) {
  using Q = QueueOf<Row>;
  run_alone([peers] {
    if (Q::info.producers == Holders::one) {
      require_limit_error([&] { std::make_unique<Q>(QueueShape{2, 1, peers}); }, "producers");
    }
    if (Q::info.consumers == Holders::one) {
      require_limit_error([&] { std::make_unique<Q>(QueueShape{1, 2, peers}); }, "consumers");
    }
    constexpr std::size_t many = 1024;
    if (Q::info.largest_capacity() < many) {
      using Long = QueueOf<Row, 8, many>;
      require_limit_error([&] { std::make_unique<Long>(QueueShape{1, 1, peers}); }, "capacity");
    }
    constexpr std::size_t large = 65536;
    if (Q::info.largest_message() < large) {
      using Wide = QueueOf<Row, large>;
      require_limit_error([&] { std::make_unique<Wide>(QueueShape{1, 1, peers}); }, "message");
    }
  });
}

inline std::chrono::nanoseconds processor_time() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

/// For queues that say that their waiters block.
template <class Row>
void a_waiter_costs_next_to_no_processor_time(Peers peers) {
  using Q = QueueOf<Row>;
  run_alone([peers] {
    auto queue = std::make_unique<Q>(QueueShape{1, 1, peers});
    auto out = queue->consumer(0);
    Parcel<8> item{};
    auto before = processor_time();
    require(out.get(item, after(std::chrono::milliseconds(300))) == Status::would_wait, "empty");
    require(processor_time() - before < std::chrono::milliseconds(100), "the waiter spins");
  });
}

/// From here on the calling thread dies of a futex call.
inline bool forbid_futex() {
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

/// For queues that say that nobody asleep means no system call.
template <class Row>
void hands_over_without_a_futex_call_while_nobody_sleeps(Peers peers) {
  using Q = QueueOf<Row>;
  run_alone([peers] {
    auto queue = std::make_unique<Q>(QueueShape{1, 1, peers});
    auto in = queue->producer(0);
    auto out = queue->consumer(0);
    require(forbid_futex(), "seccomp is not to be had");
    Parcel<8> item{};
    for (std::uint64_t n = 0; n < 1000; ++n) {
      require(in.put(Parcel<8>::of(0, n), never) == Status::ok, "put");
      require(out.get(item, never) == Status::ok, "get");
    }
  });
}

/// For many consumers: one that is killed between two gets takes nothing with it.
template <class Row>
void a_consumer_killed_while_idle_loses_only_what_it_took(Peers peers) {
  using Q = QueueOf<Row>;
  run_alone([peers] {
    InSharedMemory<Q> queue(QueueShape{1, 2, peers});
    auto in = queue->producer(0);
    for (std::uint64_t n = 0; n < small_capacity; ++n) (void)in.try_put(Parcel<8>::of(0, n));
    pid_t child = fork();
    Parcel<8> item{};
    if (child == 0) {
      auto out = queue->consumer(0);
      for (int n = 0; n < 3; ++n) (void)out.get(item, never);
      raise(SIGKILL);
    }
    require(child > 0 && waitpid(child, nullptr, 0) == child, "fork");
    auto out = queue->consumer(1);
    for (std::uint64_t n = 3; n < small_capacity; ++n) {
      require(out.get(item, after(std::chrono::seconds(1))) == Status::ok && item.number() == n,
              "what the killed consumer had not taken is lost");
    }
  });
}

inline std::size_t entries(const char* folder) {
  std::error_code ignored;  // a folder that this machine lacks holds nothing
  auto all = std::filesystem::directory_iterator(folder, ignored);
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

inline std::size_t mappings_of_this_process() {
  std::ifstream maps("/proc/self/maps");
  std::size_t count = 0;
  for (std::string line; std::getline(maps, line);) ++count;
  return count;
}

template <class Row>
void building_and_dropping_leaks_nothing(Peers peers) {
  using Q = QueueOf<Row>;
  run_alone([peers] {
    auto cycle = [peers] {
      auto queue = std::make_unique<Q>(QueueShape{1, 1, peers});
      auto end = queue->producer(0);
      (void)end.try_put(Parcel<8>::of(0, 0));
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

/// For queues that lie in their own memory alone.
template <class Row>
void works_through_two_mappings_at_different_addresses(Peers) {
  using Q = QueueOf<Row>;
  run_alone([] {
    constexpr std::uint64_t items = 2000;
    int file = harness::make_memory_file(sizeof(Q));
    auto here = harness::Region::of_file(file, sizeof(Q));
    auto there = harness::Region::of_file(file, sizeof(Q));
    auto in = (new (here.data()) Q(QueueShape{1, 1, Peers::processes}))->producer(0);
    auto out = reinterpret_cast<Q*>(there.data())->consumer(0);
    std::thread putter([&] {
      for (std::uint64_t n = 0; n < items; ++n) (void)in.put(Parcel<8>::of(0, n), never);
    });
    Parcel<8> item{};
    bool in_order = true;
    for (std::uint64_t n = 0; n < items; ++n) {
      in_order = out.get(item, never) == Status::ok && item.number() == n && in_order;
    }
    putter.join();
    require(in_order, "items are lost or out of order");
  });
}

}  // namespace handoff::conformance
