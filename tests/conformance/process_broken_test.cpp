#include <gtest/gtest.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <utility>

#include "impl/process/fork.hpp"
#include "tests/conformance/process_call_checks.hpp"
#include "tests/conformance/process_checks.hpp"
#include "tests/conformance/process_life_checks.hpp"
#include "tests/conformance/process_limit_checks.hpp"
#include "tests/conformance/process_surroundings_checks.hpp"
#include "tests/conformance/process_tasks.hpp"
#include "tests/conformance/system_calls.hpp"

/// Workers that break one promise each, and the checks that must see it.
namespace handoff::conformance {
namespace {

enum class Fault {
  none,
  has_an_exit_code_at_once,
  shows_the_signal_as_it_is,
  joins_before_the_end,
  gives_up_when_interrupted,
  joins_only_once,
  closes_the_living,
  has_a_sentinel_that_is_always_ready,
  lists_only_the_living,
  lets_daemons_live_on,
  ties_daemons_to_a_thread,
  ties_all_to_their_parent,
  leaks_a_descriptor,
  keeps_a_descriptor_open_on_exec,
  leaves_a_zombie,
  prints_twice,
  forgets_what_was_thrown,
  leaves_a_worker_that_cannot_be_watched,
  takes_any_descriptor,
  cuts_exit_codes,
  calls_too_often,
  leaks_memory,
};

/// How a worker starts, right but for its fault.
template <Fault fault>
struct FaultyWay {
  static constexpr Info info{.name = "faulty",
                             .mechanism = "one promise broken",
                             .reach = Reach::processes,
                             .copies_per_message = 0,
                             .syscalls_per_message = detail::ForkWay::info.syscalls_per_message,
                             .on_peer_death = Survivor::told};
  static constexpr bool is_detached = false;
  static constexpr bool is_copy = true;
  static constexpr bool from_one_thread = false;

  static detail::Started launch(const detail::Job& job, const WorkerOptions& options,
                                detail::Children& children) {
    if (fault == Fault::leaks_a_descriptor) (void)::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);
    if (fault == Fault::keeps_a_descriptor_open_on_exec) (void)::dup(STDIN_FILENO);
    if (fault == Fault::leaves_a_zombie && ::fork() == 0) ::_exit(EXIT_SUCCESS);
    if (fault == Fault::calls_too_often) {
      for (int n = 0; n < 100; ++n) (void)getppid();
    }
    if (fault == Fault::leaks_memory) new std::array<char, 65536>{};
    if (fault != Fault::prints_twice) detail::flush_output();
    (void)children.own_pidfd();
    const pid_t parent = getpid();
    pid_t pid = ::fork();
    if (pid == -1) detail::throw_not_started(info, options);
    if (pid == 0) be_worker(job, options, children, parent);
    if (fault == Fault::leaves_a_worker_that_cannot_be_watched) {
      return {.pid = pid, .pidfd = open_pidfd(pid)};
    }
    return detail::watch_child(pid);
  }

 private:
  [[noreturn]] static void be_worker(const detail::Job& job, WorkerOptions options,
                                     detail::Children& children, pid_t parent) noexcept {
    if (fault == Fault::lets_daemons_live_on) options.daemon = false;
    if (fault == Fault::ties_all_to_their_parent) options.daemon = true;
    if (fault == Fault::ties_daemons_to_a_thread && options.daemon) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      if (getppid() != parent) ::_exit(EXIT_FAILURE);
      options.daemon = false;
    }
    if (fault == Fault::forgets_what_was_thrown) {
      try {
        ::_exit(job.run(job.task, job.argument, {.name = options.name}));
      } catch (...) {
        ::_exit(EXIT_FAILURE);
      }
    }
    detail::be_forked_worker(job, options, children);
  }
};

/// What its handle says, right but for its fault.
template <Fault fault>
class Faulty : public detail::ProcessWorker<FaultyWay<fault>> {
  using Right = detail::ProcessWorker<FaultyWay<fault>>;

