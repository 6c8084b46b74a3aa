#pragma once

#include <memory>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

#include "contract.hpp"
#include "tbb_arena_threads.hpp"

namespace handoff::detail {

/// Parallel loops over what is queued: a task of the group takes all of it and runs the loop in its
/// arena. What is queued meanwhile gets a loop of its own, beside the others. A task that publishes
/// batches runs a loop over them.
///
/// `Loop::run(first, last, body)` calls the body with each item of the range.
template <class Loop>
class TbbLoops : public TbbArenaThreads {
 public:
  void submit(Batch& batch) {
    require_open();
    if (push(batch)) spawn([this] { run_queued(); });
  }

  void run_within_task(std::span<Batch> batches) {
    run_nested(batches, [batches](const auto& run_one) {
      Loop::run(batches.begin(), batches.end(), run_one);
    });
  }

 protected:
  using TbbArenaThreads::TbbArenaThreads;
  ~TbbLoops() noexcept {  // before the queue goes
    terminate();
    join();
  }

 private:
  /// Whether the queue was empty.
  bool push(Batch& batch) {
    std::lock_guard lock(mutex_);
    queued_.push_back(&batch);
    return queued_.size() == 1;
  }

  void run_queued() {
    std::vector<Batch*> batches;
    {
      std::lock_guard lock(mutex_);
      batches.swap(queued_);
    }
    // release, with the acquire below: the library orders this too, but ThreadSanitizer does not
    // see it.
    loops_.fetch_add(1, std::memory_order_release);
    Loop::run(batches.begin(), batches.end(), [this](Batch* batch) {
      (void)loops_.load(std::memory_order_acquire);
      run(*batch);
    });
  }

  std::mutex mutex_;
  std::vector<Batch*> queued_;
  Atomic<std::size_t> loops_{0};
};

}  // namespace handoff::detail
