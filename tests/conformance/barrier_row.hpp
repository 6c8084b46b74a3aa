#pragma once

#include <memory>
#include <stdexcept>

#include "impl/barrier/contract.hpp"
#include "tests/conformance/forms.hpp"

/// A barrier whose type is erased, so that its checks are compiled once and not once for each row.
namespace handoff::conformance {

/// A handle of any barrier; all but wait() are for breakable rows.
class AnyBarrierHandle {
 public:
  virtual ~AnyBarrierHandle() = default;
  virtual unsigned wait() = 0;
  virtual unsigned wait(Deadline deadline) = 0;
  virtual void abort() = 0;
  virtual void reset() = 0;
  virtual bool is_broken() = 0;
  virtual unsigned waiting() = 0;
};

using BarrierForm = Form<BarrierShape, AnyBarrierHandle>;

struct BarrierRow {
  const Info& info;
  const BarrierFacts& facts;
  bool breakable;
  BarrierForm form;
};

template <BarrierHandle Handle>
class BarrierHandleOf final : public AnyBarrierHandle {
 public:
  explicit BarrierHandleOf(Handle handle) : handle_(std::move(handle)) {}

  unsigned wait() override { return handle_.wait(); }
  unsigned wait(Deadline deadline) override {
    if constexpr (breakable) return handle_.wait(deadline);
    refuse();
  }
  void abort() override {
    if constexpr (breakable) return handle_.abort();
    refuse();
  }
  void reset() override {
    if constexpr (breakable) return handle_.reset();
    refuse();
  }
  bool is_broken() override {
    if constexpr (breakable) return handle_.is_broken();
    refuse();
  }
  unsigned waiting() override {
    if constexpr (breakable) return handle_.waiting();
    refuse();
  }

 private:
  static constexpr bool breakable = BreakableBarrierHandle<Handle>;
  [[noreturn]] static void refuse() { throw std::logic_error("a barrier that is not breakable"); }

  Handle handle_;
};

/// `Row` offers `type`.
template <class Row>
const BarrierRow& barrier_row() {
  using B = typename Row::type;
  static_assert(Barrier<B>);
  using Handle = decltype(std::declval<B&>().handle(0));
  static constexpr BarrierRow row{
      .info = B::info,
      .facts = B::facts,
      .breakable = BreakableBarrierHandle<Handle>,
      .form = form_of<B, BarrierHandleOf<Handle>, BarrierShape, AnyBarrierHandle>(),
  };
  return row;
}

}  // namespace handoff::conformance
