#pragma once

#include <unistd.h>

#include <future>
#include <thread>
#include <vector>

#include "batch.hpp"
#include "contract.hpp"

namespace handoff::detail {

/// The standing threads of a pool: each runs the initializer, and then serves until it is stopped.
class CrewOfThreads {
 public:
  /// Each thread runs `serve()`. When a thread cannot be started or an initializer throws, calls
  /// `stop()`, which ends those that serve, and raises.
  template <class Serve, class Stop>
  void start(const PoolShape& shape, Serve serve, Stop stop) {
    std::vector<std::promise<pid_t>> started(shape.workers);
    try {
      for (unsigned i = 0; i < shape.workers; ++i) {
        threads_.emplace_back([&initializer = shape.initializer, &announce = started[i], i, serve] {
          try {
            initializer(i);
          } catch (...) {
            announce.set_exception(std::make_exception_ptr(TaskError(current_message())));
            return;
          }
          announce.set_value(gettid());
          serve();
        });
      }
      for (std::promise<pid_t>& announced : started) ids_.push_back(announced.get_future().get());
    } catch (...) {
      stop();
      join();  // they use `started`
      throw;
    }
  }

  void join() {
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
    ids_.clear();
  }

  const std::vector<pid_t>& ids() const { return ids_; }

 private:
  std::vector<std::thread> threads_;
  std::vector<pid_t> ids_;
};

}  // namespace handoff::detail
