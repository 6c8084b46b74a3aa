#pragma once

#include <array>
#include <cstdint>
#include <cstring>

#include "../common/atomic.hpp"
#include "../common/waiting.hpp"
#include "contract.hpp"

namespace handoff {

/// A number that is odd while a writer changes the elements; who has read them while it changed
/// reads again, so that readers write nothing. Boehm, Can Seqlocks Get Along with Programming
/// Language Memory Models?, 2012: the elements are atomics too, and here each of their words is
/// published and observed, instead of by fences, which ThreadSanitizer does not know.
template <class T, std::size_t Length>
class SeqlockValue {
  using Word =
      std::conditional_t<sizeof(T) % sizeof(std::uint64_t) == 0, std::uint64_t, std::uint8_t>;
  static constexpr std::size_t words_each = sizeof(T) / sizeof(Word);
  using Words = std::array<Word, words_each>;

 public:
  using value_type = T;
  static constexpr bool locked = true;
  static constexpr Info info{
      .name = "seqlock",
      .mechanism = "elements under a sequence lock",
      .waiting = Waiting::spins_then_yields,
      .copies_per_message = 1,
      .syscalls_per_message = 0,
      .on_peer_death = Survivor::hangs,  // a writer that is killed leaves the number odd
  };

  class Handle {
   public:
    explicit Handle(SeqlockValue& value) : value_(&value) {}

    T load(std::size_t index) const {
      T value;
      read(index, std::span(&value, 1));
      return value;
    }
    void store(T value, std::size_t index) { write(index, std::span<const T>(&value, 1)); }
    void add(T value, std::size_t index) {
      update([&](T before) { return static_cast<T>(before + value); }, index);
    }
    template <class Change>
    void update(Change change, std::size_t index) {
      check_range(info.name, index, 1, Length);
      Writing writing(*value_);
      value_->set(index, change(value_->get(index)));
    }
    void read(std::size_t index, std::span<T> into) const {
      check_range(info.name, index, into.size(), Length);
      for (;;) {
        std::uint32_t before = value_->even_number();
        for (std::size_t i = 0; i < into.size(); ++i) into[i] = value_->get(index + i);
        // relaxed: stays after the loads above, which acquire. A word of a later writer brings
        // that writer's odd number with it.
        if (value_->number_.load(std::memory_order_relaxed) == before) return;
      }
    }
    void write(std::size_t index, std::span<const T> from) {
      check_range(info.name, index, from.size(), Length);
      Writing writing(*value_);
      for (const T& element : from) value_->set(index++, element);
    }

   private:
    SeqlockValue* value_;
  };

  explicit SeqlockValue(ValueShape shape) : workers_(info.name, shape.workers) {}
  Handle handle(unsigned worker) { return Handle(workers_.for_worker(*this, worker)); }

 private:
  /// The only writer, while it lives.
  class Writing {
   public:
    explicit Writing(SeqlockValue& value) : number_(value.number_), before_(value.even_number()) {
      // acquire: what the last writer did is seen.
      while (!number_.compare_exchange_weak(before_, before_ + 1, std::memory_order_acquire,
                                            std::memory_order_relaxed)) {
        before_ = value.even_number();
      }
    }
    // release: the elements come before the number that calls them whole.
    ~Writing() { number_.store(before_ + 2, std::memory_order_release); }
    Writing(const Writing&) = delete;
    Writing& operator=(const Writing&) = delete;

   private:
    Atomic<std::uint32_t>& number_;
    std::uint32_t before_;
  };

  std::uint32_t even_number() const {
    std::uint32_t number = 0;
    auto even = [&] {
      // acquire: the elements are read after it.
      number = number_.load(std::memory_order_acquire);
      return number % 2 == 0;
    };
    SpinThenYield().wait(even, never);
    return number;
  }

  T get(std::size_t index) const {
    Words words;
    // acquire: see read().
    for (std::size_t i = 0; i < words_each; ++i) {
      words[i] = words_[index * words_each + i].load(std::memory_order_acquire);
    }
    T value;
    std::memcpy(static_cast<void*>(&value), words.data(), sizeof(T));
    return value;
  }
  void set(std::size_t index, const T& value) {
    Words words;
    std::memcpy(words.data(), &value, sizeof(T));
    // release: whoever sees a word sees the odd number before it.
    for (std::size_t i = 0; i < words_each; ++i) {
      words_[index * words_each + i].store(words[i], std::memory_order_release);
    }
  }

  alignas(isolation) Atomic<std::uint32_t> number_{0};
  alignas(T) std::array<Atomic<Word>, Length * words_each> words_{};
  NumberedWorkers workers_;
};

}  // namespace handoff
