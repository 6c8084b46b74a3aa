#pragma once

#include <algorithm>
#include <cstddef>
#include <span>

namespace handoff::harness {

/// The upper one of the two in the middle if the count is even. Reorders the values; of none there
/// is no median.
inline double median(std::span<double> values) {
  auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace handoff::harness
