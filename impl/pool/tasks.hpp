#pragma once

#include <algorithm>
#include <cstddef>
#include <exception>
#include <memory>
#include <new>
#include <span>
#include <stdexcept>
#include <type_traits>

#include "batch.hpp"
#include "contract.hpp"

/// Tasks on any pool, in place: apply<F>(pool, argument) and map<F>(pool, arguments, results,
/// chunk_size). The rest is in task_pool.hpp, and what tasks do on their own pool in
/// nested_tasks.hpp.
///
/// F is a template value, and so an address that is the same in every process forked from this
/// image. Arguments and results are copied as bytes.
namespace handoff {

/// Batches that one map keeps in flight: enough to keep many workers busy while the submitter
/// sleeps, few enough that they stay in the first-level cache's reach.
inline constexpr std::size_t map_window = 512;

namespace detail {

/// Runs every task, also after one that has thrown; its result is then unspecified.
template <auto F, class A, class R>
std::string run_tasks(const std::byte* arguments, std::size_t count, std::byte* results) {
  const A* argument = reinterpret_cast<const A*>(arguments);
  R* result = reinterpret_cast<R*>(results);
  std::string failure;
  for (std::size_t i = 0; i < count; ++i) {
    try {
      // Placement new: the result is built where it belongs, however large it is.
      ::new (static_cast<void*>(result + i)) R(F(argument[i]));
    } catch (...) {
      if (failure.empty()) failure = current_message();
    }
  }
  return failure;
}

/// The batches in flight, a ring in order of submission.
template <RunsBatches P>
class MapWindow {
 public:
  MapWindow(P& pool, std::size_t batches)
      : pool_(pool),
        size_(std::min(batches, map_window)),
        batches_(std::make_unique<Batch[]>(size_)) {}
  ~MapWindow() { drain(submitted_); }  // the batches must not go before the pool is done with them
  MapWindow(const MapWindow&) = delete;
  MapWindow& operator=(const MapWindow&) = delete;

  Batch& next() {
    if (submitted_ - finished_ == size_) drain(finished_ + (size_ + 1) / 2);
    return batches_[submitted_ % size_];
  }

  void submit(Batch& batch) {
    batch.state.store(BatchState::pending, std::memory_order_relaxed);  // submit publishes it
    pool_.submit(batch);
    ++submitted_;
  }

  /// Waits for all, and raises what the first that failed has failed with.
  void finish() {
    drain(submitted_);
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  /// Waits for the batches before `end`, the last one first: the submitter then sleeps once for
  /// half a window and not once for each batch.
  void drain(std::size_t end) {
    std::exception_ptr earliest;
    for (std::size_t i = end; i > finished_; --i) {
      try {
        pool_.wait(batches_[(i - 1) % size_]);
      } catch (...) {
        earliest = std::current_exception();
      }
    }
    finished_ = end;
    if (!failure_) failure_ = earliest;
  }

  P& pool_;
  std::size_t size_;
  std::unique_ptr<Batch[]> batches_;
  std::size_t submitted_ = 0;
  std::size_t finished_ = 0;
  std::exception_ptr failure_;
};

template <auto F, class A, class R>
void fill(Batch& batch, std::span<const A> arguments, std::span<R> results) {
  static_assert(std::is_trivially_copyable_v<A> && std::is_trivially_copyable_v<R>);
  static_assert(alignof(A) <= alignof(std::max_align_t) && alignof(R) <= alignof(std::max_align_t),
                "process pools align arguments and results as malloc does");
  batch.function = &run_tasks<F, A, R>;
  batch.arguments = reinterpret_cast<const std::byte*>(arguments.data());
  batch.argument_bytes = arguments.size_bytes();
  batch.results = reinterpret_cast<std::byte*>(results.data());
  batch.result_bytes = results.size_bytes();
  batch.count = arguments.size();
}

inline void require_as_many(std::size_t arguments, std::size_t results) {
  if (arguments == results) return;
  throw std::invalid_argument("map: " + std::to_string(arguments) + " arguments, but " +
                              std::to_string(results) + " results");
}

inline std::size_t chunks_in(std::size_t tasks, std::size_t chunk_size) {
  if (chunk_size == 0) throw std::invalid_argument("map: chunk size of 0");
  return tasks == 0 ? 0 : (tasks - 1) / chunk_size + 1;
}

}  // namespace detail

/// Runs F(argument) on a worker and returns its result. Raises TaskError or WorkerDied.
template <auto F, RunsBatches P, class A>
auto apply(P& pool, const A& argument) {
  using R = std::invoke_result_t<decltype(F), const A&>;
  alignas(R) std::byte memory[sizeof(R)];
  Batch batch;
  detail::fill<F, A, R>(batch, {&argument, 1}, {reinterpret_cast<R*>(memory), 1});
  pool.submit(batch);
  pool.wait(batch);
  return R(*std::launder(reinterpret_cast<R*>(memory)));
}

/// results[i] = F(arguments[i]) for all i, in batches of `chunk_size` tasks. All tasks are run;
/// then the failure of the first batch that has failed is raised, and only the results of tasks
/// that threw, and of batches whose worker died, are unspecified.
template <auto F, RunsBatches P, class A, class R>
void map(P& pool, std::span<const A> arguments, std::span<R> results, std::size_t chunk_size = 1) {
  static_assert(std::is_same_v<R, std::invoke_result_t<decltype(F), const A&>>);
  detail::require_as_many(arguments.size(), results.size());
  detail::MapWindow<P> window(pool, detail::chunks_in(arguments.size(), chunk_size));
  for (std::size_t begin = 0; begin < arguments.size(); begin += chunk_size) {
    std::size_t count = std::min(chunk_size, arguments.size() - begin);
    Batch& batch = window.next();
    detail::fill<F, A, R>(batch, arguments.subspan(begin, count), results.subspan(begin, count));
    window.submit(batch);
  }
  window.finish();
}

}  // namespace handoff
