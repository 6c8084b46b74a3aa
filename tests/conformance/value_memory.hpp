#pragma once

#include <functional>
#include <memory>

#include "harness/region.hpp"
#include "tests/conformance/value_row.hpp"
#include "tests/conformance/workers.hpp"

/// Values in memory of one kind or another, which they leave when this goes.
namespace handoff::conformance {

/// Values side by side in memory that forked children share with their parent.
template <class T>
class SharedValues {
 public:
  SharedValues(const ValueForm<T>& form, ValueShape shape, std::size_t count = 1)
      : form_(form), memory_(harness::Region::shared(count * form.bytes)) {
    for (; built_ < count; ++built_) form_.build(value(built_), shape);
  }
  ~SharedValues() {
    while (built_ > 0) form_.destroy(value(--built_));
  }
  SharedValues(const SharedValues&) = delete;
  SharedValues& operator=(const SharedValues&) = delete;

  std::unique_ptr<AnyHandle<T>> handle(unsigned worker, std::size_t n = 0) const {
    return form_.handle(value(n), worker);
  }

 private:
  void* value(std::size_t n) const { return memory_.data() + n * form_.bytes; }

  const ValueForm<T>& form_;
  harness::Region memory_;
  std::size_t built_ = 0;
};

/// Numbers of this process alone, in memory that has been used before.
class NumbersOnHeap {
 public:
  NumbersOnHeap(const ValueForm<Number>& form, ValueShape shape);
  ~NumbersOnHeap() { form_.destroy(memory_.get()); }
  NumbersOnHeap(const NumbersOnHeap&) = delete;
  NumbersOnHeap& operator=(const NumbersOnHeap&) = delete;

  std::unique_ptr<AnyHandle<Number>> handle(unsigned worker) const {
    return form_.handle(memory_.get(), worker);
  }

 private:
  struct Free {
    std::align_val_t alignment;
    void operator()(void* memory) const { operator delete(memory, alignment); }
  };

  const ValueForm<Number>& form_;
  std::unique_ptr<void, Free> memory_;
};

}  // namespace handoff::conformance
