#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>

/// What travels in every measured message: each of its words follows from its first one. The
/// sender writes every word, the receiver reads and checks every word; the cost is the same for
/// all contenders and about that of touching the memory once.
namespace handoff::bench {

using Word = std::uint64_t;

/// Odd, so that no two words of a message are alike; the golden ratio of 2^64.
inline constexpr Word word_step = 0x9E3779B97F4A7C15;

/// The first word names the sender and the message: 8 bits and 56 bits.
inline constexpr unsigned sequence_bits = 56;
constexpr Word first_word(unsigned sender, std::uint64_t sequence) {
  return (Word{sender} << sequence_bits) | sequence;
}
constexpr unsigned sender_of(Word first) { return static_cast<unsigned>(first >> sequence_bits); }
constexpr std::uint64_t sequence_of(Word first) { return first & ((Word{1} << sequence_bits) - 1); }

inline void fill(std::span<Word> message, Word first) {
  Word word = first;
  for (Word& place : message) {
    place = word;
    word += word_step;
  }
}

/// True when every word follows from the first.
[[nodiscard]] inline bool is_whole(std::span<const Word> message) {
  Word word = message.front();
  Word difference = 0;
  for (Word place : message) {
    difference |= place ^ word;
    word += word_step;
  }
  return difference == 0;
}

[[noreturn]] inline void wrong_message(Word got, Word expected) {
  throw std::runtime_error("wrong message: sender " + std::to_string(sender_of(got)) + " number " +
                           std::to_string(sequence_of(got)) + " where sender " +
                           std::to_string(sender_of(expected)) + " number " +
                           std::to_string(sequence_of(expected)) + " was due, or torn");
}

/// Checks a message whose first word is known.
inline void check_message(std::span<const Word> message, Word expected_first) {
  if (message.front() != expected_first || !is_whole(message)) {
    wrong_message(message.front(), expected_first);
  }
}

/// A message of a queue, whose items have a type.
template <std::size_t Bytes>
struct Item {
  static_assert(Bytes % sizeof(Word) == 0);
  std::array<Word, Bytes / sizeof(Word)> words;
};

}  // namespace handoff::bench
