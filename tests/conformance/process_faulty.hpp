#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <string>
#include <utility>

#include "impl/common/names.hpp"
#include "impl/process/fork.hpp"
#include "tests/conformance/process_tasks.hpp"

/// Workers that break one promise each.
namespace handoff::conformance {

enum class Fault {
  none,
  has_an_exit_code_at_once,
  shows_the_signal_as_it_is,
  shows_the_first_exit_code_of_all,
  cuts_exit_codes,
  catches_what_should_end_it,
  pretends_to_kill,
  joins_before_the_end,
  gives_up_when_interrupted,
  joins_only_once,
  closes_the_living,
  lets_go_when_destroyed,  ///< and claims to wait
  lets_any_process_use_it,
  has_a_sentinel_that_is_always_ready,
  lists_only_the_living,
  forgets_its_name,
  forgets_its_processor_time,
  loses_the_end_of_an_argument,
  takes_any_descriptor,
  forgets_what_was_thrown,
  prints_twice,
  lets_daemons_live_on,
  ties_daemons_to_a_thread,
  ties_all_to_their_parent,
  tells_nothing_of_its_parent,
  starts_only_in_the_first_process,
  gives_up_without_its_server,
  leaves_a_zombie,
  leaves_a_name,
  leaves_a_worker_that_cannot_be_watched,
  leaks_a_descriptor,
  leaks_memory,
  keeps_its_siblings_descriptors,
  keeps_a_descriptor_open_on_exec,
  calls_too_often,
};

inline const std::string name_of_worker_to_leave = "/" + unguessable_name();

/// How a worker starts, right but for its fault.
template <Fault fault>
struct FaultyWay {
  static constexpr Info info{.name = "faulty",
                             .mechanism = "one promise broken",
                             .reach = Reach::processes,
                             .copies_per_message = 0,
                             .syscalls_per_message = detail::ForkWay::info.syscalls_per_message,
                             .on_peer_death = Survivor::told};
  static constexpr bool is_detached = fault == Fault::lets_go_when_destroyed;
  static constexpr bool is_copy = true;
  static constexpr bool from_one_thread = false;

  static detail::Started launch(const detail::Job& job, const WorkerOptions& options,
                                detail::Children& children) {
    const pid_t parent = getpid();
    static const pid_t first_process = parent;
    if (fault == Fault::starts_only_in_the_first_process && parent != first_process) {
      throw std::logic_error("a worker may not start another");
    }
    leave_something();
    if (fault == Fault::calls_too_often) {
      for (int n = 0; n < 100; ++n) (void)getppid();
    }
    if (fault == Fault::catches_what_should_end_it) {
      ::signal(SIGTERM, [](int) { ::_exit(EXIT_SUCCESS); });
    }
    if (fault != Fault::prints_twice) detail::flush_output();
    (void)children.own_pidfd();
    pid_t pid = ::fork();
    if (pid == -1) detail::throw_not_started(info, options);
    if (pid == 0) be_worker(job, options, children, parent);
    if (fault == Fault::leaves_a_worker_that_cannot_be_watched) {
      return {.pid = pid, .pidfd = open_pidfd(pid)};
    }
    return detail::watch_child(pid);
  }

 private:
  static void leave_something() {
    if (fault == Fault::leaks_a_descriptor) (void)::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);
    if (fault == Fault::keeps_a_descriptor_open_on_exec) (void)::dup(STDIN_FILENO);
    if (fault == Fault::leaves_a_zombie && ::fork() == 0) ::_exit(EXIT_SUCCESS);
    static std::vector<std::string> leaked;
    if (fault == Fault::leaks_memory) leaked.emplace_back(65536, 'x');
    if (fault == Fault::leaves_a_name) {
      const Descriptor file(::shm_open(name_of_worker_to_leave.c_str(), O_CREAT | O_RDWR, S_IRUSR));
    }
  }

