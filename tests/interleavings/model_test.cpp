#include <gtest/gtest.h>

#include <array>
#include <cstddef>

#include "impl/pipe/byte_ring.hpp"
#include "impl/queue/joinable.hpp"
#include "impl/queue/mpmc_ring.hpp"
#include "impl/queue/slot_ring.hpp"
#include "impl/queue/spsc_ring.hpp"
#include "tests/interleavings/models.hpp"

/// Relacy's `new` and `delete` are inline, and it leaves out the form with a size. The C++ library,
/// which makes and drops the text of an exception, needs all of them or none.
void operator delete(void* memory, std::size_t) noexcept { operator delete(memory); }
namespace {
[[gnu::used]] void (*const for_the_library)(void*) = &operator delete;
}

/// The own rings and ways of waiting, as they are, in every order of their steps (with at
/// most a few switches before a step's time has come) and with every value that a load may return.
namespace handoff::interleavings {
namespace {

/// `Producers` put `Items` each, `Consumers` get as many each.
template <class Queue, unsigned Producers, unsigned Consumers, unsigned Items>
struct Stream : rl::test_suite<Stream<Queue, Producers, Consumers, Items>, Producers + Consumers> {
  Anew<Queue> queue;

  void before() { queue.build(QueueShape{.producers = Producers, .consumers = Consumers}); }
  void after() { queue.drop(); }
  void thread(unsigned worker) {
    if (worker < Producers) {
      auto in = queue->producer(worker);
      for (unsigned n = 0; n < Items; ++n) require(in.put(Item(n)) == Status::ok, "put");
      return;
    }
    auto out = queue->consumer(worker - Producers);
    for (unsigned n = 0; n < Items * Producers / Consumers; ++n) {
      Item item;
      require(out.get(item) == Status::ok, "get");
      require(Producers > 1 || Consumers > 1 || item.value() == n, "order");
    }
  }
};

/// A batch of two wakes two that wait.
template <class Queue>
struct BatchForTwo : rl::test_suite<BatchForTwo<Queue>, 3> {
  Anew<Queue> queue;

  void before() { queue.build(QueueShape{.producers = 1, .consumers = 2}); }
  void after() { queue.drop(); }
  void thread(unsigned worker) {
    if (worker == 0) {
      std::array<Item, 2> items = {Item(0), Item(1)};
      auto in = queue->producer(0);
      require(in.put_some(items).count == 2, "put_some");
      return;
    }
    Item item;
    require(queue->consumer(worker - 1).get(item) == Status::ok, "get");
  }
};

/// What was put before a close is got after it, and whoever waits then learns of it.
template <class Queue>
struct Close : rl::test_suite<Close<Queue>, 2> {
  Anew<Queue> queue;

  void before() { queue.build(QueueShape{.producers = 1, .consumers = 1}); }
  void after() { queue.drop(); }
  void thread(unsigned worker) {
    if (worker == 0) {
      require(queue->producer(0).put(Item(7)) == Status::ok, "put");
      queue->close();
      return;
    }
    auto out = queue->consumer(0);
    Item item;
    require(out.get(item) == Status::ok && item.value() == 7, "the item before the close");
    require(out.get(item) == Status::closed, "the close");
  }
};

/// A close wakes two that wait.
template <class Queue>
struct CloseForTwo : rl::test_suite<CloseForTwo<Queue>, 3> {
  Anew<Queue> queue;

  void before() { queue.build(QueueShape{.producers = 1, .consumers = 2}); }
  void after() { queue.drop(); }
  void thread(unsigned worker) {
    if (worker == 0) return queue->close();
    Item item;
    require(queue->consumer(worker - 1).get(item) == Status::closed, "the close");
  }
};

struct Pipe : rl::test_suite<Pipe, 2> {
  Anew<detail::ByteRing<Park>> ring;

  void before() { ring.build(); }
  void after() { ring.drop(); }
  void thread(unsigned worker) {
    const std::array<std::byte, 3> message = {std::byte{1}, std::byte{2}, std::byte{3}};
    if (worker == 0) {
      detail::RingWriter<Park> writer(ring.object(), {ring->space, ring->data});
      for (int n = 0; n < 2; ++n) require(writer.send(message) == Status::ok, "send");
      writer.close();
      return;
    }
    detail::RingReader<Park> reader(ring.object(), {ring->data, ring->space});
    for (int n = 0; n < 2; ++n) {
      std::array<std::byte, 3> got{};
      require(reader.receive(got, "ring").bytes == message.size() && got == message, "receive");
    }
    require(reader.receive({}, "ring").status == Status::closed, "end of file");
    reader.close();
  }
};

struct Join : rl::test_suite<Join, 2> {
  Anew<TaskCount> tasks;

