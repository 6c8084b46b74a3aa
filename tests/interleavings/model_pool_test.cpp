#include <gtest/gtest.h>

#include <array>
#include <span>

#include "impl/pool/idle_workers.hpp"
#include "impl/pool/nested_batches.hpp"
#include "impl/pool/nested_lane.hpp"
#include "impl/pool/stealing_lane.hpp"
#include "tests/interleavings/models.hpp"

/// The lanes of the work-stealing pool and its workers' sleep, as they are, in every order of their
/// steps (with at most a few switches before a step's time has come) and with every value that a
/// load may return.
namespace handoff::interleavings {
namespace {

/// The owner pushes, and the lane grows meanwhile; two take what there is, and the owner the rest.
struct Thieves : rl::test_suite<Thieves, 3> {
  static constexpr unsigned items = 2;
  struct Lane {
    handoff::detail::StealingLane<Item, 1> lane;
    std::array<Item, items> pushed;
  };
  Anew<Lane> shared;
  std::array<unsigned, items> times_taken{};

  void before() {
    shared.build();
    times_taken = {};
  }
  void after() {
    while (take()) {
    }
    for (unsigned times : times_taken) require(times == 1, "taken once");
    shared.drop();
  }
  void thread(unsigned worker) {
    if (worker > 0) {
      take();
      return;
    }
    for (unsigned n = 0; n < items; ++n) {
      shared->pushed[n] = Item(n);
      shared->lane.push(&shared->pushed[n]);
    }
  }

  bool take() {
    Item* item = shared->lane.steal();
    if (item != nullptr) ++times_taken[item->value()];
    return item != nullptr;
  }
};

/// The owner pushes, the lane grows, and it takes back, pushes and takes back again, while others
/// take: each item comes to one of them, and the owner gets what nobody else has.
struct TakingBack : rl::test_suite<TakingBack, 3> {
  static constexpr unsigned items = 3;
  struct Lane {
    handoff::detail::NestedLane<Item, 1> lane;
    std::array<Item, items> pushed;
  };
  Anew<Lane> shared;
  std::array<unsigned, items> times_taken{};

  void before() {
    shared.build();
    times_taken = {};
  }
  void after() {
    for (unsigned times : times_taken) require(times == 1, "taken once");
    require(shared->lane.is_empty(), "items are left");
    shared.drop();
  }
  void thread(unsigned worker) {
    if (worker > 0) {
      count(shared->lane.steal());
      return;
    }
    push(0);
    push(1);
    count(shared->lane.take_back(0));
    push(2);
    while (count(shared->lane.take_back(0))) {
    }
  }

  void push(unsigned n) {
    shared->pushed[n] = Item(n);
    shared->lane.push(&shared->pushed[n]);
  }
  bool count(const Item* item) {
    if (item != nullptr) ++times_taken[item->value()];
    return item != nullptr;
  }
};

/// Work that is no more than a count, and a flag that says that no more comes.
struct Work {
  handoff::detail::IdleWorkers idle;
  Atomic<std::uint32_t> count{0};
  Atomic<std::uint32_t> is_closed{0};

  bool is_left() { return count.load(std::memory_order::seq_cst) > 0; }
  bool is_over() { return is_closed.load(std::memory_order::seq_cst) != 0; }
  bool take() {
    std::uint32_t left = count.load(std::memory_order::acquire);
    while (left > 0) {
      if (count.compare_exchange_weak(left, left - 1, std::memory_order::acq_rel,
                                      std::memory_order::acquire)) {
        return true;
      }
    }
    return false;
  }
  /// As a worker of the pool looks for work, without spinning. False when it is closed.
  bool look() {
    idle.begin_to_look();
    for (;;) {
      bool was_over = is_over();
      bool is_taken = take();
      if (is_taken || was_over) {
        idle.end_look([this] { return is_left(); });
        return is_taken;
      }
      idle.sleep([this] { return is_left() || is_over(); });
    }
  }
};

/// As many wait as there is work, and each gets some: a lost wake-up would leave one asleep.
struct WorkForAll : rl::test_suite<WorkForAll, 3> {
  Anew<Work> work;

  void before() { work.build(); }
  void after() {
    require(!work->is_left(), "work is left");
    work.drop();
  }
  void thread(unsigned worker) {
    if (worker > 0) {
      require(work->look(), "ended without");
      return;
    }
    for (unsigned n = 0; n < 2; ++n) {
      work->count.fetch_add(1, std::memory_order::seq_cst);
      work->idle.notify();
    }
  }
};

/// Whoever sleeps, or is about to, ends with the close, after the work that came before it.
struct CloseOfAll : rl::test_suite<CloseOfAll, 3> {
  Anew<Work> work;

