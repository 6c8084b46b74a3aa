#pragma once

#include <thread>
#include <utility>

#include "thread_worker.hpp"

namespace handoff {
namespace detail {

class ThreadWay {
 public:
  static constexpr Info info{
      .name = "thread",
      .mechanism = "std::thread",
      .source = "the C++ library",
      .reach = Reach::threads,
      .waiting = Waiting::blocks,
      .copies_per_message = 1,
      .syscalls_per_message = 15.5,
      .on_peer_death = Survivor::told,
  };
  static constexpr bool has_daemons = true;

  template <class Function>
  explicit ThreadWay(Function function) : thread_(std::move(function)) {}

  void finish() {
    if (thread_.joinable()) thread_.join();
  }
  void let_go() { thread_.detach(); }

 private:
  std::thread thread_;
};

}  // namespace detail

/// A worker that is a thread; it cannot be killed, and ends at the latest with its process.
using ThreadProcess = detail::ThreadWorker<detail::ThreadWay>;

}  // namespace handoff