  [[noreturn]] static void be_worker(detail::Job job, WorkerOptions options,
                                     detail::Children& children, pid_t parent) noexcept {
    if (fault == Fault::lets_daemons_live_on) options.daemon = false;
    if (fault == Fault::ties_all_to_their_parent) options.daemon = true;
    if (fault == Fault::forgets_its_name) options.name.clear();
    if (fault == Fault::loses_the_end_of_an_argument) cut_argument(job);
    constexpr unsigned long enough_us = 50'000;  // for its parent to go on
    if (fault == Fault::lets_go_when_destroyed) ::usleep(enough_us);
    bool ends_with_thread = fault == Fault::ties_daemons_to_a_thread && options.daemon;
    // One that nobody watches: the test is not to leave it behind.
    if (ends_with_thread || fault == Fault::leaves_a_worker_that_cannot_be_watched) {
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
    if (fault == Fault::keeps_its_siblings_descriptors) {
      detail::run_and_exit(job, {.name = options.name, .descriptors = options.descriptors});
    }
    if (fault == Fault::tells_nothing_of_its_parent) {
      (void)children.forget_in_child();
      detail::run_and_exit(job, {.name = options.name, .descriptors = options.descriptors});
    }
    detail::be_forked_worker(job, options, children);
  }

  static void cut_argument(detail::Job& job) {
    constexpr std::size_t alignment = 4096;
    constexpr std::size_t lost = 8;
    std::size_t room = (job.bytes + alignment - 1) / alignment * alignment;
    void* copy = std::aligned_alloc(alignment, room);
    std::memset(copy, 0, room);
    std::memcpy(copy, job.argument, job.bytes - lost);
    job.argument = copy;
  }
};

/// What its handle says, right but for its fault.
template <Fault fault, class Right = detail::ProcessWorker<FaultyWay<fault>>>
class Faulty : public Right {
 public:
  static constexpr bool is_detached = false;

  template <class Argument>
  static Faulty start(std::type_identity_t<WorkerTask<Argument>> task, const Argument& argument,
                      WorkerOptions options = {}) {
    if (fault == Fault::takes_any_descriptor) options.descriptors.clear();
    Faulty worker(Right::template start<Argument>(task, argument, options));
    if constexpr (requires { Right::server(); }) {
      static const pid_t first = Right::server();
      if (fault == Fault::gives_up_without_its_server && Right::server() != first) {
        throw std::runtime_error("the server is gone");
      }
    }
    return worker;
  }

  bool join(Deadline deadline) {
    if (fault == Fault::joins_before_the_end) return true;
    if (fault == Fault::lets_any_process_use_it && getpid() != starter_) return false;
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
    if (fault == Fault::shows_the_first_exit_code_of_all && code) {
      static const int first = *code;
      return first;
    }
    return code;
  }
  std::chrono::nanoseconds processor_time() {
    if (fault == Fault::forgets_its_processor_time) return {};
    return Right::processor_time();
  }
  void terminate() {
    if (fault != Fault::pretends_to_kill) Right::terminate();
  }
  void kill() {
    if (fault != Fault::pretends_to_kill) Right::kill();
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

  pid_t starter_ = getpid();
  bool is_joined_ = false;
};

template <Fault fault>
struct FaultyRow {
  using type = Faulty<fault>;
};
template <Fault fault>
const ProcessRow& faulty() {
  return process_row<FaultyRow<fault>>();
}

using ProcessCheck = void (*)(const ProcessRow& row, Peers peers);
using PatientProcessCheck = void (*)(const ProcessRow& row, Clock::duration patience);

/// `fault`: and nothing else is rejected.
template <Fault fault>
void expect_rejected(ProcessCheck check) {
  ASSERT_NO_THROW(check(faulty<Fault::none>(), Peers::processes));
  EXPECT_THROW(check(faulty<fault>(), Peers::processes), std::runtime_error);
}

/// By a check that waits for what never comes.
template <Fault fault>
void expect_rejected_soon(PatientProcessCheck check) {
  constexpr auto patience = std::chrono::milliseconds(300);
  ASSERT_NO_THROW(check(faulty<Fault::none>(), usual_patience));
  EXPECT_THROW(check(faulty<fault>(), patience), std::runtime_error);
}

}  // namespace handoff::conformance
