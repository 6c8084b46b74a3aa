#pragma once

#include <array>
#include <atomic>
#include <cassert>
#include <climits>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

#include "impl/common/status.hpp"

// Relacy (D. Vyukov) runs threads one step at a time, in every order, and lets a load return
// whatever the C++ memory model allows. It defines words of the language and of the library as
// macros, which nothing here is meant to be hit by.
#pragma push_macro("errno")
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wall"
#pragma GCC diagnostic ignored "-Wextra"
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic ignored "-Wconversion"
#include <relacy/relacy.hpp>
#pragma GCC diagnostic pop
#undef memory_order_relaxed
#undef memory_order_consume
#undef memory_order_acquire
#undef memory_order_release
#undef memory_order_acq_rel
#undef memory_order_seq_cst
#undef new
#undef delete
#undef malloc
#undef calloc
#undef realloc
#undef free
#undef assert
#undef VAR
#undef VAR_T
#undef TLS_T
#pragma pop_macro("errno")

namespace handoff {
namespace interleavings {

inline rl::debug_info nowhere() { return rl::debug_info("", "", 0); }

constexpr rl::memory_order modelled(std::memory_order order) {
  switch (order) {
    case std::memory_order::relaxed: return rl::mo_relaxed;
    case std::memory_order::consume: return rl::mo_consume;
    case std::memory_order::acquire: return rl::mo_acquire;
    case std::memory_order::release: return rl::mo_release;
    case std::memory_order::acq_rel: return rl::mo_acq_rel;
    case std::memory_order::seq_cst: return rl::mo_seq_cst;
  }
  return rl::mo_seq_cst;
}

/// What the kernel keeps of a futex. It compares the word under a lock that the waker takes too.
struct Futex {
  rl::mutex lock;
  rl::condition_variable_any sleepers;
};
struct NoFutex {};

}  // namespace interleavings

/// An atomic variable of the model.
template <class T>
class Atomic : public std::conditional_t<std::is_same_v<T, std::uint32_t>, interleavings::Futex,
                                         interleavings::NoFutex> {
 public:
  Atomic() : Atomic(T{}) {}
  explicit(false) Atomic(T value) { store(value, std::memory_order::relaxed); }

  T load(std::memory_order order) const {
    return value_.load(interleavings::modelled(order), interleavings::nowhere());
  }
  void store(T value, std::memory_order order) {
    value_.store(value, interleavings::modelled(order), interleavings::nowhere());
  }
  T exchange(T value, std::memory_order order) {
    return rl::atomic_proxy<T>(value_, interleavings::nowhere())
        .exchange(value, interleavings::modelled(order));
  }
  T fetch_add(T value, std::memory_order order) {
    return rl::atomic_proxy<T>(value_, interleavings::nowhere())
        .fetch_add(value, interleavings::modelled(order));
  }
  T fetch_sub(T value, std::memory_order order) {
    return rl::atomic_proxy<T>(value_, interleavings::nowhere())
        .fetch_sub(value, interleavings::modelled(order));
  }
  template <class... Orders>
  bool compare_exchange_weak(T& expected, T value, Orders... orders) {
    return rl::atomic_proxy<T>(value_, interleavings::nowhere())
        .compare_exchange_weak(expected, value, interleavings::modelled(orders)...);
  }
  template <class... Orders>
  bool compare_exchange_strong(T& expected, T value, Orders... orders) {
    return rl::atomic_proxy<T>(value_, interleavings::nowhere())
        .compare_exchange_strong(expected, value, interleavings::modelled(orders)...);
  }

 private:
  rl::atomic<T> value_;
};

/// Sleeps while the word holds `expected`, until woken.
inline void futex_wait(Atomic<std::uint32_t>& word, std::uint32_t expected, Deadline = never) {
  rl::debug_info where = interleavings::nowhere();
  word.lock.lock(where);
  if (word.load(std::memory_order::relaxed) == expected) word.sleepers.wait(word.lock, where);
  word.lock.unlock(where);
}

inline void futex_wake(Atomic<std::uint32_t>& word, int waiters = INT_MAX) {
  rl::debug_info where = interleavings::nowhere();
  word.lock.lock(where);
  if (waiters == 1) {
    word.sleepers.notify_one(where);
  } else {
    word.sleepers.notify_all(where);
  }
  word.lock.unlock(where);
}

}  // namespace handoff
