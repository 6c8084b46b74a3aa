#include "tests/conformance/signal_child_checks.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <map>

#include "impl/common/descriptor.hpp"
#include "tests/conformance/leftovers.hpp"
#include "tests/conformance/play.hpp"
#include "tests/conformance/signal_children.hpp"
#include "tests/conformance/system_calls.hpp"

namespace handoff::conformance {
namespace {

/// One worker has a watcher, and children, for itself.
void alone(const WatcherRow& row, Peers peers, const std::function<void(AnyWatcherHandle&)>& use) {
  share(row.form, {1, peers}, [&](AnyWatcherHandle& handle, unsigned) { use(handle); });
}

void expect(const std::optional<ChildEnd>& told, const Child& child, int code) {
  require(told.has_value(), "a wait without an end ended without a child's");
  require(told->process == child.process(), "the end of another process is told");
  require(told->code == code, "the code " + std::to_string(told->code) + " is told, and " +
                                  std::to_string(code) + " was due");
  require(!child.is_left(), "a child whose end was told is left to be reaped");
}

/// Children wait in front of it until it opens.
class Gate {
 public:
  Gate() {
    int both[2];
    require(pipe2(both, O_CLOEXEC) == 0, "pipe2");
    inside_.reset(both[0]);
    outside_.reset(both[1]);
  }
  /// In a child.
  void pass() {
    outside_.reset();
    char none = 0;
    require(read(inside_.get(), &none, 1) == 0, "read");
  }
  void open() { outside_.reset(); }

