#pragma once

#include <chrono>
#include <iterator>
#include <limits>
#include <optional>
#include <set>

#include "tests/conformance/play.hpp"
#include "tests/conformance/pool_checks.hpp"

/// What the adaptor promises over every pool: asynchronous calls, callbacks, lazy input. Templates
/// over the adaptor, so that broken ones can be tried.
namespace handoff::conformance {

/// 0 .. count - 1, as an input that can be read once. It counts how many were taken, and throws
/// instead of the last if it is told to.
class CountedInput {
 public:
  class Iterator {
   public:
    using value_type = std::uint32_t;
    using difference_type = std::ptrdiff_t;

    explicit Iterator(CountedInput& input) : input_(&input) {}
    std::uint32_t operator*() const {
      if (input_->throws_at_ == at_) throw std::runtime_error("the input has a hole");
      input_->taken_ = at_ + 1;
      return at_;
    }
    Iterator& operator++() {
      ++at_;
      return *this;
    }
    void operator++(int) { ++*this; }
    bool operator==(std::default_sentinel_t) const { return at_ == input_->count_; }

   private:
    CountedInput* input_;
    std::uint32_t at_ = 0;
  };

  explicit CountedInput(std::uint32_t count, std::uint32_t throws_at = unlimited_numbers)
      : count_(count), throws_at_(throws_at) {}
  Iterator begin() { return Iterator(*this); }
  std::default_sentinel_t end() { return {}; }
  std::uint32_t taken() const { return taken_; }

 private:
  static constexpr auto unlimited_numbers = std::numeric_limits<std::uint32_t>::max();

