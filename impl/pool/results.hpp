#pragma once

#include <exception>
#include <functional>
#include <memory>
#include <stdexcept>
#include <utility>

#include "batch.hpp"
#include "contract.hpp"

/// What asynchronous calls of a pool come to. All of it is the submitting thread's.
namespace handoff {

/// A result was not there by the deadline. It may still be had later.
class ResultTimeout : public std::runtime_error {
 public:
  ResultTimeout() : std::runtime_error("pool: the result was not there by the deadline") {}
};

/// A callback threw; what() is its message.
class CallbackError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// One of the two is called for each asynchronous call, once, by the submitting thread in any call
/// in which it waits for results, polls or joins.
template <class V>
struct Callbacks {
  std::function<void(const V&)> done = nullptr;
  std::function<void(const std::exception_ptr&)> failed = nullptr;
};

namespace detail {

/// A listed batch that keeps what it belongs to alive until the pool has handed it back.
class Job : public Batch {
 public:
  Job() { is_listed = true; }
  /// The batch is no longer pending.
  virtual void finish() = 0;

  std::shared_ptr<void> owner;  ///< while it is submitted

 protected:
  ~Job() = default;
};

/// What the batch has failed with; null when it has not.
inline std::exception_ptr failure_of(const Batch& batch) {
  try {
    raise_failure(batch);
  } catch (...) {
    return std::current_exception();
  }
  return nullptr;
}

/// The value of an asynchronous call, once it is ready.
template <class V>
class Outcome {
 public:
  explicit Outcome(Callbacks<V> callbacks) : callbacks_(std::move(callbacks)) {}

  V value{};
  std::exception_ptr failure;
  bool is_ready = false;

 protected:
  ~Outcome() = default;

  void settle() {
    is_ready = true;
    if (failure != nullptr) {
      if (callbacks_.failed) callbacks_.failed(failure);
    } else if (callbacks_.done) {
      callbacks_.done(value);
    }
  }

 private:
  Callbacks<V> callbacks_;
};

}  // namespace detail

/// Of a pool that outlives the last wait for it; once ready it needs the pool no more.
template <class Pool, class V>
class AsyncResult {
 public:
  AsyncResult(Pool& pool, std::shared_ptr<const detail::Outcome<V>> outcome)
      : pool_(&pool), outcome_(std::move(outcome)) {}

  bool is_ready() const { return outcome_->is_ready; }
  /// False when the deadline passes first.
  bool wait(Deadline deadline = never) { return pool_->wait_for(outcome_->is_ready, deadline); }
  /// Raises ResultTimeout, or what the call failed with: TaskError, WorkerDied, PoolStateError.
  const V& get(Deadline deadline = never) {
    if (!wait(deadline)) throw ResultTimeout();
    if (outcome_->failure != nullptr) std::rethrow_exception(outcome_->failure);
    return outcome_->value;
  }

 private:
  Pool* pool_;
  std::shared_ptr<const detail::Outcome<V>> outcome_;
};

}  // namespace handoff
