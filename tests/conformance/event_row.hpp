#pragma once

#include "impl/event/contract.hpp"
#include "tests/conformance/forms.hpp"

/// An event whose type is erased.
namespace handoff::conformance {

class AnyEventHandle {
 public:
  virtual ~AnyEventHandle() = default;
  virtual void set() = 0;
  virtual void clear() = 0;
  virtual bool is_set() const = 0;
  virtual bool wait(Deadline deadline) = 0;
};

struct EventRow {
  const Info& info;
  const EventFacts& facts;
  Form<EventShape, AnyEventHandle> form;
};

template <EventHandle Handle>
class EventHandleOf final : public AnyEventHandle {
 public:
  explicit EventHandleOf(Handle handle) : handle_(std::move(handle)) {}

  void set() override { handle_.set(); }
  void clear() override { handle_.clear(); }
  bool is_set() const override { return handle_.is_set(); }
  bool wait(Deadline deadline) override { return handle_.wait(deadline); }

 private:
  Handle handle_;
};

template <Event E>
constexpr EventRow event_row_of() {
  using Handle = decltype(std::declval<E&>().handle(0));
  return {.info = E::info,
          .facts = E::facts,
          .form = form_of<E, EventHandleOf<Handle>, EventShape, AnyEventHandle>()};
}

/// `Row` offers `type`.
template <class Row>
const EventRow& event_row() {
  static constexpr EventRow row = event_row_of<typename Row::type>();
  return row;
}

}  // namespace handoff::conformance
