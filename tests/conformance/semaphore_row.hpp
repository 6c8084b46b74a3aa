#pragma once

#include "impl/semaphore/contract.hpp"
#include "tests/conformance/forms.hpp"

/// A semaphore whose type is erased.
namespace handoff::conformance {

class AnySemaphoreHandle {
 public:
  virtual ~AnySemaphoreHandle() = default;
  virtual void acquire() = 0;
  virtual bool try_acquire() = 0;
  virtual bool try_acquire_until(Deadline deadline) = 0;  ///< of timed rows
  virtual void release(std::size_t n) = 0;
  virtual std::size_t value() const = 0;  ///< of counted rows
};

struct SemaphoreRow {
  const Info& info;
  const SemaphoreFacts& facts;
  bool timed;
  bool counted;
  Form<SemaphoreShape, AnySemaphoreHandle> form;
};

template <SemaphoreHandle Handle>
class SemaphoreHandleOf final : public AnySemaphoreHandle {
 public:
  explicit SemaphoreHandleOf(Handle handle) : handle_(std::move(handle)) {}

  void acquire() override { handle_.acquire(); }
  bool try_acquire() override { return handle_.try_acquire(); }
  bool try_acquire_until(Deadline deadline) override {
    if constexpr (TimedSemaphoreHandle<Handle>) return handle_.try_acquire_until(deadline);
    throw std::logic_error("a semaphore that is not timed");
  }
  void release(std::size_t n) override {
    if (n == 1) {
      handle_.release();
    } else {
      handle_.release(n);
    }
  }
  std::size_t value() const override {
    if constexpr (CountedSemaphoreHandle<Handle>) return handle_.value();
    throw std::logic_error("a semaphore that does not tell its value");
  }

 private:
  Handle handle_;
};

template <Semaphore S>
constexpr SemaphoreRow semaphore_row_of() {
  using Handle = decltype(std::declval<S&>().handle(0));
  return {
      .info = S::info,
      .facts = S::facts,
      .timed = TimedSemaphoreHandle<Handle>,
      .counted = CountedSemaphoreHandle<Handle>,
      .form = form_of<S, SemaphoreHandleOf<Handle>, SemaphoreShape, AnySemaphoreHandle>(),
  };
}

/// `Row` offers `type`.
template <class Row>
const SemaphoreRow& semaphore_row() {
  static constexpr SemaphoreRow row = semaphore_row_of<typename Row::type>();
  return row;
}

}  // namespace handoff::conformance
