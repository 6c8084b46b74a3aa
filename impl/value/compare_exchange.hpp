#pragma once

#include <array>
#include <atomic>

#include "../common/cpu.hpp"
#include "contract.hpp"

namespace handoff {

/// An array of lock-free atomics that are changed by a compare-exchange loop only, as whoever needs
/// more than an addition has to. Slices are whole element by element, not as a whole.
template <class T, std::size_t Length>
requires std::atomic<T>::is_always_lock_free class CompareExchangeValue {
 public:
  using value_type = T;
  static constexpr bool locked = false;
  static constexpr Info info{
      .name = "compare_exchange",
      .mechanism = "one atomic per element, changed by a compare-exchange loop",
      .source = "std::atomic",
      .waiting = Waiting::never,
      .copies_per_message = 1,
      .syscalls_per_message = 0,
      .on_peer_death = Survivor::told,  // nobody ever waits for another
  };

  class Handle {
   public:
    explicit Handle(CompareExchangeValue& value) : elements_(&value.elements_) {}

    // acquire and release throughout: whoever reads a value sees what its writer did before.
    T load(std::size_t index) const { return at(index).load(std::memory_order_acquire); }
    void store(T value, std::size_t index) { at(index).store(value, std::memory_order_release); }
    void add(T value, std::size_t index) {
      update([value](T before) { return static_cast<T>(before + value); }, index);
    }
    /// Calls `change` again when another has changed the element meanwhile.
    template <class Change>
    void update(Change change, std::size_t index) {
      std::atomic<T>& element = at(index);
      // relaxed: a value that has been overtaken fails to be exchanged.
      T before = element.load(std::memory_order_relaxed);
      while (!element.compare_exchange_weak(before, change(before), std::memory_order_acq_rel,
                                            std::memory_order_relaxed)) {
      }
    }

    void read(std::size_t index, std::span<T> into) const {
      check_range(info.name, index, into.size(), Length);
      for (T& element : into) element = (*elements_)[index++].load(std::memory_order_acquire);
    }
    void write(std::size_t index, std::span<const T> from) {
      check_range(info.name, index, from.size(), Length);
      for (T element : from) (*elements_)[index++].store(element, std::memory_order_release);
    }

   private:
    std::atomic<T>& at(std::size_t index) const {
      check_range(info.name, index, 1, Length);
      return (*elements_)[index];
    }

    std::array<std::atomic<T>, Length>* elements_;
  };

  explicit CompareExchangeValue(ValueShape shape) : workers_(info.name, shape.workers) {}
  Handle handle(unsigned worker) { return Handle(workers_.for_worker(*this, worker)); }

 private:
  // Apart from what lies before and after it; elements are neighbours, as in any array.
  alignas(isolation) std::array<std::atomic<T>, Length> elements_{};
  NumberedWorkers workers_;
};

}  // namespace handoff
