#include "tests/conformance/pipe_death_checks.hpp"

#include <signal.h>

#include <algorithm>
#include <thread>

#include "tests/conformance/lives.hpp"
#include "tests/conformance/pipe_ends.hpp"

namespace handoff::conformance {
namespace {

void send_without_end(AnyPipeEnd& end, std::size_t length) {
  while (end.send(message_of(length)) == Status::ok) {
  }
}

/// Receives, until the other end is gone, what send_without_end sends; raises when it is torn.
void expect_whole_messages(AnyPipeEnd& end, std::size_t length) {
  for (;;) {
    Bytes buffer(length);  // without what the last one has left there
    try {
      if (end.receive(buffer).status != Status::ok) return;
    } catch (const std::runtime_error&) {
      return;  // told of one that was not whole
    }
    require(are_equal(buffer, message_of(length)), "a torn message was taken for whole");
  }
}

/// What becomes of a reader whose writer is killed once it reads: `write` and `read` go on for
/// ever; `read` is given what to call when it has received something.
harness::Fate fate_of_a_reader(const PipeRow& row, const Talk& write,
                               const std::function<void(AnyPipeEnd&, Steps&)>& read) {
  auto memory = harness::Region::shared(row.bytes);
  row.build(memory.data(), {Peers::processes, Direction::one_way});
  InSharedMemory<Steps> steps;
  auto writer = start_process([&] { write(*row.end(memory.data(), 0)); });
  auto reader = start_process([&] { read(*row.end(memory.data(), 1), *steps); });
  row.abandon(memory.data());
  while (!steps->has_reached(1) && !reader->failed() && !writer->failed()) {
    std::this_thread::sleep_for(std::chrono::microseconds(100));
  }
  std::this_thread::sleep_for(a_moment);  // it fills the pipe and waits in mid-message
  require(!reader->failed() && !writer->failed(), "an end failed before its time");
  writer->kill();
  constexpr auto time_to_end = std::chrono::milliseconds(300);
  reader->finish(after(time_to_end));
  row.destroy(memory.data());
  return reader->fate(0);
}

}  // namespace

/// For pipes that tell of a death, between processes.
void a_writer_killed_in_mid_message_is_told_within_a_second(const PipeRow& row, Peers) {
  std::size_t length = std::min(row.info.largest_message(), mebibyte);
  converse_with_a_victim(
      row, Direction::one_way, [=](AnyPipeEnd& end) { send_without_end(end, length); },
      [=](AnyPipeEnd& end, pid_t writer) {
        expect_message(end, message_of(length));
        std::this_thread::sleep_for(a_moment);  // it fills the pipe and waits in mid-message
        kill(writer, SIGKILL);
        auto killed = Clock::now();
        expect_whole_messages(end, length);
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
        std::this_thread::sleep_for(usual_watchdog);
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
  an_idle_writer_killed_is_told_within_a_second(row, peers, usual_watchdog);
}

/// For pipes that tell of a death, between processes: the writer fills the pipe and waits.
void a_reader_killed_ends_a_send_within_a_second(const PipeRow& row, Peers, Clock::duration limit) {
  // The second one kills; so what the first receives goes against the usual direction.
  converse_with_a_victim(
      row, Direction::duplex,
      [=](AnyPipeEnd& end) {
        expect_message(end, message_of(100));
        std::this_thread::sleep_for(usual_watchdog);
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
  a_reader_killed_ends_a_send_within_a_second(row, peers, usual_watchdog);
}

/// In vain; should it be told one day, its claim is wrong.
void a_reader_waits_on_when_its_writer_is_killed(const PipeRow& row, Peers) {
  run_alone([&] {
    auto send_one = [](AnyPipeEnd& end) {
      send_ok(end, message_of(100));
      std::this_thread::sleep_for(usual_watchdog);
    };
    auto wait = [](AnyPipeEnd& end, Steps& steps) {
      expect_message(end, message_of(100));
      steps.reach(1);
      Bytes buffer(100);
      (void)end.receive(buffer);
    };
    const harness::Fate fate = fate_of_a_reader(row, send_one, wait);
    require(fate.kind == harness::Fate::Kind::hung, "the reader " + describe(fate));
  });
}

void what_a_killed_writer_leaves_is_never_taken_for_whole(const PipeRow& row, Peers) {
  const std::size_t length = std::min(row.info.largest_message(), mebibyte);
  run_alone([&] {
    auto send = [=](AnyPipeEnd& end) { send_without_end(end, length); };
    auto look = [=](AnyPipeEnd& end, Steps& steps) {
      expect_message(end, message_of(length));
      steps.reach(1);
      std::this_thread::sleep_for(2 * a_moment);
      expect_whole_messages(end, length);
    };
    const harness::Fate fate = fate_of_a_reader(row, send, look);
    require(fate.kind != harness::Fate::Kind::threw, "the reader " + describe(fate));
  });
}

}  // namespace handoff::conformance
