#pragma once

#include <cstddef>
#include <exception>
#include <memory>
#include <ranges>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "arguments.hpp"
#include "imap.hpp"
#include "map_call.hpp"
#include "results.hpp"
#include "tasks.hpp"

namespace handoff {

/// The whole pool, as Python's multiprocessing.Pool has it, over the few operations of any other.
/// A task is a function F of this image, named as a template value; arguments and results are
/// trivially copyable. All is done by the thread that has constructed it, callbacks too.
template <RunsBatches P>
class TaskPool {
  template <auto F, class A>
  using ResultOf = std::invoke_result_t<decltype(F), const A&>;
  template <class Arguments>
  using Item = std::ranges::range_value_t<Arguments>;

 public:
  template <class... Construction>
  explicit TaskPool(Construction&&... construction)
      : pool_(std::forward<Construction>(construction)...) {}
  ~TaskPool() {
    pool_.terminate();
    pool_.join();
    poll();
  }
  TaskPool(const TaskPool&) = delete;
  TaskPool& operator=(const TaskPool&) = delete;

  /// F(argument).
  template <auto F, class A>
  auto apply(const A& argument) {
    return handoff::apply<F>(pool_, argument);
  }

  template <auto F, class A>
  auto apply_async(const A& argument, Callbacks<ResultOf<F, A>> callbacks = {}) {
    using R = ResultOf<F, A>;
    auto call = std::make_shared<detail::ApplyCall<A, R>>(argument, std::move(callbacks));
    call->template fill<F>();
    submit(call);
    return AsyncResult<TaskPool, R>(*this, call);
  }

  /// F of each, in their order, as handoff::map does it.
  template <auto F, std::ranges::contiguous_range Arguments>
  auto map(const Arguments& arguments, std::size_t chunk_size = 1) {
    using A = Item<Arguments>;
    std::vector<ResultOf<F, A>> results(std::ranges::size(arguments));
    handoff::map<F>(pool_, std::span<const A>(arguments), std::span(results), chunk_size);
    return results;
  }

  template <auto F, class A>
  auto map_async(std::vector<A> arguments, std::size_t chunk_size = 1,
                 Callbacks<std::vector<ResultOf<F, A>>> callbacks = {}) {
    using R = ResultOf<F, A>;
    auto call = std::make_shared<detail::MapCall<A, R>>(std::move(arguments), std::move(callbacks));
    call->template fill<F>(chunk_size);
    if (call->chunks().empty()) run_callbacks([&] { call->settle_empty(); });
    for (Job& chunk : call->chunks()) submit(chunk, call);
    return AsyncResult<TaskPool, std::vector<R>>(*this, call);
  }

  /// The results in order of the input, which is taken lazily: see Imap. The input is to live as
  /// long as what is returned.
  template <auto F, std::ranges::input_range Input>
  auto imap(Input& input, std::size_t window = imap_window) {
    return imap_in<F>(Order::of_input, input, window);
  }

  /// The results as they come.
  template <auto F, std::ranges::input_range Input>
  auto imap_unordered(Input& input, std::size_t window = imap_window) {
    return imap_in<F>(Order::of_completion, input, window);
  }

  /// F(a, b, ...) of each Arguments{a, b, ...}.
  template <auto F, std::ranges::contiguous_range Tuples>
  auto starmap(const Tuples& tuples, std::size_t chunk_size = 1) {
    return map<detail::with_one_argument<F, Item<Tuples>>>(tuples, chunk_size);
  }

  template <auto F, class T>
  auto starmap_async(
      std::vector<T> tuples, std::size_t chunk_size = 1,
      Callbacks<std::vector<ResultOf<detail::with_one_argument<F, T>, T>>> callbacks = {}) {
    return map_async<detail::with_one_argument<F, T>>(std::move(tuples), chunk_size,
                                                      std::move(callbacks));
  }

  /// Takes what has finished, and so runs callbacks, without waiting.
  void poll() {
    while (take_one(at_once)) {
    }
  }

  void close() { pool_.close(); }
  /// What is dropped fails by PoolStateError.
  void terminate() { pool_.terminate(); }
  /// Everything that was submitted is finished after it, its callbacks too. Raises CallbackError by
  /// the first of them that has thrown, once.
  void join() {
    pool_.join();
    poll();
    if (callback_failure_) std::rethrow_exception(std::exchange(callback_failure_, nullptr));
  }

  P& pool() { return pool_; }

 private:
  using Job = detail::Job;
  template <auto F, class Pool, std::input_iterator Iterator, std::sentinel_for<Iterator> Sentinel>
  friend class Imap;
  template <class Pool, class V>
  friend class AsyncResult;

  /// Items ahead of what has been handed out, when nothing else is asked for: enough for many
  /// workers.
  static constexpr std::size_t imap_window = 64;

  template <auto F, class Input>
  auto imap_in(Order order, Input& input, std::size_t window) {
    using Iterator = std::ranges::iterator_t<Input>;
    using Sentinel = std::ranges::sentinel_t<Input>;
    return Imap<F, TaskPool, Iterator, Sentinel>(*this, order, std::ranges::begin(input),
                                                 std::ranges::end(input), window);
  }

  template <class Call>
  void submit(const std::shared_ptr<Call>& call) {
    submit(*call, call);
  }
  void submit(Job& job, std::shared_ptr<void> owner) {
    job.owner = std::move(owner);
    try {
      pool_.submit(job);
    } catch (...) {
      job.owner = nullptr;
      throw;
    }
  }

  /// Takes a batch that has finished; false when none has by the deadline.
  bool take_one(Deadline deadline) {
    Batch* batch = pool_.next_done(deadline);
    if (batch == nullptr) return false;
    Job& job = static_cast<Job&>(*batch);  // all that is listed is submitted above
    std::shared_ptr<void> owner = std::move(job.owner);
    run_callbacks([&] { job.finish(); });
    return true;
  }

  template <class Finish>
  void run_callbacks(Finish finish) {
    try {
      finish();
    } catch (...) {
      auto failure = std::make_exception_ptr(CallbackError(detail::current_message()));
      if (!callback_failure_) callback_failure_ = failure;
    }
  }

  template <class Ready>
  bool wait_until(Ready ready, Deadline deadline) {
    while (!ready()) {
      if (!take_one(deadline)) return false;
    }
    return true;
  }
  bool wait_for(const bool& is_ready, Deadline deadline) {
    return wait_until([&] { return is_ready; }, deadline);
  }

  P pool_;
  std::exception_ptr callback_failure_;
};

}  // namespace handoff
