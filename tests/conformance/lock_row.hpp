#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <new>
#include <stdexcept>

#include "impl/lock/contract.hpp"

/// A lock whose type is erased, so that its checks are compiled once and not once for each row.
namespace handoff::conformance {

/// A handle of any lock.
class AnyLockHandle {
 public:
  virtual ~AnyLockHandle() = default;
  virtual void lock() = 0;
  virtual bool try_lock() = 0;
  virtual bool try_lock_until(Deadline deadline) = 0;  ///< of timed rows
  virtual bool lock_and_tell() = 0;                    ///< of telling rows
  virtual void unlock() = 0;
  /// Calls `inside` under the C++ library's guard of the row's own type of handle.
  virtual void guard(const std::function<void()>& inside) = 0;
};

struct LockRow {
  const Info& info;
  const LockFacts& facts;
  bool timed;
  bool telling;
  std::size_t bytes;
  std::align_val_t alignment;
  void (*build)(void* memory, LockShape shape);
  void (*destroy)(void* lock);
  std::unique_ptr<AnyLockHandle> (*handle)(void* lock, unsigned worker);
};

inline bool waits_awake(const LockRow& row) {
  return row.info.waiting == Waiting::spins || row.info.waiting == Waiting::spins_then_yields;
}

template <Lock L>
class LockHandleOf final : public AnyLockHandle {
 public:
  LockHandleOf(L& lock, unsigned worker) : handle_(lock.handle(worker)) {}

  void lock() override { handle_.lock(); }
  bool try_lock() override { return handle_.try_lock(); }
  bool try_lock_until(Deadline deadline) override {
    if constexpr (TimedLockHandle<Handle>) return handle_.try_lock_until(deadline);
    throw std::logic_error("a lock that is not timed");
  }
  bool lock_and_tell() override {
    if constexpr (TellingLockHandle<Handle>) return handle_.lock_and_tell();
    throw std::logic_error("a lock that tells nothing");
  }
  void unlock() override { handle_.unlock(); }
  void guard(const std::function<void()>& inside) override {
    std::lock_guard<Handle> guard(handle_);
    inside();
  }

 private:
  using Handle = decltype(std::declval<L&>().handle(0));
  Handle handle_;
};

template <Lock L>
constexpr LockRow lock_row_of() {
  using Handle = decltype(std::declval<L&>().handle(0));
  return {
      .info = L::info,
      .facts = L::facts,
      .timed = TimedLockHandle<Handle>,
      .telling = TellingLockHandle<Handle>,
      .bytes = sizeof(L),
      .alignment = std::align_val_t(alignof(L)),
      .build = [](void* memory, LockShape shape) { new (memory) L(shape); },
      .destroy = [](void* lock) { std::destroy_at(static_cast<L*>(lock)); },
      .handle = [](void* lock, unsigned worker) -> std::unique_ptr<AnyLockHandle> {
        return std::make_unique<LockHandleOf<L>>(*static_cast<L*>(lock), worker);
      },
  };
}

/// `Row` offers `type`.
template <class Row>
const LockRow& lock_row() {
  static constexpr LockRow row = lock_row_of<typename Row::type>();
  return row;
}

}  // namespace handoff::conformance
