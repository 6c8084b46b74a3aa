#include "bench/nested_work.hpp"

#include <atomic>

#include "bench/calibrated_work.hpp"

namespace handoff::bench {
namespace {

constexpr std::int64_t leaf_ns = 1'000;

std::uint32_t seed_only(const TaskNumber& leaf) { return folded(chain_seed(leaf)); }
std::uint32_t due_seed(TaskNumber leaf) { return folded(chain_seed(leaf)); }

constexpr std::array works = {
    LeafWork{.name = "1us",
             .run = chain_task<leaf_ns>,
             .due = due_chain<leaf_ns>,
             .in_program = [] { due_chain<leaf_ns>(0); }},
    LeafWork{.name = "empty", .run = seed_only, .due = due_seed},
};
// Leaves of all trees give the same answers but for their numbers.
static_assert(leaves_of_a_tree % chain_variants == 0);

std::atomic<std::uint32_t> count_number{1};
std::atomic<std::uint32_t> threads_counted{0};

/// Once for each thread and count.
void count_this_thread() {
  thread_local std::uint32_t counted_in = 0;
  // relaxed: changes only while no leaf runs.
  const std::uint32_t now = count_number.load(std::memory_order_relaxed);
  if (counted_in == now) return;
  counted_in = now;
  threads_counted.fetch_add(1, std::memory_order_relaxed);  // read when all leaves have run
}

}  // namespace

std::span<const LeafWork> leaf_works() { return works; }

std::array<Branch, 2> halves_of(const Branch& branch) {
  const std::uint32_t half = branch.leaves / 2;
  return {Branch{.first = branch.first, .leaves = half},
          Branch{.first = branch.first + half, .leaves = branch.leaves - half}};
}

std::uint32_t run_leaf(TaskNumber leaf) {
  count_this_thread();
  return leaf_work_at_hand->run(leaf) + leaf;
}

void begin_to_count_leaf_threads() {
  threads_counted.store(0, std::memory_order_relaxed);
  count_number.fetch_add(1, std::memory_order_relaxed);
}

std::uint32_t leaf_threads() { return threads_counted.load(std::memory_order_relaxed); }

std::uint32_t SerialTreeRunner::run(const Branch& branch) {
  if (branch.leaves == 1) return run_leaf(branch.first);
  const std::array<Branch, 2> halves = halves_of(branch);
  return run(halves[0]) + run(halves[1]);
}

}  // namespace handoff::bench
