#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <exception>
#include <memory>
#include <span>
#include <type_traits>

#include "contract.hpp"
#include "tasks.hpp"

/// What a task runs on its own pool: map_within<F>(pool, arguments, results, chunk_size).
namespace handoff {

namespace detail {

/// Memory for batches: on the stack where they are few, as in a fork into two.
class NestedBatchMemory {
 public:
  explicit NestedBatchMemory(std::size_t batches)
      : many_(batches > few_.size() ? std::make_unique<Batch[]>(batches) : nullptr),
        batches_(many_ ? many_.get() : few_.data(), batches) {}

  std::span<Batch> batches() { return batches_; }

 private:
  std::array<Batch, 2> few_;
  std::unique_ptr<Batch[]> many_;
  std::span<Batch> batches_;
};

}  // namespace detail

/// results[i] = F(arguments[i]) for all i, in batches of `chunk_size` tasks, as map does it, for a
/// task of the pool and in its thread. At most map_window batches are published at once.
template <auto F, NestsBatches P, class A, class R>
void map_within(P& pool, std::span<const A> arguments, std::span<R> results,
                std::size_t chunk_size = 1) {
  static_assert(std::is_same_v<R, std::invoke_result_t<decltype(F), const A&>>);
  detail::require_as_many(arguments.size(), results.size());
  const std::size_t chunks = detail::chunks_in(arguments.size(), chunk_size);
  detail::NestedBatchMemory memory(std::min(chunks, map_window));
  std::exception_ptr failure;
  for (std::size_t begin = 0; begin < arguments.size();) {
    std::size_t used = 0;
    for (Batch& batch : memory.batches()) {
      if (begin == arguments.size()) break;
      const std::size_t count = std::min(chunk_size, arguments.size() - begin);
      detail::fill<F, A, R>(batch, arguments.subspan(begin, count), results.subspan(begin, count));
      begin += count;
      ++used;
    }
    try {
      pool.run_within_task(memory.batches().first(used));
    } catch (...) {
      if (!failure) failure = std::current_exception();
    }
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace handoff
