#include "bench/work.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <set>
#include <thread>

#include "bench/memory_work.hpp"
#include "bench/mixed_work.hpp"
#include "bench/nested_work.hpp"
#include "bench/start_times.hpp"
#include "tests/bench/faulty_runner.hpp"

namespace handoff::bench {
namespace {

struct Available {
  harness::Topology topology = harness::Topology::synthetic("package:1 core:2 pu:1");
  Cases cases{topology};
  std::vector<const Work*> works = available_works(cases);
};

TEST(Works, answer_as_is_due_and_differ_between_tasks) {
  for (const Work* work : Available().works) {
    work->in_program();
    std::shared_ptr<void> prepared = work->in_submitter();
    std::set<std::uint32_t> answers;
    for (TaskNumber task = 0; task < 4; ++task) {
      EXPECT_EQ(work->run(task), work->due(task)) << work->name << ", task " << task;
      answers.insert(work->due(task));
    }
    EXPECT_EQ(answers.size(), 4U) << work->name;
  }
}

TEST(Works, are_refused_where_an_answer_is_wrong) {
  auto spoil_the_last = [](std::span<std::byte> results) { results.back() ^= std::byte{1}; };
  for (const Work* work : Available().works) {
    work->in_program();
    TestSeat test;
    WorkMap<FaultyRunner> map(*work, test.seat, spoil_the_last);
    EXPECT_THROW(map.run(1), std::runtime_error) << work->name;
  }
}

TEST(MixedWork, has_one_long_task_in_ten_at_varying_places) {
  std::set<TaskNumber> places;
  for (TaskNumber first = 0; first < 1000; first += mixed_tasks) {
    unsigned found = 0;
    for (TaskNumber task = first; task < first + mixed_tasks; ++task) {
      if (!is_long(task)) continue;
      ++found;
      places.insert(task - first);
    }
    EXPECT_EQ(found, 1U) << "from task " << first;
  }
  EXPECT_EQ(places.size(), mixed_tasks);
}

/// Leaves out a leaf, or runs one twice, after so many trees.
template <std::uint32_t leaves>
struct WrongTreeRunner : SerialTreeRunner {
  std::uint32_t run(const Branch& root) {
    const bool is_wrong = root.first >= 2 * leaves_of_a_tree;
    return SerialTreeRunner::run({root.first, leaves_of_a_tree - 1}) +
           SerialTreeRunner::run({root.first + leaves_of_a_tree - 1, 1}) * (is_wrong ? leaves : 1);
  }
};
/// Answers for the tree before.
struct LateTreeRunner : SerialTreeRunner {
  std::uint32_t run(const Branch& root) {
    return SerialTreeRunner::run({root.first - leaves_of_a_tree, leaves_of_a_tree});
  }
};
TEST(NestedWork, is_refused_where_a_leaf_is_lost_or_run_twice_or_another_trees) {
  for (const LeafWork& work : leaf_works()) {
    work.in_program();
    NestedTrees<SerialTreeRunner>(work).run(5);
    NestedTrees<WrongTreeRunner<0>>(work).run(2);
    EXPECT_THROW(NestedTrees<WrongTreeRunner<0>>(work).run(5), std::runtime_error) << work.name;
    EXPECT_THROW(NestedTrees<WrongTreeRunner<2>>(work).run(5), std::runtime_error) << work.name;
    EXPECT_THROW(NestedTrees<LateTreeRunner>(work).run(1), std::runtime_error) << work.name;
  }
}

TEST(NestedWork, counts_each_thread_that_runs_leaves_once) {
  NestedTrees<SerialTreeRunner> trees(leaf_works().back());
  for (int phase = 0; phase < 2; ++phase) {
    trees.run(3);
    EXPECT_EQ(leaf_threads(), 1U);
  }
  std::jthread([] { run_leaf(0); }).join();
  EXPECT_EQ(leaf_threads(), 2U);
}

TEST(MemoryWork, sums_all_of_the_array_once_in_a_pass) {
  std::shared_ptr<void> array = fill_summed_array();
  std::set<std::uint32_t> sums;
  for (TaskNumber part = 0; part < summed_parts; ++part) sums.insert(sum_part(part));
  EXPECT_EQ(sums.size(), summed_parts);
  EXPECT_EQ(sum_part(summed_parts), sum_part(0));
}

TEST(StartTimes, are_from_the_submission_to_the_start) {
  TestSeat test;
  StartTimes(test.seat).run(5, [](std::uint64_t) {
    const timespec before_the_start{.tv_sec = 0, .tv_nsec = 2'000'000};
    clock_nanosleep(CLOCK_MONOTONIC, 0, &before_the_start, nullptr);
    const std::int64_t started = harness::now_ns();
    const timespec after_it{.tv_sec = 0, .tv_nsec = 50'000'000};
    clock_nanosleep(CLOCK_MONOTONIC, 0, &after_it, nullptr);
    return started;
  });
  EXPECT_EQ(test.recorder.samples(), 5U);
  EXPECT_GE(test.recorder.min(), 1.9e6);
  EXPECT_LT(test.recorder.min(), 5e7);
  EXPECT_LT(test.report.mean_ns, 5e7);
}

TEST(StartTimes, before_the_submission_or_after_the_answer_are_refused) {
  TestSeat test;
  constexpr std::int64_t hour_ns = 3'600'000'000'000;
  for (std::int64_t off : {-hour_ns, hour_ns}) {
    auto wrong = [off](std::uint64_t) { return harness::now_ns() + off; };
    EXPECT_THROW(StartTimes(test.seat).run(1, wrong), std::runtime_error);
  }
}

}  // namespace
}  // namespace handoff::bench
