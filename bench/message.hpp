#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <span>
#include <type_traits>

#include "bench/payload.hpp"
#include "impl/common/cpu.hpp"

/// Where the messages lie that workers send and receive. `rep movsb`, by which glibc and Linux copy
/// where the processor says that it is fast, takes some of them (AMD Zen 3) up to 30 times as long
/// if the destination lies 1 to 31 B behind the source modulo 4 KiB (sourceware bug 30994): as a
/// large block of malloc lies to the kernel's pages, and a page behind a header of 8 B to a page.
/// It would decide what is measured, so that no buffer of messages is left to chance.
namespace handoff::bench {

/// A buffer of one message of `bytes`, a multiple of a word; zeros at first. It begins at a cache
/// line; what fills a page, in the middle of one: farthest from where headers put what follows
/// them.
class Message {
 public:
  explicit Message(std::size_t bytes)
      : before_(bytes < page ? 0 : page / 2 / sizeof(Word)),
        count_(bytes / sizeof(Word)),
        memory_(zeros(before_ + count_, std::align_val_t(bytes < page ? cache_line : page))) {}

  std::span<Word> words() { return {memory_.get() + before_, count_}; }

 private:
  static constexpr std::size_t page = 4096;

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