  std::uint32_t count_;
  std::uint32_t throws_at_;
  std::uint32_t taken_ = 0;
};

/// Results of mark_run over 0 .. count - 1, in any order.
template <class Results>
void require_all(Results& results, std::uint32_t count) {
  std::set<std::uint32_t> seen;
  for (std::uint32_t i = 0; i < count; ++i) {
    std::optional<std::uint32_t> result = results.next();
    require(result.has_value(), "only " + std::to_string(i) + " results came");
    seen.insert(*result);
  }
  require(seen.size() == count && *seen.begin() == 1 && *seen.rbegin() == count,
          "other results came than are due");
}

template <class T>
void imap_keeps_order(const PoolRow& row, Peers) {
  T tasks(row, PoolShape{.workers = 3});
  // Task 0 sleeps long, and may not be overtaken.
  std::vector<std::uint32_t> input = numbers(3);
  auto slow = tasks.template imap<sleep_if_0>(input);
  for (std::uint32_t task : input) require(slow.next() == task, "a result was overtaken");
  input = numbers(3000);
  auto results = tasks.template imap<identity>(input, 100);
  for (std::uint32_t task : input) {
    require(results.next() == task, "result " + std::to_string(task) + " is out of order");
  }
  require(!results.next(), "a result too many");
}

template <class T>
void imap_unordered_gives_each_result_as_it_comes(const PoolRow& row, Peers) {
  WithMarks with_marks;
  T tasks(row, PoolShape{.workers = 2});
  std::vector<std::uint32_t> input = numbers(2000);
  {
    auto results = tasks.template imap_unordered<mark_run>(input, 50);
    require_all(results, 2000);
    require(!results.next(), "a result too many");
  }
  require_runs(2000, 1);
  // Task 0 waits; the others overtake it on the other worker.
  input = numbers(3);
  auto results = tasks.template imap_unordered<wait_if_0>(input);
  require(results.next() != 0U, "a result waited for the one before it");
  marks->let_go = true;
}

template <class T>
void starmap_spreads_its_arguments(const PoolRow& row, Peers) {
  T tasks(row, PoolShape{.workers = 2});
  using Tuple = Arguments<std::uint32_t, std::uint64_t, std::uint8_t>;
  std::vector<Tuple> tuples{{1, 2, 3}, {40, 50, 60}};
  const std::vector<std::uint64_t> due{10'203, 405'060};
  require(tasks.template starmap<add_up>(tuples) == due, "wrong results of starmap");
  require(tasks.template starmap_async<add_up>(tuples).get() == due, "of starmap_async");
}

/// `good` results, then the input's error, then nothing.
template <class Results>
void require_good_ones_and_error(Results& results, std::uint32_t good) {
  if (good > 0) require_all(results, good);
  require_contains(message_of<std::runtime_error>([&] { results.next(); }), "has a hole");
  require(!results.next(), "there is something after the input's error");
}

template <class T>
void a_failing_input_delivers_what_came_before_it(const PoolRow& row, Peers) {
  WithMarks with_marks;
  T tasks(row, PoolShape{.workers = 2});
  for (std::uint32_t good : {0U, 5U}) {
    for (std::size_t window : {1U, 100U}) {
      CountedInput input(1000, good);
      CountedInput same(1000, good);
      auto results = tasks.template imap<mark_run>(input, window);
      auto unordered = tasks.template imap_unordered<mark_run>(same, window);
      require_good_ones_and_error(results, good);
      require_good_ones_and_error(unordered, good);
    }
  }
}

template <class T>
void imap_takes_its_input_lazily(const PoolRow& row, Peers) {
  WithMarks with_marks;
  T tasks(row, PoolShape{.workers = 2});
  constexpr std::uint32_t window = 10;
  CountedInput input(1000);
  auto results = tasks.template imap<mark_run>(input, window);
  for (std::uint32_t handed_out = 0; handed_out < 200; ++handed_out) {
    require(input.taken() <= handed_out + window,
            std::to_string(input.taken()) + " items were taken when " + std::to_string(handed_out) +
                " results had been, in a window of " + std::to_string(window));
    results.next();
  }
}

template <class T>
void a_dropped_imap_loses_no_task(const PoolRow& row, Peers) {
  WithMarks with_marks;
  T tasks(row, PoolShape{.workers = 2});
  std::vector<std::uint32_t> input = numbers(50);
  tasks.template imap<sleep_and_mark>(input, 50).next();
  tasks.close();
  tasks.join();
  require_runs(50, 1);
}

template <class T>
void results_come_later_and_in_any_order(const PoolRow& row, Peers) {
  T tasks(row, PoolShape{.workers = 3});
  using Result = decltype(tasks.template apply_async<identity>(0U));
  std::vector<Result> results;
  for (std::uint32_t i = 0; i < 300; ++i) {
    results.push_back(tasks.template apply_async<identity>(i));
  }
  auto many = tasks.template map_async<identity>(numbers(1000), 7);
  for (std::uint32_t i = 300; i-- > 0;) {
    require(results[i].get() == i, "wrong result of " + std::to_string(i));
    require(results[i].is_ready() && results[i].get(at_once) == i, "it cannot be had twice");
  }
  require(many.get() == numbers(1000), "wrong results of map_async");
}

template <class T>
void failures_of_asynchronous_calls_are_raised_by_get(const PoolRow& row, Peers) {
  WithMarks with_marks;
  T tasks(row, PoolShape{.workers = 2});
  auto one = tasks.template apply_async<fail_if_odd>(5U);
  auto many = tasks.template map_async<fail_if_odd>(numbers(10));
  std::vector<std::uint32_t> input = numbers(2);
  auto each = tasks.template imap<fail_if_odd>(input);
  require_contains(message_of<TaskError>([&] { one.get(); }), "task 5 is odd");
  require_contains(message_of<TaskError>([&] { many.get(); }), "task 1 is odd");
  require(each.next() == 1U, "wrong result beside a failure");
  require_contains(message_of<TaskError>([&] { each.next(); }), "task 1 is odd");
  for (std::uint32_t i = 2; i < 10; i += 2) require(marks->runs[i] == 1, "not all were run");
}

template <class T>
void callbacks_are_called_once_in_the_submitting_thread(const PoolRow& row, Peers) {
  WithMarks with_marks;
  T tasks(row, PoolShape{.workers = 2});
  const pid_t submitter = gettid();
  unsigned done = 0;
  unsigned failed = 0;
  Callbacks<std::uint32_t> count{.done =
                                     [&](std::uint32_t result) {
                                       require(gettid() == submitter, "in another thread");
                                       require(result % 2 == 1, "with another result");
                                       ++done;
                                     },
                                 .failed =
                                     [&](const std::exception_ptr& failure) {
                                       message_of<TaskError>([&] { rethrow_exception(failure); });
                                       ++failed;
                                     }};
  for (std::uint32_t i = 0; i < 100; ++i) tasks.template apply_async<fail_if_odd>(i, count);
  std::size_t results = 0;
  tasks.template map_async<mark_run>(
      numbers(50), 5,
      {.done = [&](const std::vector<std::uint32_t>& all) { results = all.size(); }});
  tasks.close();
  tasks.join();
  require(done == 50 && failed == 50 && results == 50,
          "callbacks: " + std::to_string(done) + ", error callbacks: " + std::to_string(failed) +
              ", results of map: " + std::to_string(results) + ", where 50 each are due");
}

template <class T>
void what_a_callback_throws_is_raised_by_join(const PoolRow& row, Peers) {
  T tasks(row, PoolShape{.workers = 2});
  unsigned calls = 0;
  auto fail = [&](std::uint32_t result) {
    ++calls;
    throw std::runtime_error("no room for " + std::to_string(result));
  };
  auto first = tasks.template apply_async<identity>(1U, {.done = fail});
  require(first.get() == 1, "its result is lost");
  tasks.template apply_async<identity>(2U, {.done = fail});
  tasks.close();
  require_contains(message_of<CallbackError>([&] { tasks.join(); }), "no room for 1");
  require(calls == 2, "a callback's exception kept another from being called");
  tasks.join();
}

template <class T>
void a_result_may_be_waited_for_in_vain_and_still_be_had(const PoolRow& row, Peers) {
  WithMarks with_marks;
  T tasks(row, PoolShape{.workers = 1});
  auto result = tasks.template apply_async<wait_to_be_let_go>(1U);
  constexpr auto short_time = std::chrono::milliseconds(20);
  for (Clock::duration none : {Clock::duration::zero(), Clock::duration(-short_time)}) {
    message_of<ResultTimeout>([&] { result.get(after(none)); });
  }
  const Deadline deadline = after(short_time);
  message_of<ResultTimeout>([&] { result.get(deadline); });
  require(Clock::now() >= deadline, "it gave up before its time");
  require(!result.wait(at_once) && !result.is_ready(), "it is ready while its task waits");
  std::vector<std::uint32_t> input = numbers(1);
  auto each = tasks.template imap<wait_to_be_let_go>(input);
  message_of<ResultTimeout>([&] { each.next(at_once); });
  marks->let_go = true;
  require(result.get() == 2 && each.next(after(std::chrono::seconds(30))) == 1U, "it is lost");
}

template <class T>
void what_terminate_drops_fails_by_name(const PoolRow& row, Peers) {
  WithMarks with_marks;
  T tasks(row, PoolShape{.workers = 1});
  unsigned failed = 0;
  Callbacks<std::uint32_t> count{.failed = [&](const std::exception_ptr& failure) {
    message_of<PoolStateError>([&] { rethrow_exception(failure); });
    ++failed;
  }};
  for (std::uint32_t i = 0; i < 100; ++i) tasks.template apply_async<wait_to_be_let_go>(i, count);
  auto last = tasks.template apply_async<wait_to_be_let_go>(100U);
  tasks.terminate();
  marks->let_go = true;  // a thread finishes what it has begun
  tasks.join();
  message_of<PoolStateError>([&] { last.get(); });
  require(failed >= 99, "only " + std::to_string(failed) + " of 100 were told");
}

}  // namespace handoff::conformance
