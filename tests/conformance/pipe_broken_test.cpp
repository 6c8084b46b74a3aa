#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>

#include "impl/pipe/shared_ring.hpp"
#include "tests/conformance/pipe_call_checks.hpp"
#include "tests/conformance/pipe_checks.hpp"
#include "tests/conformance/pipe_ends.hpp"
#include "tests/conformance/pipe_life_checks.hpp"
#include "tests/conformance/system_calls.hpp"

/// Pipes that break one promise each, and the checks that must see it.
namespace handoff::conformance {
namespace {

enum class Fault {
  none,
  merges,           ///< an empty message is swallowed
  drops,            ///< every hundredth message is lost
  cuts,             ///< a longer message is cut to 1 KiB, silently
  alters,           ///< a byte changes
  ends_early,       ///< end of file while messages are queued
  never_ends,       ///< waits for ever where the writer has gone
  loses_too_long,   ///< a message that the buffer was too short for is gone
  lends,            ///< reads a message after send has returned
  polls_true,       ///< poll does not look
  calls_too_often,  ///< a system call more than it claims
  ignores_direction
};

/// A ring that is right but for its fault.
template <Fault fault>
class Faulty {
  using Ring = SharedRing<Park>;

 public:
  static constexpr const Info& info = Ring::info;

  class End {
   public:
    explicit End(Ring::End end) : end_(std::move(end)) {}

    Status send(std::span<const std::byte> message) {
      ++sent_;
      if (fault == Fault::calls_too_often) (void)getppid();
      if (fault == Fault::lends) std::swap(message, lent_);
      if (fault == Fault::merges && message.empty()) return Status::ok;
      if (fault == Fault::drops && sent_ % 100 == 0) return Status::ok;
      if (fault == Fault::cuts)
        message = message.first(std::min<std::size_t>(message.size(), 1024));
      try {
        return end_.send(message);
      } catch (const std::logic_error&) {
        if (fault == Fault::ignores_direction) return Status::ok;
        throw;
      }
    }

    Received receive(std::span<std::byte> buffer) {
      if (fault == Fault::ends_early && ++received_ > 2) return {};
      try {
        Received received = end_.receive(buffer);
        if (fault == Fault::alters && received.bytes > 50) buffer[40] ^= std::byte{1};
        if (fault == Fault::never_ends && received.status == Status::closed) {
          for (;;) pause();
        }
        return received;
      } catch (const MessageTooLong& error) {
        if (fault == Fault::loses_too_long) {
          Bytes lost(error.needed());
          (void)end_.receive(lost);
        }
        throw;
      }
    }

    bool poll(Deadline deadline) { return fault == Fault::polls_true || end_.poll(deadline); }
    int descriptor() const { return -1; }
    void close() { end_.close(); }

   private:
    Ring::End end_;
    unsigned sent_ = 0;
    std::span<const std::byte> lent_;
    unsigned received_ = 0;
  };

  explicit Faulty(PipeShape shape) : ring_(shape) {}
  End end(unsigned i) { return End(ring_.end(i)); }
  void abandon() {}

 private:
  Ring ring_;
};

static_assert(Pipe<Faulty<Fault::none>>);

class ABrokenPipe : public testing::TestWithParam<Peers> {};

template <Fault fault>
void expect_rejected(void (*check)(const PipeRow&, Peers), Peers peers) {
  EXPECT_THROW(check(pipe_row<Faulty<fault>>(), peers), std::runtime_error);  // from converse()
}

TEST_P(ABrokenPipe, that_is_not_broken_passes) {
  const PipeRow& right = pipe_row<Faulty<Fault::none>>();
  EXPECT_NO_THROW(keeps_message_boundaries_the_empty_message_included(right, GetParam()));
  EXPECT_NO_THROW(keeps_the_order_of_many_messages(right, GetParam()));
  EXPECT_NO_THROW(carries_messages_from_nothing_to_16_mebibytes(right, GetParam()));
  EXPECT_NO_THROW(poll_waits_not_at_all_for_a_time_and_for_ever(right, GetParam()));
}

TEST_P(ABrokenPipe, that_swallows_empty_messages_is_rejected) {
  expect_rejected<Fault::merges>(keeps_message_boundaries_the_empty_message_included, GetParam());
}

TEST_P(ABrokenPipe, that_drops_messages_is_rejected) {
  expect_rejected<Fault::drops>(keeps_the_order_of_many_messages, GetParam());
}

TEST_P(ABrokenPipe, that_cuts_long_messages_is_rejected) {
  expect_rejected<Fault::cuts>(carries_messages_from_nothing_to_16_mebibytes, GetParam());
}

TEST_P(ABrokenPipe, that_alters_a_byte_is_rejected) {
  expect_rejected<Fault::alters>(keeps_the_order_of_many_messages, GetParam());
}

TEST_P(ABrokenPipe, that_ends_before_the_queued_messages_is_rejected) {
  expect_rejected<Fault::ends_early>(end_of_file_comes_after_the_queued_messages_and_not_before,
                                     GetParam());
}

TEST_P(ABrokenPipe, that_never_ends_is_rejected) {
  const PipeRow& broken = pipe_row<Faulty<Fault::never_ends>>();
  auto brief = std::chrono::seconds(1);
  auto leave = [](AnyPipeEnd&) {};
  EXPECT_THROW(converse(broken, {GetParam()}, leave, expect_end_of_file, brief),
               std::runtime_error);
}

TEST_P(ABrokenPipe, that_loses_a_message_that_was_too_long_is_rejected) {
  expect_rejected<Fault::loses_too_long>(short_buffer_names_the_needed_size_and_loses_nothing,
                                         GetParam());
}

TEST_P(ABrokenPipe, that_reads_a_message_too_late_is_rejected) {
  expect_rejected<Fault::lends>(a_message_may_be_overwritten_once_it_is_sent, GetParam());
}

TEST_P(ABrokenPipe, whose_poll_does_not_look_is_rejected) {
  expect_rejected<Fault::polls_true>(poll_waits_not_at_all_for_a_time_and_for_ever, GetParam());
}

TEST_P(ABrokenPipe, that_calls_the_kernel_more_often_than_it_claims_is_rejected) {
  if (!why_no_counting().empty()) GTEST_SKIP() << why_no_counting();
  makes_the_system_calls_that_it_claims(pipe_row<Faulty<Fault::none>>(), GetParam());
  expect_rejected<Fault::calls_too_often>(makes_the_system_calls_that_it_claims, GetParam());
}

TEST(BrokenPipe, one_that_does_not_tell_of_a_death_is_rejected) {
  const PipeRow& row = pipe_row<Faulty<Fault::none>>();
  constexpr auto limit = std::chrono::seconds(2);
  EXPECT_THROW(an_idle_writer_killed_is_told_within_a_second(row, Peers::processes, limit),
               std::runtime_error);
  EXPECT_THROW(a_reader_killed_ends_a_send_within_a_second(row, Peers::processes, limit),
               std::runtime_error);
}

TEST_P(ABrokenPipe, that_ignores_its_direction_is_rejected) {
  expect_rejected<Fault::ignores_direction>(one_way_ends_refuse_the_wrong_direction, GetParam());
}

INSTANTIATE_TEST_SUITE_P(among, ABrokenPipe, testing::Values(Peers::threads, Peers::processes),
                         [](const auto& info) { return std::string(to_string(info.param)); });

}  // namespace
}  // namespace handoff::conformance
