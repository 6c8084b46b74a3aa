#pragma once

#include <concurrentqueue/blockingconcurrentqueue.h>

#include <vector>

#include "contract.hpp"
#include "crew_of_threads.hpp"
#include "dropping_threads.hpp"

namespace handoff {

/// Threads take batches from a lock-free queue, each end with a token of its own; a null pointer
/// for each worker ends them.
class MoodycamelThreads : public detail::DroppingThreads {
 public:
  static constexpr Info info{.name = "moodycamel_threads",
                             .mechanism = "threads, a lock-free queue with a semaphore",
                             .source = "moodycamel BlockingConcurrentQueue",
                             .reach = Reach::threads,
                             .producers = Holders::one,
                             .bounded = false,
                             .waiting = Waiting::spins_then_blocks,
                             .copies_per_message = 0};  // a task names where its arguments lie
  static constexpr bool replaces_workers = true;

  explicit MoodycamelThreads(const PoolShape& shape)
      : workers_(checked_workers(info.name, shape.workers)), producer_(queue_) {
    threads_.start(
        shape, [this](const detail::Service& service) { return serve(service); },
        [this] { terminate(); });
  }
  ~MoodycamelThreads() {
    terminate();
    join();
  }
  MoodycamelThreads(const MoodycamelThreads&) = delete;
  MoodycamelThreads& operator=(const MoodycamelThreads&) = delete;

  void submit(Batch& batch) {
    require_open();
    if (!queue_.enqueue(producer_, &batch)) throw std::bad_alloc();
  }

  void close() {
    if (!begin_close()) return;
    // One producer's items arrive in order: these come after all batches.
    for (unsigned i = 0; i < workers_; ++i) {
      if (!queue_.enqueue(producer_, nullptr)) throw std::bad_alloc();
    }
  }

  void terminate() {
    begin_to_drop();
    close();
  }

  void join() {
    require_ended();
    threads_.join();
  }

  std::vector<pid_t> worker_ids() { return threads_.ids(); }

 private:
  bool serve(const detail::Service& service) {
    moodycamel::ConsumerToken consumer(queue_);
    for (std::size_t i = 0; i < service.batches; ++i) {
      Batch* batch = nullptr;
      queue_.wait_dequeue(consumer, batch);
      if (batch == nullptr) return false;
      run_or_drop(*batch, service.initializer);
    }
    return true;
  }

  unsigned workers_;
  moodycamel::BlockingConcurrentQueue<Batch*> queue_;
  moodycamel::ProducerToken producer_;
  detail::CrewOfThreads threads_;
};

static_assert(Pool<MoodycamelThreads>);

}  // namespace handoff