  void before() {
    tasks.build();
    tasks->add();
    tasks->add();
  }
  void after() { tasks.drop(); }
  void thread(unsigned worker) {
    if (worker == 0) {
      require(tasks->join(never) == Status::ok, "join");
    } else {
      for (int n = 0; n < 2; ++n) require(tasks->finish(), "finish");
    }
  }
};

/// Publishes without waiting for the store to be seen before it looks for sleepers.
class HastyPark : public Park {
 public:
  static constexpr auto publish = std::memory_order_release;
};

/// Publishes nothing but the index.
class BarePark : public Park {
 public:
  static constexpr auto publish = std::memory_order_relaxed;
};

/// Wakes one where all have to wake.
class StingyPark : public Park {
 public:
  void notify_all() { notify(); }
};

/// Does not look again between counting itself in and falling asleep.
class RashPark : public Park {
 public:
  template <class Ready>
  bool wait(Ready ready, Deadline) {
    while (!ready()) {
      sleepers_.fetch_add(1, std::memory_order_seq_cst);
      futex_wait(turn_, turn_.load(std::memory_order_acquire), never);
      sleepers_.fetch_sub(1, std::memory_order_relaxed);
    }
    return true;
  }
  void notify() {
    if (sleepers_.load(std::memory_order_seq_cst) == 0) return;
    turn_.fetch_add(1, std::memory_order_release);
    futex_wake(turn_, 1);
  }
  void notify_all() { notify(); }

 private:
  Atomic<std::uint32_t> turn_{0};
  Atomic<std::uint32_t> sleepers_{0};
};

template <class Wait>
using Spsc = SpscRing<Item, 2, Wait>;
template <class Wait>
using Slots = SlotRing<Item, 2, Wait>;
template <class Wait>
using Mpmc = MpmcRing<Item, 2, Wait>;

TEST(Model, a_ring_of_one_producer_and_one_consumer_hands_over_everything) {
  EXPECT_EQ((fault_of<Stream<Spsc<Park>, 1, 1, 3>>(4)), "");
  EXPECT_EQ((fault_of<Stream<Slots<Park>, 1, 1, 3>>(4)), "");
}
TEST(Model, a_ring_of_many_hands_over_everything) {
  EXPECT_EQ((fault_of<Stream<Mpmc<Park>, 1, 1, 3>>(2)), "");
  EXPECT_EQ((fault_of<Stream<Mpmc<Park>, 2, 1, 2>>(1)), "");
  EXPECT_EQ((fault_of<Stream<Mpmc<Park>, 1, 2, 4>>(1)), "");
  EXPECT_EQ((fault_of<Stream<Mpmc<Park>, 2, 2, 1>>(1)), "");
}
TEST(Model, a_ring_of_many_hands_over_everything_in_random_orders) {
  EXPECT_EQ((fault_in_random_orders<Stream<Mpmc<Park>, 2, 2, 2>>()), "");
  EXPECT_EQ((fault_in_random_orders<Stream<Mpmc<Park>, 3, 1, 2>>()), "");
  EXPECT_EQ((fault_in_random_orders<Stream<Mpmc<Park>, 1, 3, 3>>()), "");
}
TEST(Model, a_batch_wakes_as_many_as_it_has_items_for) {
  EXPECT_EQ((fault_of<BatchForTwo<Mpmc<Park>>>(2)), "");
}
TEST(Model, a_close_wakes_whoever_waits_and_gives_up_nothing) {
  EXPECT_EQ((fault_of<Close<Spsc<Park>>>(4)), "");
  EXPECT_EQ((fault_of<Close<Slots<Park>>>(4)), "");
  EXPECT_EQ((fault_of<Close<Mpmc<Park>>>(4)), "");
  EXPECT_EQ((fault_of<CloseForTwo<Mpmc<Park>>>(3)), "");
}
TEST(Model, a_pipe_hands_over_its_messages_and_then_its_end) { EXPECT_EQ(fault_of<Pipe>(4), ""); }
TEST(Model, a_join_returns_when_all_is_done) { EXPECT_EQ(fault_of<Join>(4), ""); }

TEST(ModelRejects, a_notifier_that_looks_for_sleepers_before_its_store_is_seen) {
  EXPECT_EQ((fault_of<Stream<Spsc<HastyPark>, 1, 1, 3>>(4)), "DEADLOCK");
  EXPECT_EQ((fault_of<Stream<Mpmc<HastyPark>, 1, 1, 3>>(4)), "DEADLOCK");
}
TEST(ModelRejects, items_that_are_not_published) {
  EXPECT_EQ((fault_of<Stream<Spsc<BarePark>, 1, 1, 3>>(4)), "DATA RACE");
  EXPECT_EQ((fault_of<Stream<Slots<BarePark>, 1, 1, 3>>(4)), "DATA RACE");
  EXPECT_EQ((fault_of<Stream<Mpmc<BarePark>, 1, 1, 3>>(4)), "DATA RACE");
}
TEST(ModelRejects, a_waiter_that_does_not_look_again) {
  EXPECT_EQ((fault_of<Stream<Spsc<RashPark>, 1, 1, 3>>(4)), "DEADLOCK");
}
TEST(ModelRejects, a_close_that_wakes_one) {
  EXPECT_EQ(fault_of<CloseForTwo<Mpmc<StingyPark>>>(3), "DEADLOCK");
}

}  // namespace
}  // namespace handoff::interleavings
