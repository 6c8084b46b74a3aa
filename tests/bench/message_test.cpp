#include "bench/message.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

namespace handoff::bench {
namespace {

/// Bytes behind the last multiple of `alignment`.
std::uintptr_t behind(const void* memory, std::size_t alignment) {
  return reinterpret_cast<std::uintptr_t>(memory) % alignment;
}

TEST(Message, begins_in_the_middle_of_a_page_or_at_a_cache_line_if_it_is_shorter) {
  for (std::size_t bytes : {4096U, 16384U, 131072U, 1048576U}) {
    EXPECT_EQ(behind(Message(bytes).words().data(), 4096), 2048U) << bytes;
  }
  std::vector<Message> several;  // one alone may lie there by chance
  for (int i = 0; i < 20; ++i) several.emplace_back(8 + 1024 * (i % 2));
  for (Message& message : several) EXPECT_EQ(behind(message.words().data(), 64), 0U);
}

TEST(Message, has_its_whole_length_of_zeros) {
  Message message(16384);
  ASSERT_EQ(message.words().size_bytes(), 16384U);
  EXPECT_EQ(std::ranges::count(message.words(), Word{0}), 2048);
}

TEST(Message, of_a_queue_begins_there_too) {
  std::vector<std::shared_ptr<Item<8>>> short_ones;
  for (int i = 0; i < 20; ++i) short_ones.push_back(make_placed<Item<8>>());
  for (const auto& item : short_ones) EXPECT_EQ(behind(item.get(), 64), 0U);
  EXPECT_EQ(behind(make_placed<Item<16384>>().get(), 4096), 2048U);
  EXPECT_EQ(behind(make_placed<std::array<Item<1024>, 16>>().get(), 4096), 2048U);
}

}  // namespace
}  // namespace handoff::bench
