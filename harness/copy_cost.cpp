#include "harness/copy_cost.hpp"

#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "harness/clock.hpp"
#include "harness/median.hpp"
#include "harness/region.hpp"
#include "impl/common/descriptor.hpp"
#include "impl/common/status.hpp"

namespace handoff::harness {
namespace {

constexpr std::size_t bytes = 16384;
constexpr std::size_t displacement = 16;

template <class Copy>
double median_ns(const Copy& copy) {
  constexpr int copies = 10;
  std::array<double, 31> blocks{};
  for (double& block : blocks) {
    const std::int64_t begin = now_ns();
    for (int i = 0; i < copies; ++i) copy();
    block = static_cast<double>(now_ns() - begin) / copies;
  }
  return median(blocks);
}

template <class CopyTo>
CopyCost measure(std::byte* page, const CopyTo& copy_to) {
  return {.to_page_ns = median_ns([&] { copy_to(page); }),
          .displaced_ns = median_ns([&] { copy_to(page + displacement); })};
}

CopyFacts measure_copies() {
  const Region from = Region::private_memory(bytes);
  const Region to = Region::private_memory(bytes + displacement);
  std::memset(from.data(), 1, from.size());
  const Descriptor file{make_memory_file(bytes)};
  return {.by_memcpy = measure(to.data(),
                               [&](std::byte* place) {
                                 std::memcpy(place, from.data(), bytes);
                                 asm volatile("" : : "r"(place) : "memory");
                               }),
          .by_read = measure(to.data(), [&](std::byte* place) {
            if (pread(file.get(), place, bytes, 0) != bytes) throw_errno("pread of a memory file");
          })};
}

}  // namespace

const CopyFacts& copy_facts() {
  static const CopyFacts facts = measure_copies();
  return facts;
}

}  // namespace handoff::harness
