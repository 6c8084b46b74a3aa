#include "tests/conformance/pipe_checks.hpp"

#include <algorithm>
#include <limits>
#include <thread>

#include "tests/conformance/pipe_ends.hpp"
#include "tests/conformance/play.hpp"
#include "tests/conformance/slowness.hpp"

namespace handoff::conformance {
namespace {

/// The lengths around which something changes, up to 16 MiB or what the pipe carries.
std::vector<std::size_t> telling_lengths(const PipeRow& row) {
  std::size_t largest = std::min(row.info.largest_message(), 16 * mebibyte);
  std::vector<std::size_t> lengths;
  for (std::size_t middle = 1; middle <= largest; middle *= 4) {
    for (std::size_t length : {middle - 1, middle, middle + 1}) {
      if (length <= largest) lengths.push_back(length);
    }
  }
  lengths.push_back(largest);
  return lengths;
}

}  // namespace

void keeps_message_boundaries_the_empty_message_included(const PipeRow& row, Peers peers) {
  const std::size_t longest = std::min<std::size_t>(row.info.largest_message(), 65536);
  const std::size_t lengths[] = {0, 1, 0, 0, 7, 8, 9, 100, 4096, 3, 0, longest, 1};
  converse(
      row, {peers},
      [&](AnyPipeEnd& end) {
        for (std::size_t length : lengths) send_ok(end, message_of(length));
      },
      [&](AnyPipeEnd& end) {
        for (std::size_t length : lengths) expect_message(end, message_of(length));
        expect_end_of_file(end);
      });
}

void carries_messages_from_nothing_to_16_mebibytes(const PipeRow& row, Peers peers) {
  converse(
      row, {peers, Direction::one_way},
      [&](AnyPipeEnd& end) {
        for (std::size_t length : telling_lengths(row)) send_ok(end, message_of(length));
      },
      [&](AnyPipeEnd& end) {
        for (std::size_t length : telling_lengths(row)) expect_message(end, message_of(length));
      });
}

void keeps_the_order_of_many_messages(const PipeRow& row, Peers peers) {
  constexpr std::size_t count = 20000;
  converse(
      row, {peers, Direction::one_way},
      [](AnyPipeEnd& end) {
        for (std::size_t n = 0; n < count; ++n) send_ok(end, message_of(n % 200, n));
      },
      [](AnyPipeEnd& end) {
        for (std::size_t n = 0; n < count; ++n) expect_message(end, message_of(n % 200, n));
        expect_end_of_file(end);
      });
}

void carries_messages_in_both_directions(const PipeRow& row, Peers peers) {
  constexpr std::size_t trips = sanitized ? 500 : 2000;
  converse(
      row, {peers},
      [](AnyPipeEnd& end) {
        for (std::size_t n = 0; n < trips; ++n) {
          send_ok(end, message_of(n, n));
          expect_message(end, message_of(2 * n, n));
        }
      },
      [](AnyPipeEnd& end) {
        for (std::size_t n = 0; n < trips; ++n) {
          expect_message(end, message_of(n, n));
          send_ok(end, message_of(2 * n, n));
        }
      });
}

/// Both ends send before they receive, and so on: there is always something under way both ways.
void both_directions_carry_messages_at_once(const PipeRow& row, Peers peers) {
  constexpr std::size_t count = 2000;
  constexpr std::size_t window = 4;  // twice as many at most are under way in each direction
  auto talk = [](std::size_t own, std::size_t other) {
    return [=](AnyPipeEnd& end) {
      for (std::size_t n = 0; n < count + window; ++n) {
        if (n < count) send_ok(end, message_of(own, n));
        if (n >= window) expect_message(end, message_of(other, n - window));
      }
    };
  };
  converse(row, {peers}, talk(100, 90), talk(90, 100));
}

void short_buffer_names_the_needed_size_and_loses_nothing(const PipeRow& row, Peers peers) {
  constexpr std::size_t length = 5000;
  converse(
      row, {peers},
      [](AnyPipeEnd& end) {
        send_ok(end, message_of(length));
        send_ok(end, message_of(3));
      },
      [](AnyPipeEnd& end) {
        for (std::size_t given : {std::size_t{0}, std::size_t{1}, length - 1}) {
          Bytes buffer(given);
          try {
            (void)end.receive(buffer);
            require(false, "a message was received into a buffer that is too short");
          } catch (const MessageTooLong& error) {
            require(error.needed() == length, "the needed size is wrong");
          }
          require(end.poll(at_once), "the message that was too long is not seen by poll");
        }
        expect_message(end, message_of(length));
        expect_message(end, message_of(3));
      });
}

void messages_up_to_the_stated_limit_pass_and_longer_ones_raise(const PipeRow& row, Peers peers) {
  std::size_t limit = row.info.largest_message();
  std::string_view name = row.info.name;
  converse(
      row, {peers},
      [limit, name](AnyPipeEnd& end) {
        send_ok(end, message_of(limit));
        require_names<LimitError>(name, {limit + 1, limit},
                                  [&] { (void)end.send(message_of(limit + 1)); });
        send_ok(end, message_of(5));
      },
      [limit](AnyPipeEnd& end) {
        expect_message(end, message_of(limit));
        expect_message(end, message_of(5));
      });
}

/// What has been sent is the receiver's, whatever the sender does to its buffer afterwards.
void a_message_may_be_overwritten_once_it_is_sent(const PipeRow& row, Peers peers) {
  constexpr std::size_t rounds = 20;
  const std::size_t longest = std::min(row.info.largest_message(), mebibyte);
  const std::size_t lengths[] = {1, std::min<std::size_t>(longest, 8192), longest};
  converse(
      row, {peers, Direction::one_way},
      [&](AnyPipeEnd& end) {
        Bytes buffer(longest);
        for (std::size_t n = 0; n < rounds; ++n) {
          for (std::size_t length : lengths) {
            std::ranges::copy(message_of(length, n), buffer.begin());
            require(end.send(std::span(buffer).first(length)) == Status::ok, "send was refused");
            // Its end first, which the receiver comes to last.
            std::fill_n(buffer.rend() - static_cast<std::ptrdiff_t>(length), length, std::byte{});
          }
        }
      },
      [&](AnyPipeEnd& end) {
        for (std::size_t n = 0; n < rounds; ++n) {
          for (std::size_t length : lengths) {
            std::this_thread::sleep_for(std::chrono::milliseconds(2));
            expect_message(end, message_of(length, n));
          }
        }
      });
}

void one_way_ends_refuse_the_wrong_direction(const PipeRow& row, Peers peers) {
  auto refused = [](auto use) {
    try {
      use();
    } catch (const std::logic_error&) {
      return;
    }
    throw std::runtime_error("the wrong direction was not refused");
  };
  converse(
      row, {peers, Direction::one_way},
      [&](AnyPipeEnd& end) {
        Bytes buffer(8);
        refused([&] { (void)end.receive(buffer); });
        refused([&] { (void)end.poll(at_once); });
        send_ok(end, message_of(8));
        end.close();
        refused([&] { (void)end.send(message_of(8)); });
      },
      [&](AnyPipeEnd& end) {
        refused([&] { (void)end.send(message_of(8)); });
        expect_message(end, message_of(8));
      });
}

void ends_that_no_pipe_has_raise(const PipeRow& row, Peers peers) {
  run_alone([&] {
    PipeOnHeap pipe(row, {peers});
    for (unsigned i : {2U, 64U, std::numeric_limits<unsigned>::max()}) {
      require_names<std::out_of_range>(row.info.name, {i, 1}, [&] { (void)pipe.end(i); });
    }
  });
}

void a_hundred_pipes_live_side_by_side(const PipeRow& row, Peers peers) {
  require(row.info.side_by_side() >= 2, "states that two do not fit side by side");
  std::size_t count = std::min<std::size_t>(100, row.info.side_by_side());
  converse(
      {.row = row, .shape = {peers}, .pipes = count},
      [=](Ends& ends) {
        for (std::size_t n = 0; n < count; ++n) send_ok(*ends[n], message_of(n, n));
        for (std::size_t n = 0; n < count; ++n) expect_message(*ends[n], message_of(2 * n, n));
      },
      [=](Ends& ends) {
        for (std::size_t n = 0; n < count; ++n) expect_message(*ends[n], message_of(n, n));
        for (std::size_t n = 0; n < count; ++n) send_ok(*ends[n], message_of(2 * n, n));
      });
}

}  // namespace handoff::conformance
