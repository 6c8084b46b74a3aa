#include "tests/conformance/pipe_life_checks.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <thread>

#include "harness/region.hpp"
#include "impl/common/descriptor.hpp"
#include "tests/conformance/pipe_ends.hpp"

namespace handoff::conformance {
namespace {

constexpr auto a_moment = std::chrono::milliseconds(20);
constexpr std::size_t mebibyte = 1024 * 1024;

/// Interrupts this process every half millisecond for as long as it lives, and no call restarts.
class Interruptions {
 public:
  Interruptions() {
    struct sigaction action {};
    action.sa_handler = [](int) {};
    sigaction(SIGALRM, &action, nullptr);
    set(500);
  }
  ~Interruptions() { set(0); }

 private:
  static void set(int microseconds) {
    itimerval interval{{0, microseconds}, {0, microseconds}};
    setitimer(ITIMER_REAL, &interval, nullptr);
  }
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

void send_without_end(AnyPipeEnd& end, std::size_t length) {
  while (end.send(message_of(length)) == Status::ok) {
  }
}

std::ptrdiff_t open_descriptors() {
  return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {});
}

std::ptrdiff_t mappings() {
  std::ifstream maps("/proc/self/maps");
  return std::count(std::istreambuf_iterator<char>(maps), {}, '\n');
}

/// So many that a leak of one mapping in each stands out from what allocators and sanitizers keep.
constexpr int leak_cycles = 2000;

/// Raises when cycles of `make_and_drop` leave descriptors or mappings.
void leaks_nothing(const std::function<void()>& make_and_drop) {
  run_alone([&] {
    for (int n = 0; n < 100; ++n) make_and_drop();  // the allocator has its arenas then
    auto descriptors = open_descriptors();
    auto maps = mappings();
    for (int n = 0; n < leak_cycles; ++n) make_and_drop();
    require(open_descriptors() == descriptors, "descriptors are left open");
    require(mappings() < maps + leak_cycles / 2, "mappings are left");
  });
}

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

/// For pipes that tell of a death, between processes.
void a_writer_killed_in_mid_message_is_told_within_a_second(const PipeRow& row, Peers) {
  std::size_t length = std::min(row.info.largest_message(), mebibyte);
  converse_with_a_victim(
      row, Direction::one_way, [=](AnyPipeEnd& end) { send_without_end(end, length); },
      [=](AnyPipeEnd& end, pid_t writer) {
        Bytes buffer(length);
        require(end.receive(buffer).status == Status::ok, "the writer sent nothing");
        std::this_thread::sleep_for(a_moment);  // it fills the pipe and waits in mid-message
        kill(writer, SIGKILL);
        auto killed = Clock::now();
        try {
          while (end.receive(buffer).status == Status::ok) {
            require(buffer == message_of(length), "a torn message was taken for whole");
          }
        } catch (const std::runtime_error& error) {
          if (std::string(error.what()).find("torn") != std::string::npos) throw;
        }
        require(Clock::now() - killed < std::chrono::seconds(1), "told after more than a second");
        expect_end_of_file(end);
      });
}

/// The same for a reader that waits for nothing but the writer's death.
void an_idle_writer_killed_is_told_within_a_second(const PipeRow& row, Peers,
                                                   Clock::duration limit) {
  converse_with_a_victim(
      row, Direction::one_way,
      [=](AnyPipeEnd& end) {
        send_ok(end, message_of(1));
        std::this_thread::sleep_for(patience);
      },
      [=](AnyPipeEnd& end, pid_t writer) {
        expect_message(end, message_of(1));
        Clock::time_point killed;
        std::thread killing([&] {
          std::this_thread::sleep_for(a_moment);
          killed = Clock::now();
          kill(writer, SIGKILL);
        });
        expect_end_of_file(end);
        auto told = Clock::now();
        killing.join();
        require(told >= killed, "end of file while the writer lives");
        require(told - killed < std::chrono::seconds(1), "told after more than a second");
      },
      limit);
}

void an_idle_writer_killed_is_told_within_a_second(const PipeRow& row, Peers peers) {
  an_idle_writer_killed_is_told_within_a_second(row, peers, patience);
}

/// For pipes that tell of a death, between processes: the writer fills the pipe and waits.
void a_reader_killed_ends_a_send_within_a_second(const PipeRow& row, Peers, Clock::duration limit) {
  // The second one kills; so what the first receives goes against the usual direction.
  converse_with_a_victim(
      row, Direction::duplex,
      [=](AnyPipeEnd& end) {
        expect_message(end, message_of(100));
        std::this_thread::sleep_for(patience);
      },
      [=](AnyPipeEnd& end, pid_t reader) {
        Clock::time_point killed;
        std::thread killing([&] {
          std::this_thread::sleep_for(a_moment);
          killed = Clock::now();
          kill(reader, SIGKILL);
        });
        try {
          while (end.send(message_of(100)) == Status::ok) {
          }
        } catch (const std::runtime_error&) {  // told in another way
        }
        auto told = Clock::now();
        killing.join();
        require(told >= killed, "broken while the reader lives");
        require(told - killed < std::chrono::seconds(1), "told after more than a second");
      },
      limit);
}

void a_reader_killed_ends_a_send_within_a_second(const PipeRow& row, Peers peers) {
  a_reader_killed_ends_a_send_within_a_second(row, peers, patience);
}

void building_and_dropping_leaks_nothing(const PipeRow& row, Peers) {
  leaks_nothing([&] {
    PipeOnHeap pipe(row, {.peers = Peers::threads});
    auto first = pipe.end(0);  // the other one is never taken
    auto moved = first->moved();
  });
}

/// For pipes without descriptors: all there is must lie in the memory itself.
void works_through_two_mappings_at_different_addresses(const PipeRow& row, Peers) {
  run_alone([&] {
    Descriptor file(harness::make_memory_file(row.bytes));
    auto here = harness::Region::of_file(file.get(), row.bytes);
    auto there = harness::Region::of_file(file.get(), row.bytes);
    row.build(here.data(), {});
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
