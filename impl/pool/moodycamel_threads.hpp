#pragma once

#include <concurrentqueue/blockingconcurrentqueue.h>

#include <atomic>
#include <vector>

#include "../common/waiting.hpp"
#include "batch.hpp"
#include "contract.hpp"
#include "crew_of_threads.hpp"

namespace handoff {

/// Threads take batches from a lock-free queue, each end with a token of its own; a null pointer
/// for each worker ends them.
class MoodycamelThreads {
 public:
  static constexpr Info info{.name = "moodycamel_threads",
                             .mechanism = "threads, a lock-free queue with a semaphore",
                             .source = "moodycamel BlockingConcurrentQueue",
                             .reach = Reach::threads,
                             .producers = Holders::one,
                             .bounded = false,
                             .waiting = Waiting::spins_then_blocks,
                             .copies_per_message = 0};

  explicit MoodycamelThreads(const PoolShape& shape) : workers_(shape.workers), producer_(queue_) {
    threads_.start(
        shape, [this] { serve(); }, [this] { terminate(); });
  }
  ~MoodycamelThreads() {
    terminate();
    join();
  }
  MoodycamelThreads(const MoodycamelThreads&) = delete;
  MoodycamelThreads& operator=(const MoodycamelThreads&) = delete;

  void submit(Batch& batch) {
    detail::require_open(phase_);
    if (!queue_.enqueue(producer_, &batch)) throw std::bad_alloc();
  }

  void wait(Batch& batch) {
    awaited_.store(&batch, std::memory_order_seq_cst);  // before the look at the state: see finish
    finished_.wait([&] { return batch.state.load(finished_.observe) != BatchState::pending; },
                   never);
    detail::raise_failure(batch);
  }

  void close() {
    if (phase_ != detail::PoolPhase::open) return;
    phase_ = detail::PoolPhase::closed;
    // One producer's items arrive in order: these come after all batches.
    for (unsigned i = 0; i < workers_; ++i) {
      if (!queue_.enqueue(producer_, nullptr)) throw std::bad_alloc();
    }
  }

  void terminate() {
    // relaxed: a worker that sees it late runs one batch more.
    is_dropping_.store(true, std::memory_order_relaxed);
    close();
    phase_ = detail::PoolPhase::terminated;
  }

  void join() {
    detail::require_ended(phase_);
    threads_.join();
  }

  std::vector<pid_t> worker_ids() { return threads_.ids(); }

 private:
  void serve() {
    moodycamel::ConsumerToken consumer(queue_);
    for (;;) {
      Batch* batch = nullptr;
      queue_.wait_dequeue(consumer, batch);
      if (batch == nullptr) return;
      bool is_dropped = is_dropping_.load(std::memory_order_relaxed);
      finish(*batch, is_dropped ? BatchState::dropped : detail::run(*batch));
    }
  }

  /// The submitter names the batch that it waits for and then looks at its state; a worker
  /// publishes the state and then looks for the name. Sequentially consistent order lets one of
  /// the two see the other, and nobody wakes the submitter for a batch that it does not wait for.
  void finish(Batch& batch, BatchState state) {
    const Batch* finished = &batch;
    batch.state.store(state, finished_.publish);  // the batch may be gone from here on
    if (awaited_.load(std::memory_order_seq_cst) == finished) finished_.notify();
  }

  unsigned workers_;
  moodycamel::BlockingConcurrentQueue<Batch*> queue_;
  moodycamel::ProducerToken producer_;
  std::atomic<const Batch*> awaited_{nullptr};
  SpinThenPark finished_;
  std::atomic<bool> is_dropping_{false};
  detail::PoolPhase phase_ = detail::PoolPhase::open;  // of the submitting thread
  detail::CrewOfThreads threads_;
};

static_assert(Pool<MoodycamelThreads>);

}  // namespace handoff
