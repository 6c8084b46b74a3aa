#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>

#include "impl/pipe/shared_ring.hpp"
#include "tests/conformance/pipe_call_checks.hpp"
#include "tests/conformance/pipe_checks.hpp"
#include "tests/conformance/pipe_ends.hpp"
#include "tests/conformance/pipe_life_checks.hpp"
#include "tests/conformance/rejection.hpp"
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
  ignores_direction,
  invents_ends,      ///< beyond the second
  states_a_limit,    ///< and takes longer messages
  forgets_on_close,  ///< what was queued is gone once the writer has closed
  gives_up_on_signals,
  serves_few,  ///< of the pipes that live at once
  points_to_itself
};

/// A ring that is right but for its fault.
inline constexpr Info with_a_limit{
    .name = "shared_ring", .mechanism = "", .largest_message = [] { return std::size_t{1000}; }};

template <Fault fault>
class Faulty {
  using Ring = SharedRing<Park>;

 public:
  static constexpr const Info& info = fault == Fault::states_a_limit ? with_a_limit : Ring::info;

  class End {
   public:
    End(Faulty& pipe, Ring::End end, unsigned i) : pipe_(&pipe), end_(std::move(end)), number_(i) {}
    End(End&& other) noexcept
        : pipe_(std::exchange(other.pipe_, nullptr)),
          end_(std::move(other.end_)),
          number_(other.number_) {}
    End& operator=(End&& other) noexcept {
      std::swap(pipe_, other.pipe_);
      std::swap(end_, other.end_);
      std::swap(number_, other.number_);
      return *this;
    }
    ~End() { close(); }

    Status send(std::span<const std::byte> message) {
      ++sent_;
      if (fault == Fault::calls_too_often) (void)getppid();
      const timespec moment{.tv_sec = 0, .tv_nsec = 1'000'000};
      if (fault == Fault::gives_up_on_signals && nanosleep(&moment, nullptr) == -1) {
        throw_errno("a send");
      }
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
      if (fault == Fault::forgets_on_close && pipe_->closed_[1 - number_]) return {};
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
    void close() {
      if (pipe_ != nullptr) std::exchange(pipe_, nullptr)->closed_[number_] = true;
      end_.close();
    }

   private:
    Faulty* pipe_;
    Ring::End end_;
    unsigned number_;
    unsigned sent_ = 0;
    std::span<const std::byte> lent_;
    unsigned received_ = 0;
  };

  explicit Faulty(PipeShape shape) : ring_(shape) {
    if (fault == Fault::points_to_itself) self_ = this;
    if (fault == Fault::serves_few && ++alive > 50) throw std::runtime_error("no more pipes");
  }
  ~Faulty() { --alive; }
  Faulty(const Faulty&) = delete;
  Faulty& operator=(const Faulty&) = delete;

  End end(unsigned i) {
    if (fault == Fault::invents_ends) i = std::min(i, 1U);
    return End(*self(), self()->ring_.end(i), i);
  }
  void abandon() {}

 private:
  Faulty* self() { return self_ == nullptr ? this : self_; }

  static inline int alive = 0;

