#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "harness/region.hpp"
#include "tests/conformance/queue_row.hpp"
#include "tests/conformance/workers.hpp"

/// Queues in memory, and what passes through them.
namespace handoff::conformance {

/// An item that says who sent it and as which number, and whose words all tell the same.
class Parcel {
 public:
  explicit Parcel(const QueueType& type) : words_(type.item_words) {}

  /// This parcel, sent by `producer` as its item `number`.
  ConstWords of(unsigned producer, std::uint64_t number);
  /// Where to get it.
  Words words() { return words_; }

  unsigned producer() const { return static_cast<unsigned>(words_[0] >> 32); }
  std::uint64_t number() const { return words_[0] & 0xFFFFFFFF; }
  bool is_whole() const;

 private:
  std::vector<std::uint64_t> words_;
};

/// A queue that has been built.
class AnyQueue {
 public:
  AnyQueue(const QueueType& type, void* queue) : type_(type), queue_(queue) {}

  Parcel parcel() const { return Parcel(type_); }
  std::size_t item_words() const { return type_.item_words; }
  std::unique_ptr<AnyProducer> producer(unsigned i) { return type_.producer(queue_, i); }
  std::unique_ptr<AnyConsumer> consumer(unsigned i) { return type_.consumer(queue_, i); }
  std::size_t capacity() const { return type_.capacity(queue_); }
  std::size_t size() const { return type_.size(queue_); }
  bool empty() const { return type_.empty(queue_); }
  void close() { type_.close(queue_); }
  void task_done() { type_.task_done(queue_); }
  Status join(Deadline deadline) { return type_.join(queue_, deadline); }

 private:
  const QueueType& type_;
  void* queue_;
};

/// A queue of this process alone, where sanitizers see whoever writes past it.
class QueueOnHeap {
 public:
  QueueOnHeap(const QueueType& type, QueueShape shape);
  ~QueueOnHeap();
  QueueOnHeap(const QueueOnHeap&) = delete;
  QueueOnHeap& operator=(const QueueOnHeap&) = delete;

  AnyQueue* operator->() { return &queue_; }
  AnyQueue& operator*() { return queue_; }

 private:
  struct Free {
    std::align_val_t alignment;
    void operator()(void* memory) const { operator delete(memory, alignment); }
  };

  const QueueType& type_;
  std::unique_ptr<void, Free> memory_;
  AnyQueue queue_;
};

/// A queue whose both ends one worker holds.
class QueueWithEnds {
 public:
  QueueWithEnds(const QueueType& type, Peers peers) : queue_(type, {1, 1, peers}) {}

  void pass(std::uint64_t n) {
    require(in_->put(item_.of(0, n), never) == Status::ok, "a put failed");
    require(out_->get(item_.words(), never) == Status::ok, "a get failed");
  }

 private:
  QueueOnHeap queue_;
  std::unique_ptr<AnyProducer> in_ = queue_->producer(0);
  std::unique_ptr<AnyConsumer> out_ = queue_->consumer(0);
  Parcel item_ = queue_->parcel();
};

/// A queue that forked children share with their parent.
class QueueInSharedMemory {
 public:
  QueueInSharedMemory(const QueueType& type, QueueShape shape);
  ~QueueInSharedMemory();
  QueueInSharedMemory(const QueueInSharedMemory&) = delete;
  QueueInSharedMemory& operator=(const QueueInSharedMemory&) = delete;

  AnyQueue* operator->() { return &queue_; }
  AnyQueue& operator*() { return queue_; }

 private:
  const QueueType& type_;
  harness::Region memory_;
  AnyQueue queue_;
};

/// Runs `work(queue, number)` in each worker over one queue, built in shared memory before the
/// processes start, or in the process of the threads.
void run_over_queue(const QueueType& type, QueueShape shape, unsigned workers,
                    const std::function<void(AnyQueue& queue, unsigned worker)>& work,
                    Clock::duration watchdog = usual_watchdog);

/// Whether one of a few attempts takes less than `limit`: a worker may be held up in some, but one
/// that waits is slow in each.
bool is_ever_within(Clock::duration limit, const std::function<Clock::duration()>& attempt);

/// More than any bounded queue of the checks holds.
inline constexpr std::uint64_t plenty = 4096;

/// Puts until the queue is full, or plenty where it is unbounded; how many fitted.
std::uint64_t fill(AnyQueue& queue, AnyProducer& end);

/// How an end waits: by trying again, with a deadline, for as long as it takes, or in one of these
/// ways each time, drawn by lot; or for batches of several lengths, the longest too long for a
/// small queue.
enum class Form { tries, timed, waits, mixes, batches };

struct Load {
  QueueShape shape;
  std::uint64_t per_producer;
  Form puts;
  Form gets;
};

/// All producers put, all consumers take until the queue is closed; every item arrives once, whole
/// and in its producer's order.
void exchange(const QueueType& type, const Load& load, Clock::duration watchdog = usual_watchdog);

}  // namespace handoff::conformance
