#include <gtest/gtest.h>
#include <sys/eventfd.h>
#include <sys/select.h>

#include "impl/pipe/pipe_pair.hpp"
#include "impl/pipe/shared_ring.hpp"
#include "tests/conformance/pipe_death_checks.hpp"
#include "tests/conformance/pipe_ends.hpp"
#include "tests/conformance/pipe_life_checks.hpp"
#include "tests/conformance/rejection.hpp"

/// Pipes whose descriptors, or whose claims of a death, are wrong, and the checks that must see it.
namespace handoff::conformance {
namespace {

constexpr auto soon = std::chrono::seconds(2);
constexpr Peers peers = Peers::processes;

constexpr Info tells{.name = "claimed", .mechanism = "", .on_peer_death = Survivor::told};
constexpr Info hangs{.name = "claimed", .mechanism = "", .on_peer_death = Survivor::hangs};

template <class P, const Info& claimed>
struct Claimed : P {
  static constexpr const Info& info = claimed;
  using P::P;
};

TEST(AClaimOfAPipe, that_it_tells_of_a_death_is_checked) {
  const PipeRow& row = pipe_row<Claimed<SharedRing<Park>, tells>>();
  expect_rejected(row, an_idle_writer_killed_is_told_within_a_second, soon);
  expect_rejected(row, a_reader_killed_ends_a_send_within_a_second, soon);
}

TEST(AClaimOfAPipe, that_it_hangs_after_a_death_is_checked) {
  EXPECT_NO_THROW(a_reader_waits_on_when_its_writer_is_killed(pipe_row<SharedRing<Park>>(), peers));
  const PipeRow& row = pipe_row<Claimed<PipePair, hangs>>();
  expect_rejected(row, a_reader_waits_on_when_its_writer_is_killed);
}

/// Over two kernel pipes.
template <class ItsEnd>
class Over {
 public:
  static constexpr const Info& info = PipePair::info;
  explicit Over(PipeShape shape) : pipes_(shape) {}
  ItsEnd end(unsigned i) { return ItsEnd(pipes_.end(i)); }
  void abandon() { pipes_.abandon(); }

 private:
  PipePair pipes_;
};

/// Takes what has come of a message for all of it.
class CreditsTornMessages : public PipePair::End {
 public:
  explicit CreditsTornMessages(PipePair::End end) : PipePair::End(std::move(end)) {}
  Received receive(std::span<std::byte> buffer) {
    try {
      return PipePair::End::receive(buffer);
    } catch (const std::runtime_error&) {
      return {Status::ok, buffer.size()};
    }
  }
};

TEST(ABrokenPipe, that_takes_a_torn_message_for_whole_is_rejected) {
  EXPECT_NO_THROW(
      what_a_killed_writer_leaves_is_never_taken_for_whole(pipe_row<PipePair>(), peers));
  const PipeRow& row = pipe_row<Over<CreditsTornMessages>>();
  expect_rejected(row, what_a_killed_writer_leaves_is_never_taken_for_whole);
  expect_rejected(row, a_writer_killed_in_mid_message_is_told_within_a_second);
}

/// As select(2) does, which knows no descriptors above 1,024.
class Selects : public PipePair::End {
 public:
  explicit Selects(PipePair::End end) : PipePair::End(std::move(end)) {}
  bool poll(Deadline deadline) {
    if (descriptor() >= FD_SETSIZE) throw std::runtime_error("a descriptor is too high");
    return PipePair::End::poll(deadline);
  }
};

TEST(ABrokenPipe, that_knows_no_high_descriptors_is_rejected) {
  EXPECT_NO_THROW(descriptors_above_1024_work(pipe_row<PipePair>(), peers));
  expect_rejected(pipe_row<Over<Selects>>(), descriptors_above_1024_work);
}

/// Its descriptor is readable from the start, or never.
template <bool always>
class MisledByDescriptor : public PipePair::End {
 public:
  explicit MisledByDescriptor(PipePair::End end)
      : PipePair::End(std::move(end)), other_(eventfd(always ? 1 : 0, EFD_CLOEXEC)) {}
  int descriptor() const { return other_.get(); }

 private:
  Descriptor other_;
};

TEST(ABrokenPipe, whose_descriptor_does_not_tell_of_messages_is_rejected) {
  for (Peers kind : {Peers::threads, Peers::processes}) {
    auto check = [kind](const PipeRow& row) {
      several_pipes_and_a_sentinel_are_waited_for_at_once(row, kind, soon);
    };
    EXPECT_NO_THROW(check(pipe_row<PipePair>()));
    EXPECT_THROW(check(pipe_row<Over<MisledByDescriptor<true>>>()), std::runtime_error);
    EXPECT_THROW(check(pipe_row<Over<MisledByDescriptor<false>>>()), std::runtime_error);
  }
}

}  // namespace
}  // namespace handoff::conformance
