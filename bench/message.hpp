#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <span>
#include <type_traits>

#include "bench/payload.hpp"

/// Where the messages lie that workers send and receive. `rep movsb`, by which glibc and Linux copy
/// where the processor says that it is fast, takes some of them (AMD Zen 3) up to 30 times as long
/// if the destination lies 1 to 31 B behind the source modulo 4 KiB (sourceware bug 30994): as a
/// large block of malloc lies to the kernel's pages, and a page behind a header of 8 B to a page.
/// It would decide what is measured, so that no buffer of messages is left to chance.
namespace handoff::bench {

inline constexpr std::size_t message_page = 4096;

/// Bytes from the start of a page: its middle, farthest from where headers put what follows them.
/// What is shorter than a page begins at a cache line.
constexpr std::size_t message_offset(std::size_t bytes) {
  return bytes < message_page ? 0 : message_page / 2;
}
constexpr std::size_t message_alignment(std::size_t bytes) {
  constexpr std::size_t cache_line = 64;
  return bytes < message_page ? cache_line : message_page;
}

/// A buffer of one message of `bytes`, a multiple of a word; zeros at first.
class Message {
 public:
  explicit Message(std::size_t bytes)
      : before_(message_offset(bytes) / sizeof(Word)),
        count_(bytes / sizeof(Word)),
        memory_(zeros(before_ + count_, std::align_val_t(message_alignment(bytes)))) {}

  std::span<Word> words() { return {memory_.get() + before_, count_}; }

 private:
  struct Free {
    std::align_val_t alignment;
    void operator()(Word* words) const { ::operator delete[](words, alignment); }
  };
  using Memory = std::unique_ptr<Word[], Free>;

  static Memory zeros(std::size_t count, std::align_val_t alignment) {
    return Memory(new (alignment) Word[count](), Free{alignment});
  }

  std::size_t before_;
  std::size_t count_;
  Memory memory_;
};

/// Items of a queue, or one, in a worker's own memory.
template <class Items>
std::shared_ptr<Items> make_placed() {
  static_assert(std::is_trivially_destructible_v<Items>);
  auto memory = std::make_shared<Message>(sizeof(Items));
  return {memory, new (memory->words().data()) Items{}};
}

}  // namespace handoff::bench
