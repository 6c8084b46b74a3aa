#pragma once

#include "impl/signal/contract.hpp"
#include "tests/conformance/forms.hpp"

/// Messengers, alarms and watchers of children whose types are erased.
namespace handoff::conformance {

class AnyMessengerHandle {
 public:
  virtual ~AnyMessengerHandle() = default;
  virtual Status send(unsigned to, int value) = 0;
  virtual std::optional<int> wait(Deadline deadline) = 0;
  virtual void on_arrival(void (*function)(void*), void* context) = 0;
};

class AnyAlarmHandle {
 public:
  virtual ~AnyAlarmHandle() = default;
  virtual void set(Deadline due) = 0;
  virtual void cancel() = 0;
  virtual bool wait(Deadline deadline) = 0;
};

class AnyWatcherHandle {
 public:
  virtual ~AnyWatcherHandle() = default;
  virtual void watch(pid_t child) = 0;
  virtual std::optional<ChildEnd> wait(Deadline deadline) = 0;
};

struct MessengerRow {
  const Info& info;
  const MessengerFacts& facts;
  bool interrupts;  ///< its handles are InterruptingHandles
  Form<SignalShape, AnyMessengerHandle> form;
};

struct AlarmRow {
  const Info& info;
  Form<SignalShape, AnyAlarmHandle> form;
};

struct WatcherRow {
  const Info& info;
  const WatcherFacts& facts;
  Form<SignalShape, AnyWatcherHandle> form;
};

template <MessengerHandle Handle>
class MessengerHandleOf final : public AnyMessengerHandle {
 public:
  explicit MessengerHandleOf(Handle handle) : handle_(std::move(handle)) {}

  Status send(unsigned to, int value) override { return handle_.send(to, value); }
  std::optional<int> wait(Deadline deadline) override { return handle_.wait(deadline); }
  void on_arrival(void (*function)(void*), void* context) override {
    if constexpr (InterruptingHandle<Handle>) {
      handle_.on_arrival(function, context);
    } else {
      throw std::logic_error("it does not interrupt");
    }
  }

 private:
  Handle handle_;
};

template <AlarmHandle Handle>
class AlarmHandleOf final : public AnyAlarmHandle {
 public:
  explicit AlarmHandleOf(Handle handle) : handle_(std::move(handle)) {}

  void set(Deadline due) override { handle_.set(due); }
  void cancel() override { handle_.cancel(); }
  bool wait(Deadline deadline) override { return handle_.wait(deadline); }

 private:
  Handle handle_;
};

template <WatcherHandle Handle>
class WatcherHandleOf final : public AnyWatcherHandle {
 public:
  explicit WatcherHandleOf(Handle handle) : handle_(std::move(handle)) {}

  void watch(pid_t child) override { handle_.watch(child); }
  std::optional<ChildEnd> wait(Deadline deadline) override { return handle_.wait(deadline); }

 private:
  Handle handle_;
};

template <class S>
constexpr auto signal_row_of() {
  using Handle = decltype(std::declval<S&>().handle(0));
  if constexpr (Messenger<S>) {
    return MessengerRow{
        .info = S::info,
        .facts = S::facts,
        .interrupts = InterruptingHandle<Handle>,
        .form = form_of<S, MessengerHandleOf<Handle>, SignalShape, AnyMessengerHandle>()};
  } else if constexpr (Alarm<S>) {
    return AlarmRow{.info = S::info,
                    .form = form_of<S, AlarmHandleOf<Handle>, SignalShape, AnyAlarmHandle>()};
  } else {
    static_assert(ChildWatcher<S>);
    return WatcherRow{.info = S::info,
                      .facts = S::facts,
                      .form = form_of<S, WatcherHandleOf<Handle>, SignalShape, AnyWatcherHandle>()};
  }
}

/// `Row` offers `type`.
template <class Row>
const auto& signal_row() {
  static constexpr auto row = signal_row_of<typename Row::type>();
  return row;
}

}  // namespace handoff::conformance
