#include <gtest/gtest.h>

#include "impl/pool/mutex_condition_threads.hpp"
#include "tests/conformance/pool_async_checks.hpp"
#include "tests/conformance/pool_faulty.hpp"

/// Adaptors, and pools under the right one, that break one promise each to asynchronous calls.
namespace handoff::conformance {
namespace {

using Threads = MutexConditionThreads;

struct SpoilsAResult : Threads {
  using Threads::Threads;
  Batch* next_done(Deadline deadline) {
    Batch* batch = Threads::next_done(deadline);
    if (batch != nullptr && ++seen == 70) batch->results[0] ^= std::byte{1};
    return batch;
  }
  int seen = 0;
};
TEST(BrokenAdaptor, over_a_pool_that_spoils_a_result_is_rejected) {
  expect_rejected<SpoilsAResult>(imap_keeps_order<Tasks>, "is out of order");
  expect_rejected<SpoilsAResult>(imap_unordered_gives_each_result_as_it_comes<Tasks>,
                                 "other results");
  expect_rejected<SpoilsAResult>(results_come_later_and_in_any_order<Tasks>, "wrong result");
}

struct HidesFailures : Threads {
  using Threads::Threads;
  Batch* next_done(Deadline deadline) {
    Batch* batch = Threads::next_done(deadline);
    if (batch != nullptr) batch->state = BatchState::done;
    return batch;
  }
};
TEST(BrokenAdaptor, over_a_pool_that_hides_failures_is_rejected) {
  expect_rejected<HidesFailures>(failures_of_asynchronous_calls_are_raised_by_get<Tasks>,
                                 "nothing was raised");
  expect_rejected<HidesFailures>(what_terminate_drops_fails_by_name<Tasks>, "nothing was raised");
}

struct DropsOnClose : Threads {
  using Threads::Threads;
  void close() { terminate(); }
};
TEST(BrokenAdaptor, over_a_pool_that_drops_what_nobody_asks_for_is_rejected) {
  expect_rejected<DropsOnClose>(a_dropped_imap_loses_no_task<Tasks>, "0 times");
}

struct HasNoDeadlines : Threads {
  using Threads::Threads;
  Batch* next_done(Deadline deadline) {
    return Threads::next_done(deadline == at_once ? at_once : never);
  }
};
struct GivesUpEarly : Threads {
  using Threads::Threads;
  Batch* next_done(Deadline deadline) {
    return Threads::next_done(deadline == never ? never : at_once);
  }
};
TEST(BrokenAdaptor, over_a_pool_without_right_deadlines_is_rejected) {
  PoolCheck check = a_result_may_be_waited_for_in_vain_and_still_be_had<Tasks>;
  expect_rejected<HasNoDeadlines>(check, "nothing was raised");
  expect_rejected<GivesUpEarly>(check, "before its time");
}

struct MixesOrders : Tasks {
  using Tasks::Tasks;
  template <auto F, class Input>
  auto imap(Input& input, std::size_t window = 64) {
    return Tasks::imap_unordered<F>(input, window);
  }
  template <auto F, class Input>
  auto imap_unordered(Input& input, std::size_t window = 64) {
    return Tasks::imap<F>(input, window);
  }
};
TEST(BrokenAdaptor, that_mixes_up_the_orders_is_rejected) {
  expect_rejected<Threads>(imap_keeps_order<MixesOrders>, "overtaken");
  expect_rejected<Threads>(imap_unordered_gives_each_result_as_it_comes<MixesOrders>,
                           "waited for the one before it");
}

struct TakesAllAtOnce : Tasks {
  using Tasks::Tasks;
  template <auto F, class Input>
  auto imap(Input& input, std::size_t) {
    return Tasks::imap<F>(input, 1000);
  }
};
TEST(BrokenAdaptor, that_takes_its_input_at_once_is_rejected) {
  expect_rejected<Threads>(imap_takes_its_input_lazily<TakesAllAtOnce>, "items were taken");
}

/// Ends at an error of the input as if that were the input's end.
struct SwallowsInputErrors : Tasks {
  template <class Results>
  struct Shortened {
    Results results;
    decltype(results.next()) next() {
      try {
        return results.next();
      } catch (const std::runtime_error&) {
        return std::nullopt;
      }
    }
  };
  using Tasks::Tasks;
  template <auto F, class Input>
  auto imap(Input& input, std::size_t window) {
    auto results = Tasks::imap<F>(input, window);
    return Shortened<decltype(results)>{std::move(results)};
  }
};
TEST(BrokenAdaptor, that_swallows_errors_of_the_input_is_rejected) {
  expect_rejected<Threads>(a_failing_input_delivers_what_came_before_it<SwallowsInputErrors>,
                           "nothing was raised");
}

struct SpoilsAnArgument : Tasks {
  using Tasks::Tasks;
  template <auto F, class Tuples>
  auto starmap(Tuples tuples) {
    for (auto& tuple : tuples) ++tuple.rest.rest.first;
    return Tasks::starmap<F>(tuples);
  }
};
TEST(BrokenAdaptor, that_spoils_an_argument_is_rejected) {
  expect_rejected<Threads>(starmap_spreads_its_arguments<SpoilsAnArgument>, "of starmap");
}

template <int times>
struct CallsBack : Tasks {
  using Tasks::Tasks;
  template <auto F>
  auto apply_async(std::uint32_t argument, const Callbacks<std::uint32_t>& callbacks = {}) {
    auto done = [callback = callbacks.done](std::uint32_t result) {
      for (int i = 0; i < times; ++i) callback(result);
    };
    return Tasks::apply_async<F>(argument, {.done = done, .failed = callbacks.failed});
  }
};
TEST(BrokenAdaptor, that_calls_back_never_or_twice_is_rejected) {
  expect_rejected<Threads>(callbacks_are_called_once_in_the_submitting_thread<CallsBack<0>>,
                           "callbacks: 0");
  expect_rejected<Threads>(callbacks_are_called_once_in_the_submitting_thread<CallsBack<2>>,
                           "callbacks: 100");
}

struct SwallowsCallbackErrors : Tasks {
  using Tasks::Tasks;
  void join() {
    try {
      Tasks::join();
    } catch (const CallbackError&) {
    }
  }
};
TEST(BrokenAdaptor, that_swallows_errors_of_callbacks_is_rejected) {
  expect_rejected<Threads>(what_a_callback_throws_is_raised_by_join<SwallowsCallbackErrors>,
                           "nothing was raised");
}

}  // namespace
}  // namespace handoff::conformance
