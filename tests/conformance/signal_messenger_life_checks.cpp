#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "tests/conformance/lives.hpp"
#include "tests/conformance/signal_children.hpp"
#include "tests/conformance/signal_messenger_checks.hpp"
#include "tests/conformance/system_calls.hpp"

namespace handoff::conformance {
namespace {

using Object = ObjectOnHeap<Form<SignalShape, AnyMessengerHandle>>;

/// Forks a child of that number, which nobody has; -1 where the kernel refuses.
pid_t fork_with_number(pid_t number) {
  clone_args arguments{};
  arguments.exit_signal = SIGCHLD;
  arguments.set_tid = reinterpret_cast<std::uintptr_t>(&number);
  arguments.set_tid_size = 1;
  return static_cast<pid_t>(syscall(SYS_clone3, &arguments, sizeof arguments));
}

/// Of a child that has ended and been reaped.
pid_t free_number() {
  const pid_t child = fork();
  if (child == 0) _exit(EXIT_SUCCESS);
  waitpid(child, nullptr, 0);
  return child;
}

/// A process of that number that has nothing to do with the messenger.
class Stranger {
 public:
  explicit Stranger(pid_t number) {
    const pid_t parent = getpid();
    process_ = fork_with_number(number);
    if (process_ == 0) {
      end_with_parent(parent);
      sigset_t all;
      sigfillset(&all);
      pthread_sigmask(SIG_BLOCK, &all, nullptr);
      for (;;) pause();
    }
    require(process_ == number, std::string("no process of a chosen number: ") + strerror(errno));
  }
  ~Stranger() {
    ::kill(process_, SIGKILL);
    waitpid(process_, nullptr, 0);
  }
  Stranger(const Stranger&) = delete;
  Stranger& operator=(const Stranger&) = delete;