  void before() { work.build(); }
  void after() {
    require(!work->is_left(), "work is left");
    work.drop();
  }
  void thread(unsigned worker) {
    if (worker > 0) {
      while (work->look()) {
      }
      return;
    }
    work->count.fetch_add(1, std::memory_order::seq_cst);
    work->idle.notify();
    work->is_closed.store(1, std::memory_order::seq_cst);
    work->idle.notify_all();
  }
};

/// Two workers of a pool, of which one runs a task that nests, and one is idle until all is over.
template <unsigned inner_batches, unsigned innermost_batches>
struct Nesting : rl::test_suite<Nesting<inner_batches, innermost_batches>, 2> {
  struct Pool {
    handoff::detail::IdleWorkers idle;
    handoff::detail::NestedBatches<Park> nested{2};
    Atomic<std::uint32_t> is_closed{0};
    std::array<Batch, inner_batches> inner;
    std::array<std::array<Batch, innermost_batches>, inner_batches> innermost;
    /// What each batch writes, and whoever waits for it reads.
    std::array<Item, inner_batches> results;

    bool is_over() { return is_closed.load(std::memory_order::seq_cst) != 0; }
    bool has_cause() { return nested.has_any() || is_over(); }
  };
  Anew<Pool> pool;
  std::array<unsigned, inner_batches*(1 + innermost_batches)> runs{};

  void before() {
    pool.build();
    runs = {};
  }
  void after() {
    for (unsigned times : runs) require(times == 1, "run once");
    pool.drop();
  }
  void thread(unsigned worker) {
    if (worker > 0) return serve(worker);
    run(worker, pool->inner);
    for (unsigned n = 0; n < inner_batches; ++n) {
      require(pool->results[n].value() == n, "the result is seen");
    }
    pool->is_closed.store(1, std::memory_order::seq_cst);
    pool->idle.notify_all();
  }

  void run(unsigned worker, std::span<Batch> batches) {
    pool->nested.run(
        worker, batches, [this, worker](Batch& batch) { return run_one(worker, batch); },
        [this] { return pool->idle.notify_one_if_any(); });
  }
  BatchState run_one(unsigned worker, Batch& batch) {
    for (unsigned n = 0; n < inner_batches; ++n) {
      if (&batch == &pool->inner[n]) {
        ++runs[n];
        run(worker, pool->innermost[n]);
        pool->results[n] = Item(n);
      }
      for (unsigned m = 0; m < innermost_batches; ++m) {
        if (&batch == &pool->innermost[n][m]) ++runs[inner_batches + n * innermost_batches + m];
      }
    }
    return BatchState::done;
  }
  void serve(unsigned worker) {
    while (Batch* batch = look(worker)) {
      pool->nested.finish(*batch, run_one(worker, *batch));
    }
  }
  /// As a worker of the pool looks for work, without spinning.
  Batch* look(unsigned worker) {
    pool->idle.begin_to_look();
    for (;;) {
      const bool was_over = pool->is_over();
      Batch* batch = pool->nested.take(worker);
      if (batch != nullptr || was_over) {
        pool->idle.end_look([this] { return pool->nested.has_any(); });
        return batch;
      }
      pool->idle.sleep([this] { return pool->has_cause(); });
    }
  }
};

TEST(ModelOfALane, gives_each_item_to_one) {
  EXPECT_EQ(fault_of<Thieves>(2), "");
  EXPECT_EQ(fault_in_random_orders<Thieves>(), "");
}
TEST(ModelOfALane, gives_each_item_to_one_or_back) {
  EXPECT_EQ(fault_of<TakingBack>(2), "");
  EXPECT_EQ(fault_in_random_orders<TakingBack>(), "");
}
TEST(ModelOfNestedBatches, runs_each_once_and_wakes_who_waits) {
  EXPECT_EQ((fault_of<Nesting<2, 0>>(2)), "");
  EXPECT_EQ((fault_in_random_orders<Nesting<2, 0>>()), "");
}
TEST(ModelOfNestedBatches, lets_who_waits_help) {
  EXPECT_EQ((fault_of<Nesting<1, 2>>(1)), "");
  EXPECT_EQ((fault_in_random_orders<Nesting<2, 2>>()), "");
}
TEST(ModelOfIdleWorkers, wakes_one_for_each_piece_of_work) {
  EXPECT_EQ(fault_of<WorkForAll>(2), "");
  EXPECT_EQ(fault_in_random_orders<WorkForAll>(), "");
}
TEST(ModelOfIdleWorkers, wakes_all_at_the_end) {
  EXPECT_EQ(fault_of<CloseOfAll>(2), "");
  EXPECT_EQ(fault_in_random_orders<CloseOfAll>(), "");
}

}  // namespace
}  // namespace handoff::interleavings
