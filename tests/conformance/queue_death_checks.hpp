#pragma once

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <random>

#include "tests/conformance/queue_checks.hpp"

/// What queues promise about deaths at any moment.
namespace handoff::conformance {

/// For queues that say so: kills a process that puts and gets, at any moment, and goes on.
template <class Row>
void a_worker_killed_anywhere_blocks_no_other(Clock::duration watchdog = std::chrono::seconds(60)) {
  using Q = QueueOf<Row, 1024>;
  run_alone(
      [] {
        constexpr unsigned kills = 400;
        constexpr auto while_ends_may_wait = std::chrono::seconds(5);
        InSharedMemory<Q> queue(QueueShape{2, 2, Peers::processes});
        auto in = queue->producer(1);
        auto out = queue->consumer(1);
        std::minstd_rand random(1);
        for (unsigned kill_number = 0; kill_number < kills; ++kill_number) {
          pid_t child = fork();
          require(child != -1, "fork");
          typename Q::value_type item{};
          if (child == 0) {
            auto its_in = queue->producer(0);
            auto its_out = queue->consumer(0);
            for (std::uint64_t n = 0;; ++n) {
              (void)its_in.put(Q::value_type::of(0, n), after(std::chrono::milliseconds(1)));
              (void)its_out.get(item, after(std::chrono::milliseconds(1)));
            }
          }
          std::this_thread::sleep_for(std::chrono::microseconds(500 + random() % 1000));
          require(kill(child, SIGKILL) == 0 && waitpid(child, nullptr, 0) == child, "kill");
          while (out.try_get(item) == Status::ok) require(item.is_whole(), "an item is torn");
          require(in.put(Q::value_type::of(1, 0), after(while_ends_may_wait)) == Status::ok &&
                      out.get(item, after(while_ends_may_wait)) == Status::ok,
                  "unusable after " + std::to_string(kill_number + 1) + " kills");
        }
      },
      watchdog);
}

}  // namespace handoff::conformance
