#pragma once

#include <future>
#include <system_error>
#include <thread>
#include <vector>

namespace handoff::detail {

/// Raises std::system_error where the system refuses so many more threads: libraries that start
/// their own end the process then.
inline void try_threads(unsigned count) {
  std::promise<void> all_tried;
  std::shared_future<void> end = all_tried.get_future();
  std::vector<std::thread> threads;
  auto let_go = [&] {
    all_tried.set_value();
    for (std::thread& thread : threads) thread.join();
  };
  try {
    for (unsigned i = 0; i < count; ++i) threads.emplace_back([end] { end.wait(); });
  } catch (...) {
    let_go();
    throw;
  }
  let_go();
}

}  // namespace handoff::detail
