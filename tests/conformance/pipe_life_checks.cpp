#include "tests/conformance/pipe_life_checks.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <ctime>
#include <optional>
#include <thread>

#include "harness/region.hpp"
#include "impl/common/descriptor.hpp"
#include "impl/common/pidfd.hpp"
#include "tests/conformance/leftovers.hpp"
#include "tests/conformance/lives.hpp"
#include "tests/conformance/pipe_ends.hpp"

namespace handoff::conformance {
namespace {

/// Interrupts this thread every half millisecond for as long as it lives, and no call restarts.
class Interruptions {
 public:
  Interruptions() {
    struct sigaction action {};
    action.sa_handler = [](int) {};
    sigaction(SIGALRM, &action, nullptr);
    sigevent event{};
    event.sigev_notify = SIGEV_THREAD_ID;  // a signal to the process may meet any of its threads
    event.sigev_signo = SIGALRM;
    event._sigev_un._tid = static_cast<pid_t>(syscall(SYS_gettid));
    if (timer_create(CLOCK_MONOTONIC, &event, &timer_) == -1) throw_errno("timer_create");
    constexpr timespec half_a_millisecond{.tv_sec = 0, .tv_nsec = 500'000};
    const itimerspec period{half_a_millisecond, half_a_millisecond};
    if (timer_settime(timer_, 0, &period, nullptr) == -1) throw_errno("timer_settime");
  }
  ~Interruptions() { timer_delete(timer_); }
  Interruptions(const Interruptions&) = delete;
  Interruptions& operator=(const Interruptions&) = delete;

 private:
  timer_t timer_{};
};

/// Takes the descriptors of this process up to 1,100.
std::vector<Descriptor> take_many_descriptors() {
  std::vector<Descriptor> taken;
  taken.emplace_back(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  while (taken.back().get() < 1100) {
    taken.emplace_back(::fcntl(taken.front().get(), F_DUPFD_CLOEXEC, 0));
    if (taken.back().get() == -1) throw_errno("dup");
  }
  return taken;
}

/// For what is left by every one of many pipes, some of which take their time.
constexpr auto longest_search = std::chrono::seconds(1);

}  // namespace

void end_of_file_comes_after_the_queued_messages_and_not_before(const PipeRow& row, Peers peers) {
  converse(
      row, {peers},
      [](AnyPipeEnd& end) {
        for (std::size_t n = 0; n < 3; ++n) send_ok(end, message_of(100, n));
        Bytes answer(1);
        require(end.receive(answer).status == Status::ok, "the answer did not come");
        for (std::size_t n = 3; n < 6; ++n) send_ok(end, message_of(100, n));
        end.close();
      },
      [](AnyPipeEnd& end) {
        for (std::size_t n = 0; n < 3; ++n) expect_message(end, message_of(100, n));
        require(!end.poll(after(a_moment)), "end of file while the writer lives");
        send_ok(end, message_of(1));
        std::this_thread::sleep_for(a_moment);
        for (std::size_t n = 3; n < 6; ++n) expect_message(end, message_of(100, n));
        require(end.poll(never), "poll is not true at end of file");
        expect_end_of_file(end);
        expect_end_of_file(end);
      });
}

void queued_messages_outlive_a_writer_that_leaves_messages_unread(const PipeRow& row, Peers peers) {
  std::size_t longest = std::min(row.info.largest_message(), 4 * mebibyte);
  converse(
      row, {peers},
      [=](AnyPipeEnd& end) {
        require(end.poll(never), "no message came");  // and is left unread
        for (std::size_t n = 0; n < 3; ++n) send_ok(end, message_of(100, n));
        send_ok(end, message_of(longest));
      },
      [=](AnyPipeEnd& end) {
        send_ok(end, message_of(1));
        std::this_thread::sleep_for(a_moment);
        for (std::size_t n = 0; n < 3; ++n) expect_message(end, message_of(100, n));
        expect_message(end, message_of(longest));
        expect_end_of_file(end);
      });
}

/// Whoever finds the other end gone still gets what that had sent before.
void queued_messages_outlive_a_send_that_is_refused(const PipeRow& row, Peers peers) {
  converse(
      row, {peers},
      [](AnyPipeEnd& end) {
        for (std::size_t n = 0; n < 3; ++n) send_ok(end, message_of(100, n));
      },
      [](AnyPipeEnd& end) {
        while (end.send(message_of(100)) == Status::ok) {  // the watchdog ends this one
        }
        for (std::size_t n = 0; n < 3; ++n) expect_message(end, message_of(100, n));
        expect_end_of_file(end);
      });
}

void sending_to_a_reader_that_has_gone_says_so_without_a_signal(const PipeRow& row, Peers peers) {
  converse(
      row, {peers, Direction::one_way},
      [](AnyPipeEnd& end) {
        signal(SIGPIPE, SIG_DFL);
        Bytes message = message_of(100);
        while (end.send(message) == Status::ok) {  // the watchdog ends this one
        }
        require(end.send(message) == Status::closed, "the reader came back");
        sigset_t pending;
        sigpending(&pending);
        require(!sigismember(&pending, SIGPIPE), "SIGPIPE was left pending");
      },
      [](AnyPipeEnd& end) { expect_message(end, message_of(100)); });
}

void poll_waits_not_at_all_for_a_time_and_for_ever(const PipeRow& row, Peers peers) {
  converse(
      row, {peers},
      [](AnyPipeEnd& end) {
        Bytes answer(1);
        require(end.receive(answer).status == Status::ok, "the answer did not come");
        std::this_thread::sleep_for(a_moment);
        send_ok(end, message_of(10));
        require(end.receive(answer).status == Status::closed, "the other end did not close");
      },
      [](AnyPipeEnd& end) {
        require(!end.poll(at_once), "poll sees a message that was not sent");
        require(!end.poll(after(-a_moment)), "a negative time waits");
        auto begin = Clock::now();
        require(!end.poll(after(a_moment)), "poll sees a message that was not sent");
        require(Clock::now() - begin >= a_moment, "poll did not wait its time");
        send_ok(end, message_of(1));
        require(end.poll(never), "poll for ever returned without a message");
        require(end.poll(at_once), "poll took the message away");
        expect_message(end, message_of(10));
      });
}

void transfers_go_on_after_interrupted_system_calls(const PipeRow& row, Peers peers) {
  std::size_t length = std::min(row.info.largest_message(), mebibyte);
  constexpr std::size_t count = 40;
  converse(
      row, {peers},
      [=](AnyPipeEnd& end) {
        Interruptions interruptions;
        for (std::size_t n = 0; n < count; ++n) send_ok(end, message_of(length, n));
        require(end.poll(never), "poll for ever ended before its time");
        expect_message(end, message_of(1));
      },
      [=](AnyPipeEnd& end) {
        Interruptions interruptions;
        for (std::size_t n = 0; n < count; ++n) expect_message(end, message_of(length, n));
        require(!end.poll(after(a_moment)), "poll sees a message that was not sent");
        send_ok(end, message_of(1));
      });
}

void descriptors_above_1024_work(const PipeRow& row, Peers peers) {
  std::vector<Descriptor> taken;
  converse(
      {.row = row, .shape = {peers}, .before = [&] { taken = take_many_descriptors(); }},
      [](Ends& ends) {
        AnyPipeEnd& end = *ends.front();
        require(end.descriptor() == -1 || end.descriptor() > 1024, "the descriptor is a low one");
        send_ok(end, message_of(10));
        require(end.poll(never), "poll for ever ended before its time");
        expect_message(end, message_of(20));
      },
      [](Ends& ends) {
        AnyPipeEnd& end = *ends.front();
        require(end.poll(never), "poll for ever ended before its time");
        expect_message(end, message_of(10));
        send_ok(end, message_of(20));
      });
}

/// Every other one with an end that is never taken.
void ten_thousand_pipes_leave_nothing(const PipeRow& row, Peers) {
  run_alone([&] {
    bool is_used = false;
    require_cycles_leave_nothing(
        [&] {
          PipeOnHeap pipe(row, {.peers = Peers::threads});
          auto first = pipe.end(0);
          auto moved = first->moved();
          is_used = !is_used;
          if (!is_used) return;
          auto second = pipe.end(1);
          send_ok(*moved, message_of(100));
          expect_message(*second, message_of(100));
        },
        longest_search);
  });
}

void nobody_else_can_open_it(const PipeRow& row, Peers) {
  run_alone([&] {
    const auto before = names_open_to_others();
    PipeWithEnds pipe(row);
    pipe.pass(0);
    require_nothing_open_to_others(before);
  });
}

/// Of each: who has built it and uses it, and a worker who has taken an end.
void a_killed_user_leaves_no_name(const PipeRow& row, Peers peers, Clock::duration patience) {
  run_alone([&] {
    require_a_killed_user_leaves_no_name(
        [&] {
          PipeWithEnds pipe(row);
          pipe.pass(0);
          raise(SIGKILL);
        },
        patience);
    if (peers == Peers::threads) return;
    const auto before = names_in_the_system();
    // In a process of its own, since a daemon lives as long as whoever needed it first.
    run_alone([&] {
      converse_with_a_victim(
          row, Direction::one_way,
          [](AnyPipeEnd& end) {
            send_ok(end, message_of(100));
            std::this_thread::sleep_for(usual_watchdog);
          },
          [](AnyPipeEnd& end, pid_t victim) {
            expect_message(end, message_of(100));
            kill(victim, SIGKILL);
          });
    });
    require_no_new_names(before, patience);
  });
}

void a_killed_user_leaves_no_name(const PipeRow& row, Peers peers) {
  a_killed_user_leaves_no_name(row, peers, usual_names_patience);
}

void several_pipes_and_a_sentinel_are_waited_for_at_once(const PipeRow& row, Peers peers) {
  several_pipes_and_a_sentinel_are_waited_for_at_once(row, peers, usual_watchdog);
}

/// For pipes with descriptors, beside that of a process.
void several_pipes_and_a_sentinel_are_waited_for_at_once(const PipeRow& row, Peers peers,
                                                         Clock::duration limit) {
  constexpr std::size_t count = 3;
  constexpr std::size_t order[] = {2, 0, 1, 1, 2, 0};
  run_alone([&] {
    InSharedMemory<Steps> turns;
    InSharedMemory<Steps> end_of_process;
    auto process = start_process([&] { end_of_process->wait_for(1); });
    const Descriptor sentinel = open_pidfd(process->process(0));
    auto sends = [&](Ends& ends) {
      unsigned turn = 0;
      for (std::size_t which : order) {
        turns->wait_for(++turn);
        send_ok(*ends[which], message_of(100, which));
      }
      turns->wait_for(++turn);
      end_of_process->reach(1);
      turns->wait_for(++turn);
      for (auto& end : ends) end->close();
    };
    auto waits = [&](Ends& ends) {
      std::vector<pollfd> entries;
      for (auto& end : ends) {
        entries.push_back({.fd = end->descriptor(), .events = POLLIN, .revents = 0});
      }
      entries.push_back({.fd = sentinel.get(), .events = POLLIN, .revents = 0});
      auto expect_ready = [&](std::size_t which) {
        require(poll_until(entries, never) > 0, "nothing is ready");
        for (std::size_t i = 0; i < entries.size(); ++i) {
          require((entries[i].revents != 0) == (i == which), "another one is ready");
        }
      };
      auto expect_none_ready = [&] {
        require(poll_until(entries, after(a_moment)) == 0, "one is ready before its time");
      };
      for (std::size_t which : order) {
        expect_none_ready();
        turns->count_in();
        expect_ready(which);
        expect_message(*ends[which], message_of(100, which));
      }
      expect_none_ready();
      turns->count_in();
      expect_ready(count);
      entries.pop_back();
      expect_none_ready();
      turns->count_in();
      for (std::size_t i = 0; i < count; ++i) {
        require(poll_until(std::span(entries).subspan(i, 1), never) > 0, "its end is not told");
        expect_end_of_file(*ends[i]);
      }
    };
    converse({.row = row, .shape = {peers}, .pipes = count, .limit = limit}, sends, waits);
    process->finish(after(usual_patience));
  });
}

/// For pipes without descriptors: all there is must lie in the memory itself.
void works_through_two_mappings_at_different_addresses(const PipeRow& row, Peers) {
  run_alone([&] {
    Descriptor file(harness::make_memory_file(row.bytes));
    // Built through a third one, so that nothing may point to where it was built.
    std::optional built = harness::Region::of_file(file.get(), row.bytes);
    auto here = harness::Region::of_file(file.get(), row.bytes);
    auto there = harness::Region::of_file(file.get(), row.bytes);
    row.build(built->data(), {});
    built.reset();
    auto first = row.end(here.data(), 0);
    auto second = row.end(there.data(), 1);
    auto message = [&](std::size_t n) {
      return message_of(std::min(n * 1000, row.info.largest_message()), n);
    };
    std::thread answering([&] {
      for (std::size_t n = 0; n < 300; ++n) expect_message(*second, message(n));
      send_ok(*second, message_of(9));
    });
    for (std::size_t n = 0; n < 300; ++n) send_ok(*first, message(n));
    expect_message(*first, message_of(9));
    answering.join();
  });
}

}  // namespace handoff::conformance
