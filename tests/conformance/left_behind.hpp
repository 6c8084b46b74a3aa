#pragma once

#include <memory>

#include "harness/region.hpp"

namespace handoff::conformance {

/// An object in memory that processes share, which is left where it is: who was killed may keep it
/// from being destroyed.
template <class Form>
class LeftBehind {
 public:
  LeftBehind(const Form& form, const typename Form::Shape& shape)
      : form_(form), memory_(harness::Region::shared(form.bytes)) {
    form_.build(memory_.data(), shape);
  }
  /// To be taken in the worker itself.
  std::unique_ptr<typename Form::Handle> handle(unsigned worker) const {
    return form_.handle(memory_.data(), worker);
  }
  /// All the same.
  void destroy() const { form_.destroy(memory_.data()); }

 private:
  const Form& form_;
  harness::Region memory_;
};

}  // namespace handoff::conformance
