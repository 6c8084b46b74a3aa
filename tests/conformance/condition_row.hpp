#pragma once

#include <functional>
#include <memory>
#include <mutex>

#include "impl/condition/contract.hpp"
#include "tests/conformance/forms.hpp"

/// A condition whose type is erased, so that its checks are compiled once and not once for each
/// row.
namespace handoff::conformance {

/// A handle of any condition.
class AnyConditionHandle {
 public:
  virtual ~AnyConditionHandle() = default;
  virtual void lock() = 0;
  virtual void unlock() = 0;
  virtual bool wait(Deadline deadline) = 0;
  virtual bool wait_for(const std::function<bool()>& predicate, Deadline deadline) = 0;
  virtual void notify(unsigned n) = 0;
  virtual void notify_all() = 0;
  /// Calls `inside` while the C++ library's guard holds the row's own type of handle.
  virtual void guard(const std::function<void()>& inside) = 0;
};

using ConditionForm = Form<ConditionShape, AnyConditionHandle>;

struct ConditionRow {
  const Info& info;
  const ConditionFacts& facts;
  ConditionForm form;
};

template <ConditionHandle Handle>
class ConditionHandleOf final : public AnyConditionHandle {
 public:
  explicit ConditionHandleOf(Handle handle) : handle_(std::move(handle)) {}

  void lock() override { handle_.lock(); }
  void unlock() override { handle_.unlock(); }
  bool wait(Deadline deadline) override { return handle_.wait(deadline); }
  bool wait_for(const std::function<bool()>& predicate, Deadline deadline) override {
    return handle_.wait_for(predicate, deadline);
  }
  void notify(unsigned n) override { handle_.notify(n); }
  void notify_all() override { handle_.notify_all(); }
  void guard(const std::function<void()>& inside) override {
    std::unique_lock<Handle> guard(handle_);
    inside();
  }

 private:
  Handle handle_;
};

/// `Row` offers `type`.
template <class Row>
const ConditionRow& condition_row() {
  using C = typename Row::type;
  static_assert(ConditionVariable<C>);
  using Erased = ConditionHandleOf<decltype(std::declval<C&>().handle(0))>;
  static constexpr ConditionRow row{
      .info = C::info,
      .facts = C::facts,
      .form = form_of<C, Erased, ConditionShape, AnyConditionHandle>(),
  };
  return row;
}

}  // namespace handoff::conformance
