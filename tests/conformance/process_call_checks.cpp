#include "tests/conformance/process_call_checks.hpp"

#include <ctime>

#include "tests/conformance/process_tasks.hpp"

namespace handoff::conformance {
namespace {

int use_the_processor(const Numbers& numbers, const WorkerSelf& /*self*/) {
  for (timespec used{}; std::int64_t{1'000'000'000} * used.tv_sec + used.tv_nsec < numbers[0];) {
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  }
  return EXIT_SUCCESS;
}

int check_large(const Large& large, const WorkerSelf& /*self*/) {
  if (reinterpret_cast<std::uintptr_t>(&large) % alignof(Large) != 0) return EXIT_FAILURE;
  for (std::size_t i = 0; i < large.words.size(); ++i) {
    if (large.words[i] != ~i) return EXIT_FAILURE;
  }
  return EXIT_SUCCESS;
}

}  // namespace

void it_knows_its_name_and_whether_it_is_a_daemon(const ProcessRow& row, Peers) {
  run_alone([&] {
    Line line;
    auto worker = row.start(tell_name, {40, 0, 0, 2},
                            {.name = "a name of its own", .descriptors = {line.writing()}});
    require(worker->name() == "a name of its own" && !worker->daemon(),
            "the handle's name is wrong");
    require(read_number(line.reading()) == 42, "the argument arrived changed");
    require_joined(*worker);
    require(worker->exit_code() == EXIT_SUCCESS, "the worker's name is wrong");
    auto start_daemon = [&] { return row.start(give_first_number, {0}, {.daemon = true}); };
    if (row.has_daemons) {
      require(start_daemon()->daemon(), "a daemon does not know that it is one");
    } else {
      require_raises<std::invalid_argument>([&] { start_daemon(); }, "daemon", "starting a daemon");
    }
  });
}

void large_and_aligned_arguments_arrive_whole(const ProcessRow& row, Peers) {
  run_alone([&] {
    auto large = std::make_unique<Large>();
    for (std::size_t i = 0; i < large->words.size(); ++i) large->words[i] = ~i;
    auto worker = row.start_large(check_large, *large, {});
    large.reset();  // the worker has its own
    require_joined(*worker);
    require(worker->exit_code() == EXIT_SUCCESS, "an argument arrived changed or misaligned");
  });
}

void senseless_orders_raise_and_start_nothing(const ProcessRow& row, Peers) {
  run_alone([&] {
    auto start = [&](WorkerTask<Numbers> task, const WorkerOptions& options) {
      return [&row, task, options] { row.start(task, {}, options); };
    };
    constexpr std::size_t too_many = 300;
    require_raises<std::invalid_argument>(start(nullptr, {}), "worker", "no task");
    require_raises<std::length_error>(
        start(give_first_number, {.descriptors = std::vector<int>(too_many, STDIN_FILENO)}), "300",
        "too many descriptors");
    require_raises<std::length_error>(start(give_first_number, {.name = std::string(1000, 'n')}),
                                      "1000", "a name that is too long");
    require_raises<std::system_error>(start(give_first_number, {.descriptors = {-1}}), "-1",
                                      "a descriptor that is none");
    require_raises<std::system_error>(start(give_first_number, {.descriptors = {999'999}}),
                                      "999999", "a descriptor that is not open");
    require(row.active_children().empty(), "something was started");
  });
}

void destroying_a_handle_waits_kills_or_lets_go(const ProcessRow& row, Peers) {
  run_alone([&] {
    Line telling;
    {
      auto worker = row.start(tell_name, {1, 0, 0, 1},
                              {.name = "a name of its own", .descriptors = {telling.writing()}});
    }
    if (!row.is_detached) {
      require(is_readable(telling.reading(), at_once), "its handle's destructor did not wait");
    }
    require(read_number(telling.reading()) == 2, "it was not left to finish");
    require(row.active_children().empty(), "one without a handle is listed");
    Line line;
    if (row.has_daemons) start_waiting(row, line, 0, "a daemon", true);  // ended, or let go
    if (row.is_detached) start_waiting(row, line);
    require(row.active_children().empty() || !row.can_be_killed, "one without a handle is listed");
    line.release();
  });
}

void its_processor_time_is_known_after_its_end(const ProcessRow& row, Peers) {
  run_alone([&] {
    constexpr std::chrono::milliseconds burnt(20);
    auto worker = row.start(use_the_processor, {std::chrono::nanoseconds(burnt).count()}, {});
    require_joined(*worker);
    // Where the kernel counts in ticks, a little may be missing.
    require(worker->processor_time() > burnt / 2, "its processor time is missing");
  });
}

}  // namespace handoff::conformance
