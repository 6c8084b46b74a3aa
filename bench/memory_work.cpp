#include "bench/memory_work.hpp"

#include <array>
#include <numeric>
#include <span>
#include <vector>

#include "bench/calibrated_work.hpp"

namespace handoff::bench {
namespace {

constexpr std::size_t part_words = summed_bytes / summed_parts / sizeof(std::uint64_t);

/// Has numbers that follow one another differ in all bytes.
constexpr std::uint64_t odd_factor = 0x9E37'79B9'7F4A'7C15;

struct SummedArray {
  std::vector<std::uint64_t> words = std::vector<std::uint64_t>(summed_parts * part_words);
  std::array<std::uint32_t, summed_parts> due{};  ///< summed up while the words were made

  std::span<const std::uint64_t> part(TaskNumber task) const {
    return std::span(words).subspan(task % summed_parts * part_words, part_words);
  }
};

const SummedArray* summed_array = nullptr;

}  // namespace

std::shared_ptr<void> fill_summed_array() {
  auto array = std::make_shared<SummedArray>();
  for (std::size_t part = 0; part < summed_parts; ++part) {
    std::uint64_t sum = 0;
    for (std::size_t i = part * part_words; i < (part + 1) * part_words; ++i) {
      array->words[i] = i * odd_factor;
      sum += array->words[i];
    }
    array->due[part] = folded(sum);
  }
  summed_array = array.get();
  return array;
}

std::uint32_t sum_part(const TaskNumber& task) {
  std::span<const std::uint64_t> part = summed_array->part(task);
  return folded(std::accumulate(part.begin(), part.end(), std::uint64_t{0}));
}

std::uint32_t due_sum(TaskNumber task) { return summed_array->due[task % summed_parts]; }

}  // namespace handoff::bench