  Ring ring_;
  std::atomic<bool> closed_[2] = {false, false};
  Faulty* self_ = nullptr;
};

static_assert(Pipe<Faulty<Fault::none>>);

template <Fault fault>
const PipeRow& faulty() {
  return pipe_row<Faulty<fault>>();
}

class ABrokenPipe : public AmongPeers {};

TEST_P(ABrokenPipe, that_is_not_broken_passes) {
  const PipeRow& right = faulty<Fault::none>();
  EXPECT_NO_THROW(keeps_message_boundaries_the_empty_message_included(right, GetParam()));
  EXPECT_NO_THROW(keeps_the_order_of_many_messages(right, GetParam()));
  EXPECT_NO_THROW(both_directions_carry_messages_at_once(right, GetParam()));
  EXPECT_NO_THROW(carries_messages_from_nothing_to_16_mebibytes(right, GetParam()));
  EXPECT_NO_THROW(poll_waits_not_at_all_for_a_time_and_for_ever(right, GetParam()));
}

TEST_P(ABrokenPipe, that_swallows_empty_messages_is_rejected) {
  expect_rejected(faulty<Fault::merges>(), keeps_message_boundaries_the_empty_message_included);
}

TEST_P(ABrokenPipe, that_drops_messages_is_rejected) {
  expect_rejected(faulty<Fault::drops>(), keeps_the_order_of_many_messages);
  expect_rejected(faulty<Fault::drops>(), both_directions_carry_messages_at_once);
}

TEST_P(ABrokenPipe, that_cuts_long_messages_is_rejected) {
  expect_rejected(faulty<Fault::cuts>(), carries_messages_from_nothing_to_16_mebibytes);
}

TEST_P(ABrokenPipe, that_alters_a_byte_is_rejected) {
  expect_rejected(faulty<Fault::alters>(), keeps_the_order_of_many_messages);
  expect_rejected(faulty<Fault::alters>(), carries_messages_in_both_directions);
}

TEST_P(ABrokenPipe, that_ends_before_the_queued_messages_is_rejected) {
  expect_rejected(faulty<Fault::ends_early>(),
                  end_of_file_comes_after_the_queued_messages_and_not_before);
  expect_rejected(faulty<Fault::ends_early>(),
                  queued_messages_outlive_a_writer_that_leaves_messages_unread);
}

TEST_P(ABrokenPipe, that_never_ends_is_rejected) {
  const PipeRow& broken = faulty<Fault::never_ends>();
  auto brief = std::chrono::seconds(1);
  auto leave = [](AnyPipeEnd&) {};
  EXPECT_THROW(converse(broken, {GetParam()}, leave, expect_end_of_file, brief),
               std::runtime_error);
}

TEST_P(ABrokenPipe, that_loses_a_message_that_was_too_long_is_rejected) {
  expect_rejected(faulty<Fault::loses_too_long>(),
                  short_buffer_names_the_needed_size_and_loses_nothing);
}

TEST_P(ABrokenPipe, that_reads_a_message_too_late_is_rejected) {
  expect_rejected(faulty<Fault::lends>(), a_message_may_be_overwritten_once_it_is_sent);
}

TEST_P(ABrokenPipe, whose_poll_does_not_look_is_rejected) {
  expect_rejected(faulty<Fault::polls_true>(), poll_waits_not_at_all_for_a_time_and_for_ever);
}

TEST_P(ABrokenPipe, that_calls_the_kernel_more_often_than_it_claims_is_rejected) {
  if (!why_no_counting().empty()) GTEST_SKIP() << why_no_counting();
  makes_the_system_calls_that_it_claims(faulty<Fault::none>(), GetParam());
  expect_rejected(faulty<Fault::calls_too_often>(), makes_the_system_calls_that_it_claims);
}

TEST_P(ABrokenPipe, that_ignores_its_direction_is_rejected) {
  expect_rejected(faulty<Fault::ignores_direction>(), one_way_ends_refuse_the_wrong_direction);
}

TEST_P(ABrokenPipe, that_has_more_than_two_ends_is_rejected) {
  ends_that_no_pipe_has_raise(faulty<Fault::none>(), GetParam());
  expect_rejected(faulty<Fault::invents_ends>(), ends_that_no_pipe_has_raise);
}

TEST_P(ABrokenPipe, that_takes_more_than_its_limit_is_rejected) {
  expect_rejected(faulty<Fault::states_a_limit>(),
                  messages_up_to_the_stated_limit_pass_and_longer_ones_raise);
}

TEST_P(ABrokenPipe, that_forgets_what_is_queued_when_it_is_closed_is_rejected) {
  const auto check = queued_messages_outlive_a_send_that_is_refused;
  EXPECT_NO_THROW(check(faulty<Fault::none>(), GetParam()));
  expect_rejected(faulty<Fault::forgets_on_close>(), check);
}

TEST_P(ABrokenPipe, that_gives_up_on_signals_is_rejected) {
  expect_rejected(faulty<Fault::gives_up_on_signals>(),
                  transfers_go_on_after_interrupted_system_calls);
}

TEST_P(ABrokenPipe, of_which_few_live_at_once_is_rejected) {
  expect_rejected(faulty<Fault::serves_few>(), a_hundred_pipes_live_side_by_side);
}

TEST_P(ABrokenPipe, that_points_to_itself_is_rejected) {
  const auto check = works_through_two_mappings_at_different_addresses;
  EXPECT_NO_THROW(check(faulty<Fault::none>(), GetParam()));
  expect_rejected(faulty<Fault::points_to_itself>(), check);
}

INSTANTIATE_TEST_SUITE_P(among, ABrokenPipe, threads_and_processes(), name_of_peers);

}  // namespace
}  // namespace handoff::conformance
