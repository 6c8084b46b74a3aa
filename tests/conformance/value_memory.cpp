#include "tests/conformance/value_memory.hpp"

#include <cstring>

namespace handoff::conformance {

NumbersOnHeap::NumbersOnHeap(const ValueForm<Number>& form, ValueShape shape)
    : form_(form), memory_(operator new(form.bytes, form.alignment), Free{form.alignment}) {
  constexpr int used_before = 0xA5;
  std::memset(memory_.get(), used_before, form.bytes);
  form_.build(memory_.get(), shape);
}

}  // namespace handoff::conformance
