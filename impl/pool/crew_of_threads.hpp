#pragma once

#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <future>
#include <limits>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "batch.hpp"
#include "contract.hpp"

namespace handoff::detail {

/// What a standing thread is to do until it ends or is replaced.
struct Service {
  unsigned worker;
  std::size_t batches;      ///< as many as it may run
  std::string initializer;  ///< what that has failed with, if it has
};

/// The standing threads of a pool: each runs the initializer, and then serves until it is stopped
/// or has to be replaced.
class CrewOfThreads {
 public:
  /// Returns whether it was not stopped, but has run as many batches as it may.
  using Serve = std::function<bool(const Service&)>;

  /// When a thread cannot be started or an initializer throws, calls `stop()`, which ends those
  /// that serve, and raises.
  template <class Stop>
  void start(const PoolShape& shape, Serve serve, Stop stop) {
    serve_ = std::move(serve);
    initializer_ = shape.initializer;
    if (shape.max_tasks_per_worker != 0) batches_ = shape.max_tasks_per_worker;
    threads_.resize(shape.workers);
    ids_.resize(shape.workers);
    std::vector<std::promise<std::string>> started(shape.workers);
    try {
      for (unsigned i = 0; i < shape.workers; ++i) {
        threads_[i] = std::thread([this, &announce = started[i], i] {
          std::string failure = initialize(i);
          announce.set_value(failure);
          if (failure.empty()) live(i, failure);
        });
      }
      for (std::promise<std::string>& announced : started) {
        std::string failure = announced.get_future().get();
        if (!failure.empty()) throw TaskError(failure);
      }
    } catch (...) {
      stop();
      join();  // they use `started`
      throw;
    }
  }

  void join() {
    for (std::vector<std::thread> ending = take_all(); !ending.empty(); ending = take_all()) {
      for (std::thread& thread : ending) thread.join();  // it may have started its successor
    }
    std::lock_guard lock(mutex_);
    ids_.clear();
  }

  std::vector<pid_t> ids() {
    std::lock_guard lock(mutex_);
    return ids_;
  }

 private:
  std::string initialize(unsigned i) {
    {
      std::lock_guard lock(mutex_);
      ids_[i] = gettid();
    }
    return detail::initialize(initializer_, i);
  }

  void live(unsigned i, const std::string& failure) {
    while (serve_({i, batches_, failure}) && !start_successor(i)) {
    }
  }

  /// False where the system refuses another thread: this one then goes on in its place.
  bool start_successor(unsigned i) {
    std::vector<std::thread> retired_before;
    {
      std::lock_guard lock(mutex_);
      try {
        std::thread successor([this, i] { live(i, initialize(i)); });
        retired_before = std::move(retired_);
        retired_.clear();
        if (threads_[i].joinable()) retired_.push_back(std::move(threads_[i]));
        threads_[i] = std::move(successor);
      } catch (const std::system_error&) {
        return false;
      }
    }
    for (std::thread& thread : retired_before) thread.join();  // they are about to end
    return true;
  }

  std::vector<std::thread> take_all() {
    std::lock_guard lock(mutex_);
    std::vector<std::thread> all = std::move(retired_);
    retired_.clear();
    for (std::thread& thread : threads_) {
      if (thread.joinable()) all.push_back(std::move(thread));
    }
    return all;
  }

  Serve serve_;
  std::function<void(unsigned)> initializer_;
  std::size_t batches_ = std::numeric_limits<std::size_t>::max();
  std::mutex mutex_;
  std::vector<std::thread> threads_;  ///< each worker's
  std::vector<std::thread> retired_;  ///< replaced, and not joined yet
  std::vector<pid_t> ids_;
};

}  // namespace handoff::detail
