#include <gtest/gtest.h>

#include <functional>

#include "bench/queue.hpp"
#include "impl/queue/mpmc_ring.hpp"

/// A measured run checks its own answer: over a queue that is wrong once in a while, it raises.
namespace handoff::bench {
namespace {

enum class Fault { none, loses, doubles, swaps, tears };

constexpr std::uint64_t fault_interval = 5;  // even the shortest run puts more
using Message = Item<64>;
using Ring = MpmcRing<Message, 1024, SpinThenYield>;

/// A ring whose producers do wrong with every fifth item.
template <Fault fault>
class FaultyQueue {
 public:
  using value_type = Message;
  static constexpr Info info = Ring::info;
  explicit FaultyQueue(QueueShape shape) : ring_(shape) {}

  class Producer {
   public:
    explicit Producer(Ring::Producer end) : end_(end) {}
    Status try_put(const Message& item) { return put(item, at_once); }
    Status put(const Message& item, Deadline deadline) {
      if (++puts_ % fault_interval != 0 || fault == Fault::none) return end_.put(item, deadline);
      if (fault == Fault::loses) return Status::ok;
      if (fault == Fault::doubles) (void)end_.put(item, deadline);
      Message other = item;
      if (fault == Fault::tears) ++other.words.back();
      if (fault == Fault::swaps) fill(other.words, item.words.front() + 1);
      return end_.put(other, deadline);
    }

   private:
    Ring::Producer end_;
    std::uint64_t puts_ = 0;
  };

  Producer producer(unsigned i) { return Producer(ring_.producer(i)); }
  Ring::Consumer consumer(unsigned i) { return ring_.consumer(i); }
  std::size_t capacity() const { return ring_.capacity(); }
  std::size_t size() const { return ring_.size(); }
  void close() { ring_.close(); }

 private:
  Ring ring_;
};

template <Fault fault>
Outcome stream(unsigned producers, unsigned consumers) {
  using Object = QueueStream<FaultyQueue<fault>>;
  QueueShape shape{producers, consumers, Peers::processes};
  harness::CrewPlan plan{.peers = Peers::processes,
                         .cpus = std::vector<int>(producers + consumers, -1),
                         .program = harness::program_of<Object>(
                             [shape](void* memory) { new (memory) Object(shape); },
                             [](Object& object, harness::Seat& seat) { return object.join(seat); }),
                         .watchdog = std::chrono::seconds(3)};
  return measure_crew(plan, {.slice_ns = 10'000'000}, producers);
}

TEST(MeasuredStream, accepts_a_queue_without_faults) {
  EXPECT_GT(stream<Fault::none>(1, 1).operations, 0U);
  EXPECT_GT(stream<Fault::none>(2, 2).operations, 0U);
}

TEST(MeasuredStream, rejects_a_lost_item) {
  EXPECT_THROW(stream<Fault::loses>(1, 1), harness::CrewError);
  EXPECT_THROW(stream<Fault::loses>(2, 2), harness::CrewError);
}

TEST(MeasuredStream, rejects_an_item_that_comes_twice) {
  EXPECT_THROW(stream<Fault::doubles>(1, 1), harness::CrewError);
  EXPECT_THROW(stream<Fault::doubles>(2, 2), harness::CrewError);
}

TEST(MeasuredStream, rejects_an_item_in_place_of_another) {
  EXPECT_THROW(stream<Fault::swaps>(1, 1), harness::CrewError);
  EXPECT_THROW(stream<Fault::swaps>(2, 2), harness::CrewError);
}

TEST(MeasuredStream, rejects_a_torn_item) {
  EXPECT_THROW(stream<Fault::tears>(1, 1), harness::CrewError);
  EXPECT_THROW(stream<Fault::tears>(2, 2), harness::CrewError);
}

}  // namespace
}  // namespace handoff::bench
