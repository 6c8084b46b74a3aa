#pragma once

#include <future>
#include <utility>

#include "thread_worker.hpp"

namespace handoff {
namespace detail {

class StdAsyncWay {
 public:
  static constexpr Info info{
      .name = "std_async",
      .mechanism = "std::async with launch::async",
      .source = "the C++ library",
      .reach = Reach::threads,
      .waiting = Waiting::blocks,
      .copies_per_message = 1,
      .syscalls_per_message = 18.5,
      .on_peer_death = Survivor::told,
  };
  static constexpr bool has_daemons = false;  // the destructor of a future waits

  template <class Function>
  explicit StdAsyncWay(Function function)
      : future_(std::async(std::launch::async, std::move(function))) {}

  void finish() {
    if (future_.valid()) future_.get();
  }
  void let_go() {}

 private:
  std::future<void> future_;
};

}  // namespace detail

/// A worker that is a thread, behind a future; it cannot be killed.
using StdAsyncWorker = detail::ThreadWorker<detail::StdAsyncWay>;

}  // namespace handoff
