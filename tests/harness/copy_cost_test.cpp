#include "harness/copy_cost.hpp"

#include <gtest/gtest.h>

namespace handoff::harness {
namespace {

/// No memory of this century's machines copies 16 KiB faster than this, in ns: 16 TB/s.
constexpr double impossible_ns = 1;

TEST(CopyFacts, are_measured_of_copies_that_are_made) {
  const CopyFacts& facts = copy_facts();
  for (const CopyCost& cost : {facts.by_memcpy, facts.by_read}) {
    EXPECT_GT(cost.to_page_ns, impossible_ns);
    EXPECT_GT(cost.displaced_ns, impossible_ns);
  }
  EXPECT_EQ(&copy_facts(), &facts) << "measured again";
}

}  // namespace
}  // namespace handoff::harness
