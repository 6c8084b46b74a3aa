#include "tests/conformance/signal_messenger_checks.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>

#include "impl/common/descriptor.hpp"
#include "tests/conformance/play.hpp"
#include "tests/conformance/slowness.hpp"

namespace handoff::conformance {
namespace {

using Play = std::function<void(AnyMessengerHandle&)>;

/// Worker 0 does the one, worker 1 the other.
void between_two(const MessengerRow& row, Peers peers, const Play& first, const Play& second) {
  share(row.form, {2, peers}, [&](AnyMessengerHandle& handle, unsigned worker) {
    worker == 0 ? first(handle) : second(handle);
  });
}

/// Again while the kernel keeps no more for the receiver.
void send(AnyMessengerHandle& handle, unsigned to, int value = 0) {
  Status status = Status::would_wait;
  while ((status = handle.send(to, value)) == Status::would_wait) std::this_thread::yield();
  require(status == Status::ok, "a send to a worker that lives failed");
}

void expect(AnyMessengerHandle& handle, const MessengerRow& row, int value,
            Deadline deadline = never) {
  const int due = row.facts.carries_values ? value : 0;
  const std::string was_due = ", and " + std::to_string(due) + " was due";
  const auto got = handle.wait(deadline);
  require(got.has_value(), "a wait ended without a signal" + was_due);
  require(*got == due, "the value " + std::to_string(*got) + " came" + was_due);
}

void expect_none(AnyMessengerHandle& handle) {
  require(!handle.wait(at_once), "a signal came that was not sent");
}

int value_for(const MessengerRow& row, int value) { return row.facts.carries_values ? value : 0; }

/// Keeps all signals from the calling thread.
class AllBlocked {
 public:
  AllBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before_);
  }
  ~AllBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  AllBlocked(const AllBlocked&) = delete;
  AllBlocked& operator=(const AllBlocked&) = delete;

 private:
  sigset_t before_{};
};

}  // namespace

void queued_signals_arrive_once_and_in_order(const MessengerRow& row, Peers peers) {
  constexpr int many = 20'000;
  between_two(
      row, peers,
      [&](AnyMessengerHandle& handle) {
        for (int n = 1; n <= many; ++n) send(handle, 1, value_for(row, n));
      },
      [&](AnyMessengerHandle& handle) {
        for (int n = 1; n <= many; ++n) expect(handle, row, n);
        expect_none(handle);
      });
}

void those_of_many_senders_arrive(const MessengerRow& row, Peers peers) {
  constexpr unsigned senders = 4;
  constexpr int each = 1000;
  share(row.form, {1 + senders, peers}, [&](AnyMessengerHandle& handle, unsigned worker) {
    if (worker > 0) {
      const int first = static_cast<int>(worker) * each;
      for (int n = 0; n < each; ++n) send(handle, 0, value_for(row, first + n));
      return;
    }
    std::array<int, 1 + senders> next{};
    for (int n = 0; n < each * static_cast<int>(senders); ++n) {
      const auto value = handle.wait(never);
      require(value.has_value(), "a wait without an end ended without a signal");
      if (!row.facts.carries_values) continue;
      const auto sender = static_cast<unsigned>(*value / each);
      require(sender >= 1 && sender <= senders, "a signal of nobody came");
      require(*value % each == next[sender]++, "a sender's signals came in another order");
    }
    expect_none(handle);
  });
}

/// The receiver is kept from all of them until they have been sent.
void what_nobody_has_taken_yet_is_kept_or_is_as_one(const MessengerRow& row, Peers peers) {
  constexpr int many = 100;
  InSharedMemory<Steps> steps;
  between_two(
      row, peers,
      [&](AnyMessengerHandle& handle) {
        steps->wait_for(1);
        for (int n = 1; n <= many; ++n) send(handle, 1, value_for(row, n));
        steps->reach(2);
      },
      [&](AnyMessengerHandle& handle) {
        {
          const AllBlocked meanwhile;
          steps->reach(1);
          steps->wait_for(2);
        }
        const int kept = row.facts.queues ? many : 1;
        for (int n = 1; n <= kept; ++n) expect(handle, row, n);
        expect_none(handle);
      });
}

void a_wait_takes_what_was_sent_and_no_more(const MessengerRow& row, Peers peers) {
  constexpr unsigned times = 200;
  InSharedMemory<Steps> steps;
  between_two(
      row, peers,
      [&](AnyMessengerHandle& handle) {
        for (unsigned n = 0; n < times; ++n) {
          steps->wait_for(n + 1);
          send(handle, 1, value_for(row, static_cast<int>(n)));
        }
      },
      [&](AnyMessengerHandle& handle) {
        for (unsigned n = 0; n < times; ++n) {
          expect_none(handle);
          steps->reach(n + 1);
          const auto late = after(std::chrono::hours(1));
          expect(handle, row, static_cast<int>(n), n % 2 == 0 ? never : late);
        }
        expect_none(handle);
      });
}

void a_wait_fails_after_its_time_and_not_before(const MessengerRow& row, Peers peers) {
  share(row.form, {1, peers}, [](AnyMessengerHandle& handle, unsigned) {
    for (auto length : {std::chrono::milliseconds(1), std::chrono::milliseconds(50)}) {
      const Deadline deadline = after(length);
      require(!handle.wait(deadline), "a signal came that was not sent");
      require(Clock::now() >= deadline, "a wait gave up too early");
    }
    for (Deadline passed : {at_once, Clock::now() - std::chrono::hours(1)}) {
      require(!handle.wait(passed), "a signal came that was not sent");
    }
  });
}