 public:
  template <class Argument>
  static Faulty start(std::type_identity_t<WorkerTask<Argument>> task, const Argument& argument,
                      WorkerOptions options = {}) {
    if (fault == Fault::takes_any_descriptor) options.descriptors.clear();
    return Faulty(Right::template start<Argument>(task, argument, options));
  }

  bool join(Deadline deadline) {
    if (fault == Fault::joins_before_the_end) return true;
    if (fault == Fault::joins_only_once && std::exchange(is_joined_, true)) return false;
    if (fault == Fault::gives_up_when_interrupted) {
      pollfd entry{.fd = this->sentinel(), .events = POLLIN, .revents = 0};
      if (deadline != at_once && ::poll(&entry, 1, -1) == -1) return false;
    }
    return Right::join(deadline);
  }
  std::optional<int> exit_code() {
    std::optional<int> code = Right::exit_code();
    if (fault == Fault::has_an_exit_code_at_once && !code) return 0;
    if (fault == Fault::shows_the_signal_as_it_is && code && *code < 0) return -*code;
    if (fault == Fault::cuts_exit_codes && code && *code > 0) return *code & 0x7f;
    return code;
  }
  void close() {
    if (fault == Fault::closes_the_living) {
      this->kill();
      this->join(never);
    }
    Right::close();
  }
  int sentinel() {
    if (fault != Fault::has_a_sentinel_that_is_always_ready) return Right::sentinel();
    static const int ready = ::eventfd(1, EFD_CLOEXEC);
    return ready;
  }
  static std::vector<pid_t> active_children() {
    std::vector<pid_t> pids = Right::active_children();
    if (fault == Fault::lists_only_the_living) std::erase_if(pids, has_ended);
    return pids;
  }

 private:
  explicit Faulty(Right&& right) : Right(std::move(right)) {}

  bool is_joined_ = false;
};

template <Fault fault>
const ProcessRow& faulty() {
  static constexpr ProcessRow row = process_row_of<Faulty<fault>>();
  return row;
}

using CheckFunction = void (*)(const ProcessRow& row, Peers peers);
using CheckFunctionWithPatience = void (*)(const ProcessRow& row, Clock::duration patience);

template <Fault fault>
void expect_rejected(CheckFunction check) {
  ASSERT_NO_THROW(check(faulty<Fault::none>(), Peers::processes));
  EXPECT_THROW(check(faulty<fault>(), Peers::processes), std::runtime_error);
}

TEST(ABrokenWorker, that_has_an_exit_code_at_once_is_rejected) {
  expect_rejected<Fault::has_an_exit_code_at_once>(has_no_exit_code_before_it_has_ended);
}

TEST(ABrokenWorker, that_shows_the_signal_as_it_is_is_rejected) {
  expect_rejected<Fault::shows_the_signal_as_it_is>(a_killed_worker_shows_minus_the_signal);
  expect_rejected<Fault::shows_the_signal_as_it_is>(exit_codes_and_deaths_are_told_apart);
}

TEST(ABrokenWorker, that_cuts_exit_codes_is_rejected) {
  expect_rejected<Fault::cuts_exit_codes>(exit_codes_and_deaths_are_told_apart);
}

TEST(ABrokenWorker, that_joins_before_the_end_is_rejected) {
  expect_rejected<Fault::joins_before_the_end>(join_without_time_returns_at_once);
  expect_rejected<Fault::joins_before_the_end>(join_waits_its_time_and_no_longer);
}

TEST(ABrokenWorker, that_gives_up_when_interrupted_is_rejected) {
  expect_rejected<Fault::gives_up_when_interrupted>(join_goes_on_after_interrupted_calls);
}

TEST(ABrokenWorker, that_joins_only_once_is_rejected) {
  expect_rejected<Fault::joins_only_once>(join_may_be_repeated);
}

TEST(ABrokenWorker, that_closes_the_living_is_rejected) {
  expect_rejected<Fault::closes_the_living>(closing_a_live_worker_raises_and_so_does_later_use);
}

