#include "harness/recorder.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace handoff::harness {
namespace {

constexpr double stated_error = 0.004;
constexpr double longest_ns = 100e9;
constexpr std::size_t samples = 20'000;
constexpr double shares[] = {0, 0.001, 0.01, 0.25, 0.5, 0.9, 0.99, 0.999, 0.9999, 1};

using Samples = std::vector<std::int64_t>;

std::unique_ptr<LatencyRecorder> recorded(const Samples& values) {
  auto recorder = std::make_unique<LatencyRecorder>();
  for (std::int64_t value : values) recorder->record(value);
  return recorder;
}

/// The smallest sample that at least `share` of all samples do not exceed.
double exact_percentile(const Samples& sorted, double share) {
  double rank = std::ceil(share * static_cast<double>(sorted.size()));
  return static_cast<double>(sorted[static_cast<std::size_t>(std::max(rank, 1.0)) - 1]);
}

Samples drawn(const std::function<double(std::mt19937_64&)>& draw) {
  std::mt19937_64 random(20'240'501);
  Samples values(samples);
  for (std::int64_t& value : values) {
    value = static_cast<std::int64_t>(std::clamp(draw(random), 1.0, longest_ns));
  }
  return values;
}

Samples powers_of_two_and_neighbours() {
  Samples values;
  for (std::int64_t power = 2; power < static_cast<std::int64_t>(longest_ns); power *= 2) {
    values.insert(values.end(), {power - 1, power, power + 1});
  }
  return values;
}

struct Distribution {
  std::string name;
  Samples values;
};

std::vector<Distribution> distributions() {
  using Random = std::mt19937_64;
  std::vector<Distribution> all{
      {"uniform_to_a_microsecond",
       drawn([](Random& r) { return std::uniform_real_distribution(1.0, 1e3)(r); })},
      {"uniform_to_100_s",
       drawn([](Random& r) { return std::uniform_real_distribution(1.0, longest_ns)(r); })},
      {"log_uniform_from_1_ns_to_100_s",
       drawn([](Random& r) { return std::pow(10, std::uniform_real_distribution(0.0, 11.0)(r)); })},
      {"exponential_about_50_us",
       drawn([](Random& r) { return std::exponential_distribution(1 / 50e3)(r); })},
      {"bimodal", drawn([](Random& r) {
         bool slow = std::bernoulli_distribution(0.1)(r);
         return slow ? std::normal_distribution(51e3, 2e3)(r)
                     : std::normal_distribution(180., 9.)(r);
       })},
      {"powers_of_two_and_neighbours", powers_of_two_and_neighbours()}};
  for (std::int64_t constant :
       {1LL, 127LL, 128LL, 129LL, 255LL, 4'999LL, 1'000'000'007LL, 100'000'000'000LL}) {
    all.push_back({"constant_" + std::to_string(constant), Samples(10, constant)});
  }
  return all;
}

TEST(LatencyRecorder, agrees_with_percentiles_of_sorted_samples) {
  for (Distribution& distribution : distributions()) {
    auto recorder = recorded(distribution.values);
    std::sort(distribution.values.begin(), distribution.values.end());
    for (double share : shares) {
      double exact = exact_percentile(distribution.values, share);
      EXPECT_NEAR(recorder->percentile(share), exact, exact * stated_error)
          << distribution.name << " at " << share;
    }
    EXPECT_EQ(recorder->samples(), distribution.values.size()) << distribution.name;
  }
}

TEST(LatencyRecorder, keeps_its_error_for_every_bucket_of_the_range) {
  std::size_t last = 0;
  for (double v = 1; v <= longest_ns; v = std::max(v + 1, v * 1.0007)) {
    auto value = static_cast<std::uint64_t>(v);
    std::size_t bucket = LatencyRecorder::bucket_of(value);
    ASSERT_GE(bucket, last) << value;
    ASSERT_LT(bucket, LatencyRecorder::buckets) << value;
    auto exact = static_cast<double>(value);
    ASSERT_NEAR(LatencyRecorder::value_of(bucket), exact, exact * stated_error) << value;
    last = bucket;
  }
}

TEST(LatencyRecorder, returns_to_each_bucket_from_its_own_middle) {
  for (std::size_t bucket = 0; bucket < LatencyRecorder::buckets; ++bucket) {
    auto middle = static_cast<std::uint64_t>(LatencyRecorder::value_of(bucket));
    ASSERT_EQ(LatencyRecorder::bucket_of(middle), bucket);
  }
}

TEST(LatencyRecorder, is_exact_below_128_ns) {
  for (std::uint64_t value = 0; value < LatencyRecorder::subbuckets; ++value) {
    EXPECT_EQ(LatencyRecorder::value_of(LatencyRecorder::bucket_of(value)),
              static_cast<double>(value));
  }
}

TEST(LatencyRecorder, merges_to_what_one_recorder_would_have) {
  for (const Distribution& distribution : distributions()) {
    auto middle =
        distribution.values.begin() + static_cast<std::ptrdiff_t>(distribution.values.size() / 3);
    auto first = recorded({distribution.values.begin(), middle});
    auto second = recorded({middle, distribution.values.end()});
    auto all = recorded(distribution.values);
    first->merge(*second);
    for (std::size_t bucket = 0; bucket < LatencyRecorder::buckets; ++bucket) {
      ASSERT_EQ(first->count(bucket), all->count(bucket)) << distribution.name << " " << bucket;
    }
  }
}

TEST(LatencyRecorder, counts_negative_values_as_0_and_too_long_ones_in_the_last_bucket) {
  auto recorder = recorded({-1, INT64_MIN, 0});
  EXPECT_EQ(recorder->count(0), 3U);
  EXPECT_EQ(recorder->max(), 0);
  recorder = recorded({std::int64_t{1} << 37, INT64_MAX});
  EXPECT_EQ(recorder->count(LatencyRecorder::buckets - 1), 2U);
  EXPECT_GT(recorder->min(), longest_ns);
}

TEST(LatencyRecorder, has_no_samples_at_first_and_after_clear) {
  LatencyRecorder recorder;
  EXPECT_EQ(recorder.samples(), 0U);
  EXPECT_EQ(recorder.percentile(0.5), 0);
  recorder.record(7);
  EXPECT_EQ(recorder.samples(), 1U);
  recorder.clear();
  EXPECT_EQ(recorder.samples(), 0U);
}

}  // namespace
}  // namespace handoff::harness