 private:
  pid_t process_;
};

}  // namespace

std::string why_no_chosen_number() {
  static const std::string reason = [] {
    const pid_t child = fork_with_number(free_number());
    if (child == 0) _exit(EXIT_SUCCESS);
    if (child == -1) return std::string("clone3 with a chosen number: ") + strerror(errno);
    waitpid(child, nullptr, 0);
    return std::string();
  }();
  return reason;
}

void values_and_receivers_out_of_range_raise(const MessengerRow& row, Peers peers) {
  run_alone([&] {
    const Object messenger(row.form, {2, peers});
    auto handle = messenger.handle(0);
    require_raises<std::out_of_range>("a receiver too many", [&] { (void)handle->send(2, 0); });
    constexpr unsigned far = std::numeric_limits<unsigned>::max();
    require_raises<std::out_of_range>("a receiver too many", [&] { (void)handle->send(far, 0); });
    require_raises<LimitError>("workers too many", [&] { Object(row.form, {far, peers}); });
    if (!row.facts.carries_values) {
      require_raises<std::invalid_argument>("a value", [&] { (void)handle->send(0, 1); });
    }
    for (int value : {std::numeric_limits<int>::min(), -1, std::numeric_limits<int>::max()}) {
      if (!row.facts.carries_values) break;
      require(handle->send(0, value) == Status::ok, "a send failed");
      require(handle->wait(never) == value, "an extreme value came as another");
    }
  });
}

void a_second_handle_of_a_process_raises(const MessengerRow& row, Peers peers) {
  run_alone([&] {
    const Object messenger(row.form, {2, peers});
    {
      auto handle = messenger.handle(0);
      require_raises<std::logic_error>("a second handle", [&] { (void)messenger.handle(1); });
      require(handle->send(0, 0) == Status::ok && handle->wait(never).has_value(),
              "a refused handle disturbs the other");
    }
    (void)messenger.handle(1);  // now that the other has gone
  });
}

void makes_the_system_calls_that_it_claims(const MessengerRow& row, Peers peers) {
  run_alone([&] {
    require_system_calls(row.info.syscalls_per_message, [&] {
      auto messenger = std::make_shared<Object>(row.form, SignalShape{1, peers});
      std::shared_ptr<AnyMessengerHandle> handle = messenger->handle(0);
      return [messenger, handle](unsigned count) {
        for (unsigned n = 0; n < count; ++n) {
          require(handle->send(0, 0) == Status::ok, "a send failed");
          require(handle->wait(never).has_value(), "a wait failed");
        }
      };
    });
  });
}

/// Of two processes with a mapping each.
void works_through_two_mappings_at_different_addresses(const MessengerRow& row, Peers) {
  const Descriptor file(harness::make_memory_file(row.form.bytes));
  auto here = harness::Region::of_file(file.get(), row.form.bytes);
  auto there = harness::Region::of_file(file.get(), row.form.bytes);
  row.form.build(here.data(), {2, Peers::processes});
  constexpr int turns = 100;
  auto work = [&](harness::Region& other, const harness::Region& mapping, unsigned worker) {
    { const harness::Region gone = std::move(other); }  // in this process
    auto handle = row.form.handle(mapping.data(), worker);
    for (int n = 0; n < turns; ++n) {
      if (worker == 0) require(handle->send(1, 0) == Status::ok, "a send failed");
      require(handle->wait(never).has_value(), "a wait failed");
      if (worker == 1) require(handle->send(0, 0) == Status::ok, "a send failed");
    }
  };
  run_workers(Peers::processes, {[&] { work(there, here, 0); }, [&] { work(here, there, 1); }});
  row.form.destroy(there.data());
}

void a_waiter_for_a_killed_sender_sees_what_is_claimed(const MessengerRow& row,
                                                       Clock::duration patience) {
  run_alone([&] {
    const SharedObject messenger(row.form, {2, Peers::processes});
    InSharedMemory<Steps> steps;
    auto survivor = start_process([&] {
      auto handle = messenger.handle(0);
      require(handle->wait(never).has_value(), "a wait failed");
      steps->reach(1);
      (void)handle->wait(never);
    });
    be_killed_in([&] {
      auto handle = messenger.handle(1);
      require(handle->send(0, 0) == Status::ok, "a send failed");
      steps->wait_for(1);
      raise(SIGKILL);
    });
    require_end(*survivor, row.info.on_peer_death == Survivor::hangs, patience);
  });
}

void a_waiter_for_a_killed_sender_sees_what_is_claimed(const MessengerRow& row, Peers) {
  a_waiter_for_a_killed_sender_sees_what_is_claimed(row, usual_patience);
}

namespace {

/// Sends to a worker, which then dies; the rest of the play has its number.
void with_a_dead_worker(const MessengerRow& row,
                        const std::function<void(AnyMessengerHandle&, pid_t)>& rest) {
  run_alone([&] {
    const SharedObject messenger(row.form, {2, Peers::processes});
    auto handle = messenger.handle(0);
    auto worker = start_waiter([&] {
      auto other = messenger.handle(1);
      while (other->wait(never)) {
      }
    });
    require(handle->send(1, 0) == Status::ok, "a send to a worker that lives failed");
    const pid_t number = worker->process(0);
    worker->kill();
    rest(*handle, number);
  });
}

}  // namespace

void a_send_to_a_dead_worker_says_so(const MessengerRow& row, Peers) {
  with_a_dead_worker(row, [](AnyMessengerHandle& handle, pid_t) {
    require(handle.send(1, 0) == Status::closed, "a send to a dead worker succeeded");
  });
}

void who_has_a_dead_workers_number_is_sent_to_only_where_claimed(const MessengerRow& row, Peers) {
  with_a_dead_worker(row, [&](AnyMessengerHandle& handle, pid_t number) {
    const Stranger stranger(number);
    const Status due = row.facts.knows_its_peer ? Status::closed : Status::ok;
    require(handle.send(1, 0) == due, "a send to a stranger ended otherwise than claimed");
  });
}

}  // namespace handoff::conformance
