#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <thread>

#include "impl/barrier/breakable_generations.hpp"
#include "impl/barrier/watched_generations.hpp"
#include "impl/common/descriptor.hpp"
#include "impl/common/names.hpp"
#include "tests/conformance/barrier_checks.hpp"
#include "tests/conformance/barrier_life_checks.hpp"
#include "tests/conformance/rejection.hpp"
#include "tests/conformance/system_calls.hpp"

/// Barriers that claim what is not so of a death, of their cost and of what they leave, and the
/// checks that must see it.
namespace handoff::conformance {
namespace {

using barrier::InPlaceBarrier;
using barrier::detail::WatchedMechanism;
using Mechanism = barrier::detail::GenerationsMechanism<Park>;

constexpr auto soon = std::chrono::seconds(1);

constexpr Info hangs{.name = "claimed", .mechanism = "one claim wrong", .source = "test"};
constexpr Info tells{.name = "claimed",
                     .mechanism = "one claim wrong",
                     .source = "test",
                     .on_peer_death = Survivor::told};
constexpr BarrierFacts facts{.most_parties = 64};

template <class ItsMechanism, const Info& info>
struct Claimed {
  using type = InPlaceBarrier<ItsMechanism, info, facts>;
};
template <class ItsMechanism, const Info& info = hangs>
const BarrierRow& claimed() {
  return barrier_row<Claimed<ItsMechanism, info>>();
}

/// Right but for what it does first.
template <class Before>
class WithParty : public Mechanism {
 public:
  using Mechanism::Mechanism;

  class Party : public Mechanism::Party {
   public:
    using Mechanism::Party::Party;
    unsigned wait(Deadline deadline = never) { return Mechanism::Party::wait(Before()(deadline)); }
  };
};
struct CallsForNothing {
  Deadline operator()(Deadline deadline) {
    (void)getppid();
    return deadline;
  }
};
/// Takes whoever is late for dead.
struct IsImpatient {
  Deadline operator()(Deadline deadline) {
    return std::min(deadline, after(std::chrono::milliseconds(50)));
  }
};

/// Counts nobody whom it has lost.
class ForgetfulMechanism : public Mechanism {
 public:
  using Mechanism::Mechanism;

  class Party : public Mechanism::Party {
   public:
    Party(ForgetfulMechanism& barrier, unsigned number) : Mechanism::Party(barrier, number) {
      if (number == 0) reset();
    }
  };
};

/// Waits, when it is destroyed, until all have left.
class LingeringMechanism : public Mechanism {
 public:
  using Mechanism::Mechanism;
  ~LingeringMechanism() {
    while (Party(*this, 0).waiting() > 0) std::this_thread::yield();
  }
  LingeringMechanism(const LingeringMechanism&) = delete;
  LingeringMechanism& operator=(const LingeringMechanism&) = delete;
};

class DescriptorLeak : public Mechanism {
 public:
  explicit DescriptorLeak(const BarrierShape& shape) : Mechanism(shape) { (void)dup(STDIN_FILENO); }
};

const std::string name_to_leave = std::string("/").append(unguessable_name());

class NameLeak : public Mechanism {
 public:
  explicit NameLeak(const BarrierShape& shape) : Mechanism(shape) {
    Descriptor(shm_open(name_to_leave.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600));
  }
};

TEST(AClaimOfABarrier, that_it_tells_of_a_death_is_checked) {
  const BarrierRow& row = claimed<Mechanism, tells>();
  expect_rejected(row, a_party_killed_before_it_came_hangs_or_breaks_as_claimed, soon);
  expect_rejected(row, a_party_killed_inside_has_come_and_is_missed_in_the_next_round, soon);
}

TEST(AClaimOfABarrier, that_it_hangs_after_a_death_is_checked) {
  const BarrierRow& row = claimed<WithParty<IsImpatient>>();
  expect_rejected(row, a_party_killed_before_it_came_hangs_or_breaks_as_claimed, soon);
  expect_rejected(row, a_party_killed_inside_has_come_and_is_missed_in_the_next_round, soon);
}

TEST(AClaimOfABarrier, that_who_is_killed_inside_has_come_is_checked) {
  expect_rejected(claimed<ForgetfulMechanism>(),
                  a_party_killed_inside_has_come_and_is_missed_in_the_next_round, soon);
}

TEST(AClaimOfABarrier, that_it_knows_who_has_left_is_checked) {
  EXPECT_NO_THROW(a_party_that_has_left_is_not_taken_for_dead(claimed<WatchedMechanism, tells>(),
                                                              Peers::processes));
  expect_rejected(claimed<WithParty<IsImpatient>, tells>(),
                  a_party_that_has_left_is_not_taken_for_dead);
}

TEST(AClaimOfABarrier, that_it_can_be_destroyed_after_a_death_is_checked) {
  expect_rejected(claimed<LingeringMechanism>(), a_barrier_whose_party_was_killed_can_be_destroyed,
                  soon);
}

TEST(AClaimOfABarrier, of_its_system_calls_is_checked) {
  if (!why_no_counting().empty()) GTEST_SKIP() << why_no_counting();
  makes_the_system_calls_that_it_claims(claimed<Mechanism>(), Peers::threads);
  expect_rejected(claimed<WithParty<CallsForNothing>>(), makes_the_system_calls_that_it_claims,
                  Peers::threads);
}

TEST(ABarrier, that_leaks_is_rejected) {
  EXPECT_NO_THROW(ten_thousand_barriers_leave_nothing(claimed<Mechanism>(), Peers::threads));
  expect_rejected(claimed<DescriptorLeak>(), ten_thousand_barriers_leave_nothing, Peers::threads);
}

TEST(ABarrier, that_leaves_a_name_when_its_user_is_killed_is_rejected) {
  expect_rejected(claimed<NameLeak>(), a_killed_user_leaves_no_name, patience_for_names);
  EXPECT_EQ(shm_unlink(name_to_leave.c_str()), 0);
}

}  // namespace
}  // namespace handoff::conformance
