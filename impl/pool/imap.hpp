#pragma once

#include <cstddef>
#include <deque>
#include <exception>
#include <iterator>
#include <memory>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include "results.hpp"
#include "tasks.hpp"

namespace handoff {

enum class Order { of_input, of_completion };

namespace detail {

template <class A, class R>
class ImapJob final : public Job {
 public:
  explicit ImapJob(const A& argument) : argument_(argument) {}

  template <auto F>
  void fill() {
    detail::fill<F, A, R>(*this, {&argument_, 1}, {&result, 1});
  }
  void finish() override { is_done = true; }

  bool is_done = false;
  R result{};

 private:
  A argument_;
};

}  // namespace detail

/// The results of F over an input that is taken lazily: at most `window` items ahead of those whose
/// results have been handed out. When the input throws, the results of what came before it are
/// handed out, and then its exception is raised; after it, and after the last, there are no more.
template <auto F, class Pool, std::input_iterator Iterator, std::sentinel_for<Iterator> Sentinel>
class Imap {
  using A = std::iter_value_t<Iterator>;
  using R = std::invoke_result_t<decltype(F), const A&>;
  using Job = detail::ImapJob<A, R>;

 public:
  Imap(Pool& pool, Order order, Iterator begin, Sentinel end, std::size_t window)
      : pool_(&pool), order_(order), at_(std::move(begin)), end_(std::move(end)), window_(window) {
    if (window == 0) throw std::invalid_argument("imap: window of 0");
    refill();
  }

  /// The next result; none after the last. Raises ResultTimeout, what the task failed with (the
  /// next call goes on after it), or what the input threw.
  std::optional<R> next(Deadline deadline = never) {
    refill();
    if (jobs_.empty()) {
      if (input_failure_ != nullptr) std::rethrow_exception(std::exchange(input_failure_, nullptr));
      return std::nullopt;
    }
    auto found = jobs_.end();
    auto find = [&] {
      found = find_done();
      return found != jobs_.end();
    };
    if (!pool_->wait_until(find, deadline)) throw ResultTimeout();
    std::shared_ptr<Job> job = *found;
    jobs_.erase(found);
    refill();
    detail::raise_failure(*job);
    return job->result;
  }

 private:
  void refill() {
    while (jobs_.size() < window_ && !is_exhausted_) {
      try {
        if (std::exchange(has_begun_, true)) ++at_;
        is_exhausted_ = at_ == end_;
        if (is_exhausted_) return;
        auto job = std::make_shared<Job>(*at_);
        job->template fill<F>();
        pool_->submit(job);
        jobs_.push_back(std::move(job));
      } catch (...) {
        is_exhausted_ = true;
        input_failure_ = std::current_exception();
      }
    }
  }

  auto find_done() {
    auto at = jobs_.begin();
    while (at != jobs_.end() && !(*at)->is_done) {
      at = order_ == Order::of_input ? jobs_.end() : at + 1;
    }
    return at;
  }

  Pool* pool_;
  Order order_;
  Iterator at_;
  Sentinel end_;
  std::size_t window_;
  std::deque<std::shared_ptr<Job>> jobs_;  ///< submitted and not handed out, in order of input
  std::exception_ptr input_failure_;
  bool has_begun_ = false;
  bool is_exhausted_ = false;
};

}  // namespace handoff
