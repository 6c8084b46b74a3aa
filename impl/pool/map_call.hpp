#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <stdexcept>
#include <utility>
#include <vector>

#include "results.hpp"
#include "tasks.hpp"

namespace handoff::detail {

/// One task, its argument and its result.
template <class A, class R>
class ApplyCall final : public Job, public Outcome<R> {
 public:
  ApplyCall(const A& argument, Callbacks<R> callbacks)
      : Outcome<R>(std::move(callbacks)), argument_(argument) {}

  template <auto F>
  void fill() {
    detail::fill<F, A, R>(*this, {&argument_, 1}, {&this->value, 1});
  }
  void finish() override {
    Outcome<R>::failure = failure_of(*this);
    this->settle();
  }

 private:
  A argument_;
};

/// Many tasks in chunks, with all their arguments and results.
template <class A, class R>
class MapCall final : public Outcome<std::vector<R>> {
 public:
  class Chunk final : public Job {
   public:
    void finish() override { call->finish_one(); }
    MapCall* call = nullptr;
  };

  MapCall(std::vector<A> arguments, Callbacks<std::vector<R>> callbacks)
      : Outcome<std::vector<R>>(std::move(callbacks)), arguments_(std::move(arguments)) {
    this->value.resize(arguments_.size());
  }

  template <auto F>
  void fill(std::size_t chunk_size) {
    std::size_t all = arguments_.size();
    pending_ = chunks_in(all, chunk_size);
    chunks_ = std::make_unique<Chunk[]>(pending_);
    for (std::size_t i = 0; i < pending_; ++i) {
      std::size_t begin = i * chunk_size;
      std::size_t count = std::min(chunk_size, all - begin);
      chunks_[i].call = this;
      detail::fill<F, A, R>(chunks_[i], std::span<const A>(arguments_).subspan(begin, count),
                            std::span(this->value).subspan(begin, count));
    }
    count_ = pending_;
  }
  std::span<Chunk> chunks() { return {chunks_.get(), count_}; }
  void settle_empty() { this->settle(); }

 private:
  void finish_one() {
    if (--pending_ > 0) return;
    for (const Chunk& chunk : chunks()) {
      if (this->failure == nullptr) this->failure = failure_of(chunk);
    }
    this->settle();
  }

  std::vector<A> arguments_;
  std::unique_ptr<Chunk[]> chunks_;
  std::size_t count_ = 0;
  std::size_t pending_ = 0;
};

}  // namespace handoff::detail
