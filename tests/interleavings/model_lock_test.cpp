#include <gtest/gtest.h>

#include "impl/common/locks/futex_mutex.hpp"
#include "impl/common/locks/mcs_lock.hpp"
#include "impl/common/locks/recursive_futex_mutex.hpp"
#include "impl/common/locks/ticket_lock.hpp"
#include "tests/interleavings/models.hpp"

/// The own locks, as they are, in every order of their steps (with at most a few switches before a
/// step's time has come) and with every value that a load may return.
namespace handoff::interleavings {
namespace {

/// Each worker enters once, as it is done with such a lock.
template <class Lock, class Enter>
struct Exclusion : rl::test_suite<Exclusion<Lock, Enter>, 3> {
  Anew<Lock> lock;
  Anew<Item> count;

  void before() {
    lock.build();
    count.build(0U);
  }
  void after() {
    require(count->value() == 3, "an addition was lost");
    lock.drop();
    count.drop();
  }
  void thread(unsigned worker) {
    Enter()(lock.object(), worker, [this] { count.object() = Item(count->value() + 1); });
  }
};

struct Plainly {
  template <class Lock, class Inside>
  void operator()(Lock& lock, unsigned, Inside inside) {
    lock.lock();
    inside();
    lock.unlock();
  }
};
struct ByNumber {
  template <class Lock, class Inside>
  void operator()(Lock& lock, unsigned worker, Inside inside) {
    lock.lock(worker);
    inside();
    lock.unlock(worker);
  }
};
/// With numbers that are not 0, as thread ids are.
struct Twice {
  template <class Lock, class Inside>
  void operator()(Lock& lock, unsigned worker, Inside inside) {
    lock.lock(worker + 1);
    lock.lock(worker + 1);
    lock.unlock(worker + 1);
    inside();
    lock.unlock(worker + 1);
  }
};
struct ByTrying {
  template <class Lock, class Inside>
  void operator()(Lock& lock, unsigned worker, Inside inside) {
    if (worker == 0) {
      while (!lock.try_lock()) rl::yield(1, nowhere());
    } else {
      lock.lock();
    }
    inside();
    lock.unlock();
  }
};

/// Takes it, once woken, as if nobody else slept.
class ForgetfulMutex {
 public:
  void lock() {
    for (std::uint32_t seen = 0; !state_.compare_exchange_strong(
             seen, held, std::memory_order_acquire, std::memory_order_relaxed);
         seen = 0) {
      if (seen == held &&
          !state_.compare_exchange_strong(seen, contended, std::memory_order_relaxed,
                                          std::memory_order_relaxed)) {
        continue;
      }
      futex_wait(state_, contended);
    }
  }
  void unlock() {
    if (state_.exchange(0, std::memory_order_release) == contended) futex_wake(state_, 1);
  }

 private:
  static constexpr std::uint32_t held = 1;
  static constexpr std::uint32_t contended = 2;
  Atomic<std::uint32_t> state_{0};
};

/// Publishes nothing of what was done under it.
class BareLock {
 public:
  void lock() {
    while (taken_.exchange(true, std::memory_order_acquire)) rl::yield(1, nowhere());
  }
  void unlock() { taken_.store(false, std::memory_order_relaxed); }

 private:
  Atomic<bool> taken_{false};
};

/// Lets the others go on between looks.
struct Yield {
  template <class Ready>
  bool wait(Ready ready, Deadline) {
    while (!ready()) rl::yield(1, nowhere());
    return true;
  }
};

TEST(Model, a_mutex_lets_in_one_at_a_time) {
  EXPECT_EQ((fault_of<Exclusion<FutexMutex, Plainly>>(3)), "");
  EXPECT_EQ((fault_of<Exclusion<FutexMutex, ByTrying>>(2)), "");
  EXPECT_EQ((fault_of<Exclusion<RecursiveFutexMutex, Twice>>(2)), "");
}
TEST(Model, a_lock_with_a_queue_lets_in_one_at_a_time) {
  EXPECT_EQ((fault_of<Exclusion<BasicTicketLock<Yield>, Plainly>>(3)), "");
  EXPECT_EQ((fault_of<Exclusion<BasicTicketLock<Yield>, ByTrying>>(2)), "");
  EXPECT_EQ((fault_of<Exclusion<BasicMcsLock<Yield, 3>, ByNumber>>(3)), "");
}

TEST(ModelRejects, a_mutex_that_forgets_others_who_sleep) {
  EXPECT_EQ((fault_of<Exclusion<ForgetfulMutex, Plainly>>(3)), "DEADLOCK");
}
TEST(ModelRejects, a_lock_that_publishes_nothing) {
  EXPECT_EQ((fault_of<Exclusion<BareLock, Plainly>>(3)), "DATA RACE");
}

}  // namespace
}  // namespace handoff::interleavings
