#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <string>

#include "impl/common/atomic.hpp"

/// What the models of the own algorithms share.
namespace handoff::interleavings {

/// An item that tells of two workers who touch it unordered.
class Item {
 public:
  Item() = default;
  explicit Item(unsigned value) { value_(nowhere()) = value; }
  Item(const Item& other) { *this = other; }
  Item& operator=(const Item& other) {
    value_(nowhere()) = other.value();
    return *this;
  }
  ~Item() = default;
  unsigned value() const { return value_(nowhere()); }

 private:
  mutable rl::var<unsigned> value_;
};

inline void require(bool holds, const char* what) {
  if (!holds) rl::ctx().fail_test(what, rl::test_result_user_assert_failed, nowhere());
}

/// Built anew for every order of steps; left where it is when the order ends in a fault. Relacy
/// would not align it.
template <class Object>
class Anew {
 public:
  template <class... Arguments>
  void build(Arguments... arguments) {
    new (memory) Object(arguments...);
  }
  void drop() { std::destroy_at(&object()); }
  Object& object() { return *std::launder(reinterpret_cast<Object*>(memory)); }
  Object* operator->() { return &object(); }

 private:
  alignas(Object) static inline std::byte memory[sizeof(Object)];
};

/// Why it failed, or nothing; Relacy prints the order of steps that did.
template <class Test>
std::string fault_of(rl::test_params params) {
  return rl::simulate<Test>(params) ? "" : rl::test_result_str(params.test_result);
}

/// In all orders with at most so many switches from a thread that could have gone on.
template <class Test>
std::string fault_of(unsigned switches) {
  rl::test_params params;
  params.search_type = rl::sched_bound;
  params.context_bound = switches;
  params.iteration_count = 50'000'000;  // more than there are
  return fault_of<Test>(params);
}

/// In random orders with any number of them.
template <class Test>
std::string fault_in_random_orders() {
  rl::test_params params;
  params.search_type = rl::sched_random;
  params.iteration_count = 100'000;
  return fault_of<Test>(params);
}

}  // namespace handoff::interleavings
