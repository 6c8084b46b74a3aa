#include "bench/work.hpp"

#include <array>

#include "bench/calibrated_work.hpp"
#include "bench/memory_work.hpp"
#include "bench/mixed_work.hpp"
#include "bench/web_server.hpp"

namespace handoff::bench {
namespace {

template <std::int64_t nanoseconds>
Work calibrated(const char* name) {
  return {.scenario = "cpu_bound",
          .name = name,
          .run = chain_task<nanoseconds>,
          .due = due_chain<nanoseconds>,
          .in_program = [] { due_chain<nanoseconds>(0); }};
}

Work waiting(const char* name, std::uint32_t (*wait)(const TaskNumber&)) {
  return {.scenario = "io_bound", .name = name, .run = wait, .due = due_complement};
}

Work fetching(const char* name, std::uint32_t (*fetch)(const TaskNumber&)) {
  return {.scenario = "io_bound",
          .name = name,
          .run = fetch,
          .due = due_complement,
          .in_program = [] { WebServer::of_this_process(); },
          .servers = [] { return std::vector{WebServer::of_this_process().pid()}; },
          .unavailable = why_no_web_server};
}

const std::array all_works = {
    Work{.scenario = "cpu_bound",
         .name = "sieve",
         .run = count_primes,
         .due = due_primes,
         .in_all_places = true,
         .in_program = [] { due_primes(0); }},
    calibrated<1'000>("1us"),
    calibrated<10'000>("10us"),
    calibrated<100'000>("100us"),
    calibrated<1'000'000>("1ms"),
    Work{.scenario = "memory_bound",
         .name = "sum_64mib",
         .run = sum_part,
         .due = due_sum,
         .in_all_places = true,
         .tasks_per_count = summed_parts,
         .in_submitter = fill_summed_array},
    waiting("fsync", write_durably),
    waiting("wait_1ms", wait_for<1'000'000>),
    waiting("wait_5ms", wait_for<5'000'000>),
    fetching("http", fetch_page),
    fetching("http_5ms", fetch_slow_page),
    Work{.scenario = "mixed",
         .name = "short_90_long_10",
         .run = run_mixed,
         .due = due_mixed,
         .tasks_per_count = mixed_tasks,
         .in_program =
             [] {
               due_chain<short_task_ns>(0);
               due_chain<long_task_ns>(0);
             }},
};

}  // namespace

std::vector<const Work*> available_works(Cases& cases) {
  std::vector<const Work*> available;
  for (const Work& work : all_works) {
    std::string reason = work.unavailable();
    if (reason.empty()) {
      available.push_back(&work);
    } else {
      cases.leave_out(std::string(work.scenario) + " work:" + work.name + ": " + reason);
    }
  }
  return available;
}

}  // namespace handoff::bench