/// Two workers take turns at plain memory.
void hand_overs_lose_no_signal_and_show_what_was_done(const MessengerRow& row, Peers peers) {
  constexpr int turns = 3000;
  InSharedMemory<int> taken(0);
  auto take_turn = [&](int due) {
    require(*taken == due, "what was done before a send is not seen after the wait");
    ++*taken;
  };
  between_two(
      row, peers,
      [&](AnyMessengerHandle& handle) {
        for (int n = 0; n < turns; n += 2) {
          take_turn(n);
          send(handle, 1, value_for(row, n));
          expect(handle, row, n + 1);
        }
      },
      [&](AnyMessengerHandle& handle) {
        for (int n = 1; n < turns; n += 2) {
          expect(handle, row, n - 1);
          take_turn(n);
          send(handle, 0, value_for(row, n));
        }
      });
}

/// The worker computes, and calls nothing.
void an_arrival_interrupts_and_its_effect_is_seen(const MessengerRow& row, Peers peers) {
  struct Shared {
    int question = 0;
    int answer = 0;
    Steps answered;
  };
  constexpr int question = 21;
  InSharedMemory<Shared> shared;
  InSharedMemory<Steps> ready;
  between_two(
      row, peers,
      [&](AnyMessengerHandle& handle) {
        ready->wait_for(1);
        shared->question = question;
        send(handle, 1);
        shared->answered.wait_for(1);
        require(shared->answer == 2 * question, "what a handler has done is not seen");
      },
      [&](AnyMessengerHandle& handle) {
        auto answer = [](void* context) {
          auto& both = *static_cast<Shared*>(context);
          both.answer = 2 * both.question;
          both.answered.reach(1);
        };
        handle.on_arrival(answer, &*shared);
        require_raises<std::logic_error>("a second function",
                                         [&] { handle.on_arrival(answer, nullptr); });
        ready->reach(1);
        while (!shared->answered.has_reached(1)) {
          // ThreadSanitizer runs handlers in calls only.
          if (thread_sanitized) std::this_thread::sleep_for(std::chrono::microseconds(1));
        }
        require(handle.wait(never).has_value(), "what was handled cannot be waited for");
        expect_none(handle);
      });
}

void a_call_goes_on_after_an_arrival(const MessengerRow& row, Peers peers) {
  int both[2];
  require(pipe2(both, O_CLOEXEC) == 0, "pipe2");
  const Descriptor reads(both[0]);
  const Descriptor writes(both[1]);
  between_two(
      row, peers,
      [&](AnyMessengerHandle& handle) {
        for (int n = 0; n < 3; ++n) {
          std::this_thread::sleep_for(a_moment);
          send(handle, 1);
        }
        require(write(writes.get(), "x", 1) == 1, "write");
      },
      [&](AnyMessengerHandle& handle) {
        char byte = 0;
        require(read(reads.get(), &byte, 1) == 1, "a read was ended by an arrival");
        require(handle.wait(at_once).has_value(), "no signal came");
      });
}

void a_wait_goes_on_after_signals(const MessengerRow& row, Peers peers) {
  InSharedMemory<Interruptible> waiter;
  InSharedMemory<Steps> steps;
  between_two(
      row, peers,
      [&](AnyMessengerHandle& handle) {
        waiter->interrupt();
        send(handle, 1);
        steps->wait_for(1);
        std::this_thread::sleep_for(a_moment);
        waiter->interrupt();
        send(handle, 1);
      },
      [&](AnyMessengerHandle& handle) {
        waiter->expect_interruptions();
        expect(handle, row, 0);
        steps->reach(1);
        require(handle.wait(after(std::chrono::hours(1))).has_value(), "a signal ended a wait");
      });
}

/// It has a limit of its own here, which others of the same user leave less of, however.
void a_full_queue_refuses_and_loses_nothing(const MessengerRow& row, Peers peers) {
  constexpr rlim_t few = 64;
  run_workers(peers, {[&] {
                rlimit limit{};
                require(getrlimit(RLIMIT_SIGPENDING, &limit) == 0, "getrlimit");
                limit.rlim_cur = few;
                require(setrlimit(RLIMIT_SIGPENDING, &limit) == 0, "setrlimit");
                require(row.info.largest_capacity() == few, "it names another limit");
                const ObjectOnHeap messenger(row.form, {1, peers});
                auto handle = messenger.handle(0);
                int accepted = 0;
                Status status = Status::ok;
                while ((status = handle->send(0, value_for(row, accepted))) == Status::ok) {
                  require(static_cast<rlim_t>(++accepted) <= few, "more than the limit are kept");
                }
                require(status == Status::would_wait, "a full queue is said to be closed");
                for (int n = 0; n < accepted; ++n) expect(*handle, row, n);
                expect_none(*handle);
              }});
}

void who_sleeps_costs_no_processor_time(const MessengerRow& row, Peers peers) {
  InSharedMemory<Steps> steps;
  between_two(
      row, peers,
      [&](AnyMessengerHandle& handle) {
        steps->wait_for(1);
        std::this_thread::sleep_for(a_sleep);
        send(handle, 1);
      },
      [&](AnyMessengerHandle& handle) {
        steps->reach(1);
        require_sleep_in([&] { expect(handle, row, 0); });
        require_sleep_in([&] { require(!handle.wait(after(a_sleep)), "nobody has sent"); });
      });
}

}  // namespace handoff::conformance
