#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "bench/task_map.hpp"
#include "harness/crew.hpp"
#include "impl/pool/contract.hpp"
#include "impl/pool/nested_tasks.hpp"
#include "impl/pool/tasks.hpp"

/// Nested submission: a tree of tasks, each of which submits two halves of its leaves and waits for
/// them. An operation is a leaf.
namespace handoff::bench {

inline constexpr std::uint32_t leaves_of_a_tree = 256;  ///< under eight levels of forks
inline constexpr std::uint64_t fewest_trees = 3;        ///< in a slice: each has leaves enough

/// What each leaf computes.
struct LeafWork {
  const char* name;
  std::uint32_t (*run)(const TaskNumber& leaf);
  std::uint32_t (*due)(TaskNumber leaf);  ///< the same for the same leaf of all trees
  /// In the benchmark's process, before others are forked for a case.
  void (*in_program)() = [] {};
};
std::span<const LeafWork> leaf_works();

/// The work of the case that this process submits trees of.
inline const LeafWork* leaf_work_at_hand = nullptr;

/// Some leaves of the trees, which are numbered through.
struct Branch {
  TaskNumber first;
  std::uint32_t leaves;
};
std::array<Branch, 2> halves_of(const Branch& branch);

/// The answer of a leaf holds its number, so that of a tree differs from those of the others.
std::uint32_t run_leaf(TaskNumber leaf);

/// How many threads have run leaves since the count was begun: libraries may start threads for
/// nested tasks beside those that they were asked for.
void begin_to_count_leaf_threads();
std::uint32_t leaf_threads();

/// Trees by whoever runs them: a Runner has run(root), which returns the sum of all leaves'
/// answers.
template <class Runner>
class NestedTrees {
 public:
  template <class... Arguments>
  explicit NestedTrees(const LeafWork& work, Arguments&&... arguments)
      : due_of_leaves_(due_of_a_tree(work)), runner_(std::forward<Arguments>(arguments)...) {
    leaf_work_at_hand = &work;
  }

  void run(std::uint64_t trees) {
    begin_to_count_leaf_threads();
    for (std::uint64_t n = 0; n < trees; ++n) {
      const Branch root{.first = next_, .leaves = leaves_of_a_tree};
      check_answer(next_, runner_.run(root), due(root));
      next_ += leaves_of_a_tree;  // modulo 2^32, as the answers
    }
  }

 private:
  static std::uint32_t due_of_a_tree(const LeafWork& work) {
    std::uint32_t sum = 0;
    for (TaskNumber leaf = 0; leaf < leaves_of_a_tree; ++leaf) sum += work.due(leaf);
    return sum;
  }
  std::uint32_t due(const Branch& root) const {
    constexpr std::uint32_t numbers_within = leaves_of_a_tree * (leaves_of_a_tree - 1) / 2;
    return due_of_leaves_ + leaves_of_a_tree * root.first + numbers_within;
  }

  std::uint32_t due_of_leaves_;
  Runner runner_;
  TaskNumber next_ = 0;
};

/// On a pool whose tasks may run batches on it.
template <class P>
class PoolTreeRunner {
 public:
  PoolTreeRunner(const std::vector<int>& cpus, harness::Seat& seat) : runner_(cpus, seat) {
    pool_at_hand = &runner_.pool();
  }

  std::uint32_t run(const Branch& root) { return apply<sum_of>(runner_.pool(), root); }

 private:
  static inline P* pool_at_hand = nullptr;

  static std::uint32_t sum_of(const Branch& branch) {
    if (branch.leaves == 1) return run_leaf(branch.first);
    const std::array<Branch, 2> halves = halves_of(branch);
    std::array<std::uint32_t, 2> sums;
    map_within<sum_of>(*pool_at_hand, std::span<const Branch>(halves),
                       std::span<std::uint32_t>(sums));
    return sums[0] + sums[1];
  }

  PoolRunner<P> runner_;
};

/// No pool: the same recursion, by calls.
class SerialTreeRunner {
 public:
  static std::uint32_t run(const Branch& branch);
};

}  // namespace handoff::bench
