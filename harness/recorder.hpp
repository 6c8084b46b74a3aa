#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace handoff::harness {

/// Counts latencies in buckets whose width grows with the value, like HdrHistogram (Gil Tene):
/// exact below 128 ns, and a relative error of at most 1/256 (0.4 %) up to 100 s and beyond,
/// where the middle of a bucket stands for its values. Lives in shared memory, holds no pointer;
/// one worker writes it without locks, others read it once that worker has finished.
class LatencyRecorder {
 public:
  static constexpr unsigned subbucket_bits = 7;
  static constexpr std::uint64_t subbuckets = 1U << subbucket_bits;
  /// Values up to 2^37 ns (137 s) are told apart; longer ones are counted in the last bucket.
  static constexpr unsigned octaves = 37 - subbucket_bits;
  static constexpr std::size_t buckets = (octaves + 1) * subbuckets;

  /// Negative values (a clock that went back) count as 0.
  void record(std::int64_t nanoseconds) {
    ++counts_[bucket_of(nanoseconds < 0 ? 0 : static_cast<std::uint64_t>(nanoseconds))];
  }

  void clear() { counts_.fill(0); }
  void merge(const LatencyRecorder& other);

  std::uint64_t samples() const;
  /// The smallest recorded value v (within the stated error) such that at least `share` of all
  /// samples are at most v. 0 when there are none.
  double percentile(double share) const;
  double min() const { return percentile(0); }
  double max() const { return percentile(1); }
  std::uint64_t count(std::size_t bucket) const { return counts_[bucket]; }

  static constexpr std::size_t bucket_of(std::uint64_t value) {
    if (value < subbuckets) return value;
    unsigned octave = static_cast<unsigned>(std::bit_width(value)) - subbucket_bits;  // from 1
    if (octave > octaves) return buckets - 1;
    std::uint64_t sub = (value >> (octave - 1)) & (subbuckets - 1);
    return octave * subbuckets + sub;
  }

  /// The middle of a bucket, in nanoseconds.
  static constexpr double value_of(std::size_t bucket) {
    if (bucket < subbuckets) return static_cast<double>(bucket);
    std::uint64_t octave = bucket / subbuckets;
    std::uint64_t lowest = (subbuckets + bucket % subbuckets) << (octave - 1);
    std::uint64_t width = std::uint64_t{1} << (octave - 1);
    return static_cast<double>(lowest) + static_cast<double>(width - 1) / 2;
  }

 private:
  std::array<std::uint64_t, buckets> counts_{};
};

}  // namespace handoff::harness