 private:
  Descriptor inside_;
  Descriptor outside_;
};

}  // namespace

void an_end_is_told_once_with_process_and_code(const WatcherRow& row, Peers peers) {
  alone(row, peers, [](AnyWatcherHandle& handle) {
    constexpr int most = 255;
    for (int code : {0, 1, most}) {
      const Child child([code] {
        std::this_thread::sleep_for(a_moment / 4);
        return code;
      });
      handle.watch(child.process());
      expect(handle.wait(never), child, code);
    }
    for (int signal : {SIGKILL, SIGTERM, SIGSEGV}) {
      const Child child([signal] {
        ::signal(signal, SIG_DFL);  // a sanitizer's handler would exit instead
        raise(signal);
        return 0;
      });
      handle.watch(child.process());
      expect(handle.wait(never), child, -signal);
    }
    // Told once: what is left to be told is the end of another.
    const Child child = ended_child(2);
    handle.watch(child.process());
    expect(handle.wait(never), child, 2);
    const Child living = living_child();
    handle.watch(living.process());
    require(!handle.wait(at_once), "an end is told twice, or of one that lives");
  });
}

void an_end_before_the_watch_is_told(const WatcherRow& row, Peers peers) {
  alone(row, peers, [](AnyWatcherHandle& handle) {
    for (Deadline deadline : {never, at_once}) {
      const Child child = ended_child(3);
      handle.watch(child.process());
      expect(handle.wait(deadline), child, 3);
    }
  });
}

/// One signal may stand for many of them.
void none_of_a_hundred_that_end_at_once_is_missed(const WatcherRow& row, Peers peers) {
  alone(row, peers, [](AnyWatcherHandle& handle) {
    constexpr int many = 100;
    const auto descriptors = open_descriptors();
    {
      Gate gate;
      std::vector<Child> children;
      std::map<pid_t, int> due;
      for (int n = 0; n < many; ++n) {
        children.emplace_back([&gate, n] {
          gate.pass();
          return n;
        });
        due[children.back().process()] = n;
        handle.watch(children.back().process());
      }
      gate.open();
      for (int n = 0; n < many; ++n) {
        const auto told = handle.wait(never);
        require(told && due.contains(told->process), "an end is told twice, or of nobody");
        require(due[told->process] == told->code, "the code of another child is told");
        due.erase(told->process);
      }
      for (const Child& child : children) {
        require(!child.is_left(), "a child whose end was told is left to be reaped");
      }
    }
    require(open_descriptors() == descriptors, "descriptors are left open");
  });
}

void a_wait_fails_after_its_time_and_not_before(const WatcherRow& row, Peers peers) {
  alone(row, peers, [&](AnyWatcherHandle& handle) {
    const Child child = living_child();
    handle.watch(child.process());
    require(!handle.wait(at_once), "the end of one that lives is told");
    if (!row.facts.timed) {
      require_raises<std::invalid_argument>("a deadline",
                                            [&] { (void)handle.wait(after(a_moment)); });
      return;
    }
    for (auto length : {std::chrono::milliseconds(1), std::chrono::milliseconds(50)}) {
      const Deadline deadline = after(length);
      require(!handle.wait(deadline), "the end of one that lives is told");
      require(Clock::now() >= deadline, "a wait gave up too early");
    }
    require(!handle.wait(Clock::now() - std::chrono::hours(1)), "one that lives is told of");
  });
}

void others_children_are_left_alone_where_claimed(const WatcherRow& row, Peers peers) {
  alone(row, peers, [&](AnyWatcherHandle& handle) {
    const Child stranger = ended_child(4);
    const Child watched = living_child();
    handle.watch(watched.process());
    const auto told = handle.wait(at_once);
    if (row.facts.takes_strangers) {
      expect(told, stranger, 4);
    } else {
      require(!told && stranger.is_left(), "a child is reaped that nobody watches");
    }
    kill(watched.process(), SIGKILL);
    expect(handle.wait(never), watched, -SIGKILL);
  });
}

void who_is_no_child_and_nobody_raise(const WatcherRow& row, Peers peers) {
  alone(row, peers, [](AnyWatcherHandle& handle) {
    require_raises<std::logic_error>("a wait for nobody", [&] { (void)handle.wait(never); });
    const Child reaped = ended_child(5);
    handle.watch(reaped.process());
    expect(handle.wait(never), reaped, 5);
    for (pid_t nobody : {0, -1, getpid(), getppid(), reaped.process()}) {
      require_raises<std::system_error>("who is no child", [&] { handle.watch(nobody); });
    }
    require_raises<std::logic_error>("a wait for nobody", [&] { (void)handle.wait(at_once); });
  });
}

void a_call_goes_on_after_an_end(const WatcherRow& row, Peers peers) {
  alone(row, peers, [](AnyWatcherHandle& handle) {
    int both[2];
    require(pipe2(both, O_CLOEXEC) == 0, "pipe2");
    const Descriptor reads(both[0]);
    const Descriptor writes(both[1]);
    const Child first([] {
      std::this_thread::sleep_for(a_moment);
      return 0;
    });
    const Child second([&] {
      std::this_thread::sleep_for(2 * a_moment);
      require(write(writes.get(), "x", 1) == 1, "write");
      for (;;) pause();  // its own end is not meant
      return 0;
    });
    handle.watch(first.process());
    char byte = 0;
    require(read(reads.get(), &byte, 1) == 1, "a read was ended by a child's end");
    expect(handle.wait(never), first, 0);
  });
}

void a_wait_goes_on_after_signals(const WatcherRow& row, Peers peers) {
  InSharedMemory<Interruptible> waiter;
  alone(row, peers, [&](AnyWatcherHandle& handle) {
    waiter->expect_interruptions();
    const Child child([&] {
      waiter->interrupt();
      return 0;
    });
    handle.watch(child.process());
    expect(handle.wait(never), child, 0);
  });
}

void who_sleeps_costs_no_processor_time(const WatcherRow& row, Peers peers) {
  InSharedMemory<Steps> steps;
  alone(row, peers, [&](AnyWatcherHandle& handle) {
    const Child child([&] {
      steps->wait_for(1);
      std::this_thread::sleep_for(a_sleep);
      return 0;
    });
    handle.watch(child.process());
    if (row.facts.timed) {
      require_sleep_in(
          [&] { require(!handle.wait(after(a_sleep)), "a living child was told of"); });
    }
    steps->reach(1);
    require_sleep_in([&] { expect(handle.wait(never), child, 0); });
  });
}

/// Of a watch and a wait for a child that has ended; what it takes to have one is counted apart.
void makes_the_system_calls_that_it_claims(const WatcherRow& row, Peers peers) {
  run_alone([&] {
    constexpr unsigned ends = 100;
    auto count = [&](bool watch) {
      return count_system_calls([&](const std::function<void()>& mark) {
        const ObjectOnHeap watcher(row.form, {1, peers});
        auto handle = watch ? watcher.handle(0) : nullptr;
        auto one = [&] {
          const pid_t child = fork();
          if (child == 0) _exit(EXIT_SUCCESS);
          siginfo_t info{};
          waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT);
          if (!handle) return;
          handle->watch(child);
          require(handle->wait(never).has_value(), "a wait failed");
        };
        one();  // what is made with the first one
        mark();
        for (unsigned n = 0; n < ends; ++n) one();
        mark();
      });
    };
    const double bare = static_cast<double>(count(false)) / ends;
    const double found = static_cast<double>(count(true)) / ends - bare;
    require(std::abs(found - row.info.syscalls_per_message) <= 0.05,
            "an end takes " + std::to_string(found) + " system calls, not " +
                std::to_string(row.info.syscalls_per_message));
  });
}

}  // namespace handoff::conformance