TEST(ABrokenWorker, that_has_a_sentinel_that_is_always_ready_is_rejected) {
  expect_rejected<Fault::has_a_sentinel_that_is_always_ready>(
      the_sentinel_becomes_ready_when_the_worker_ends);
}

TEST(ABrokenWorker, that_lists_only_the_living_is_rejected) {
  expect_rejected<Fault::lists_only_the_living>(children_are_active_from_start_to_join);
}

TEST(ABrokenWorker, that_lets_daemons_live_on_is_rejected) {
  constexpr auto patience = std::chrono::milliseconds(300);
  EXPECT_NO_THROW(daemons_end_with_their_parent(faulty<Fault::none>(), patience));
  EXPECT_THROW(daemons_end_with_their_parent(faulty<Fault::lets_daemons_live_on>(), patience),
               std::runtime_error);
}

TEST(ABrokenWorker, that_ties_daemons_to_a_thread_is_rejected) {
  expect_rejected<Fault::ties_daemons_to_a_thread>(a_daemon_outlives_the_thread_that_started_it);
}

TEST(ABrokenWorker, that_ties_all_to_their_parent_is_rejected) {
  expect_rejected<Fault::ties_all_to_their_parent>(what_is_no_daemon_outlives_its_parent);
}

TEST(ABrokenWorker, that_leaks_descriptors_is_rejected) {
  expect_rejected<Fault::leaks_a_descriptor>(many_workers_one_after_the_other_leak_nothing);
  expect_rejected<Fault::leaks_a_descriptor>(workers_have_no_descriptors_of_their_siblings);
}

TEST(ABrokenWorker, that_leaks_memory_is_rejected) {
  expect_rejected<Fault::leaks_memory>(many_workers_one_after_the_other_leak_nothing);
}

TEST(ABrokenWorker, that_keeps_a_descriptor_open_on_exec_is_rejected) {
  expect_rejected<Fault::keeps_a_descriptor_open_on_exec>(all_its_descriptors_are_closed_on_exec);
}

TEST(ABrokenWorker, that_leaves_a_zombie_is_rejected) {
  constexpr auto patience = std::chrono::milliseconds(300);
  EXPECT_NO_THROW(workers_that_nobody_joins_leave_no_zombie(faulty<Fault::none>(), patience));
  EXPECT_THROW(
      workers_that_nobody_joins_leave_no_zombie(faulty<Fault::leaves_a_zombie>(), patience),
      std::runtime_error);
}

TEST(ABrokenWorker, that_prints_twice_is_rejected) {
  expect_rejected<Fault::prints_twice>(what_was_printed_before_appears_once);
}

TEST(ABrokenWorker, that_forgets_what_was_thrown_is_rejected) {
  expect_rejected<Fault::forgets_what_was_thrown>(an_exception_is_told_whole_and_gives_exit_code_1);
}

TEST(ABrokenWorker, that_is_left_when_it_cannot_be_watched_is_rejected) {
  constexpr auto patience = std::chrono::milliseconds(300);
  CheckFunctionWithPatience check = a_start_without_descriptors_left_raises_and_leaves_nothing;
  EXPECT_NO_THROW(check(faulty<Fault::none>(), patience));
  EXPECT_THROW(check(faulty<Fault::leaves_a_worker_that_cannot_be_watched>(), patience),
               std::runtime_error);
}

TEST(ABrokenWorker, that_takes_any_descriptor_is_rejected) {
  expect_rejected<Fault::takes_any_descriptor>(senseless_orders_raise_and_start_nothing);
  expect_rejected<Fault::takes_any_descriptor>(only_what_is_passed_on_reaches_another_program);
}

TEST(ABrokenWorker, that_calls_the_kernel_more_often_than_it_claims_is_rejected) {
  if (!why_no_counting().empty()) GTEST_SKIP() << why_no_counting();
  expect_rejected<Fault::calls_too_often>(it_makes_as_many_system_calls_as_it_claims);
}

}  // namespace
}  // namespace handoff::conformance
