#include "harness/recorder.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace handoff::harness {

void LatencyRecorder::merge(const LatencyRecorder& other) {
  for (std::size_t i = 0; i < buckets; ++i) counts_[i] += other.counts_[i];
}

std::uint64_t LatencyRecorder::samples() const {
  return std::accumulate(counts_.begin(), counts_.end(), std::uint64_t{0});
}

double LatencyRecorder::percentile(double share) const {
  auto total = static_cast<double>(samples());
  auto wanted = static_cast<std::uint64_t>(std::max(1.0, std::ceil(share * total)));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < buckets; ++i) {
    seen += counts_[i];
    if (seen >= wanted) return value_of(i);
  }
  return 0;
}

}  // namespace handoff::harness
