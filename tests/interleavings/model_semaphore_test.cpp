#include <gtest/gtest.h>

#include "impl/event/atomic_flag.hpp"
#include "impl/semaphore/bounded_atomic_count.hpp"
#include "tests/interleavings/models.hpp"

/// The own semaphores and events, as they are, in every order of their steps (with at most a few
/// switches before a step's time has come) and with every value that a load may return.
namespace handoff::interleavings {
namespace {

template <class Wait>
using Count = semaphore::PermitCount<Wait>;
template <class Wait>
using BoundedCount =
    semaphore::Bounded<Count<Wait>, semaphore::detail::bounded_atomic_count_info<Park>>;
template <class Wait>
using Flag = event::AtomicSetCount<Wait>;

/// Each worker takes the only permit, and touches what it guards.
template <class Permits>
struct Exclusion : rl::test_suite<Exclusion<Permits>, 3> {
  Anew<Permits> permits;
  Anew<Item> count;

  void before() {
    permits.build(1U);
    count.build(0U);
  }
  void after() {
    require(count->value() == 3, "an addition was lost");
    permits.drop();
    count.drop();
  }
  void thread(unsigned) {
    permits->acquire();
    count.object() = Item(count->value() + 1);
    permits->release(1);
  }
};

/// One release lets in two, who see what was done before it.
template <class Permits>
struct ReleaseOfTwo : rl::test_suite<ReleaseOfTwo<Permits>, 3> {
  Anew<Permits> permits;
  Anew<Item> done;

  void before() {
    permits.build(0U);
    done.build(0U);
  }
  void after() {
    permits.drop();
    done.drop();
  }
  void thread(unsigned worker) {
    if (worker == 0) {
      done.object() = Item(7);
      permits->release(2);
    } else {
      permits->acquire();
      require(done->value() == 7, "what was done before");
    }
  }
};

/// Two releases, one after the other, let in two.
template <class Permits>
struct TwoReleases : rl::test_suite<TwoReleases<Permits>, 3> {
  Anew<Permits> permits;

  void before() { permits.build(0U); }
  void after() { permits.drop(); }
  void thread(unsigned worker) {
    if (worker == 0) {
      permits->release(1);
      permits->release(1);
    } else {
      permits->acquire();
    }
  }
};

/// A set lets go two, who see what was done before it; cleared at once, it does still.
template <class Event, bool clears>
struct SetForTwo : rl::test_suite<SetForTwo<Event, clears>, 3> {
  Anew<Event> event;
  Anew<Item> done;

  void before() {
    event.build();
    done.build(0U);
  }
  void after() {
    event.drop();
    done.drop();
  }
  void thread(unsigned worker) {
    if (worker == 0) {
      done.object() = Item(7);
      event->set();
      if (!clears) return;
      event->clear();
      event->set();  // for whoever comes only now
    } else {
      require(event->wait(never), "a wait ended unset");
      require(done->value() == 7, "what was done before");
    }
  }
};

/// Two events: workers take turns, as each waits, clears and sets.
template <class Event>
struct Turns : rl::test_suite<Turns<Event>, 2> {
  Anew<std::array<Event, 2>> events;
  Anew<Item> turns;

  void before() {
    events.build();
    turns.build(0U);
  }
  void after() {
    require(turns->value() == 4, "turns");
    events.drop();
    turns.drop();
  }
  void thread(unsigned worker) {
    for (unsigned n = 0; n < 2; ++n) {
      if (worker == 1) wait_and_clear(0);
      turns.object() = Item(turns->value() + 1);
      events.object()[worker].set();
      if (worker == 0) wait_and_clear(1);
    }
  }
  void wait_and_clear(std::size_t which) {
    require(events.object()[which].wait(never), "a wait ended unset");
    events.object()[which].clear();
  }
};

/// Publishes without waiting for the store to be seen before it looks for sleepers.
class HastyPark : public Park {
 public:
  static constexpr auto publish = std::memory_order_release;
};

/// Publishes nothing but the count.
class BarePark : public Park {
 public:
  static constexpr auto publish = std::memory_order_relaxed;
};

/// Wakes one where all have to wake.
class StingyPark : public Park {
 public:
  void notify_all() { notify(); }
};

TEST(ModelSemaphore, admits_one_at_a_time_by_one_permit) {
  EXPECT_EQ((fault_of<Exclusion<Count<Park>>>(2)), "");
}
TEST(ModelSemaphore, lets_in_as_many_as_are_released) {
  EXPECT_EQ((fault_of<ReleaseOfTwo<Count<Park>>>(3)), "");
  EXPECT_EQ((fault_of<TwoReleases<Count<Park>>>(3)), "");
  EXPECT_EQ((fault_in_random_orders<TwoReleases<Count<Park>>>()), "");
}
TEST(ModelSemaphore, bounded_refuses_nothing_that_was_taken) {
  EXPECT_EQ((fault_of<Exclusion<BoundedCount<Park>>>(2)), "");
}
TEST(ModelEvent, lets_go_all_who_wait) {
  EXPECT_EQ((fault_of<SetForTwo<Flag<Park>, false>>(3)), "");
  EXPECT_EQ((fault_of<SetForTwo<Flag<Park>, true>>(3)), "");
}
TEST(ModelEvent, hands_over_turns) { EXPECT_EQ((fault_of<Turns<Flag<Park>>>(3)), ""); }

TEST(ModelRejects, a_semaphore_that_looks_for_sleepers_before_its_count_is_seen) {
  EXPECT_EQ((fault_of<TwoReleases<Count<HastyPark>>>(3)), "DEADLOCK");
}
TEST(ModelRejects, a_semaphore_that_publishes_nothing) {
  EXPECT_EQ((fault_of<ReleaseOfTwo<Count<BarePark>>>(3)), "DATA RACE");
}
TEST(ModelRejects, a_semaphore_that_wakes_one_for_two_permits) {
  EXPECT_EQ((fault_of<ReleaseOfTwo<Count<StingyPark>>>(3)), "DEADLOCK");
}
TEST(ModelRejects, an_event_that_looks_for_sleepers_before_it_is_seen_to_be_set) {
  EXPECT_EQ((fault_of<SetForTwo<Flag<HastyPark>, false>>(3)), "DEADLOCK");
}
TEST(ModelRejects, an_event_that_publishes_nothing) {
  EXPECT_EQ((fault_of<SetForTwo<Flag<BarePark>, false>>(3)), "DATA RACE");
}
TEST(ModelRejects, an_event_that_wakes_one) {
  EXPECT_EQ((fault_of<SetForTwo<Flag<StingyPark>, false>>(3)), "DEADLOCK");
}

}  // namespace
}  // namespace handoff::interleavings
