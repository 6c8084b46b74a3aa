#pragma once

#include <algorithm>
#include <array>
#include <mutex>
#include <shared_mutex>

#include "../common/cpu.hpp"
#include "contract.hpp"

namespace handoff {

/// Elements beside the lock that guards them; both may lie in shared memory.
template <class T, std::size_t Length, class Lock>
struct LockedElements {
  alignas(isolation) Lock lock;  // one line brings the lock and the first elements
  std::array<T, Length> elements{};
};

template <class Lock>
concept HasSharedForm = requires(Lock lock) {
  lock.lock_shared();
  lock.unlock_shared();
};

/// What a worker does with locked elements. `info` is the implementation's.
template <class T, std::size_t Length, class Lock, const Info& info>
class LockedHandle {
 public:
  explicit LockedHandle(LockedElements<T, Length, Lock>& shared) : shared_(&shared) {}

  T load(std::size_t index) const {
    return look(index, 1, [](const T* element) { return *element; });
  }
  void store(T value, std::size_t index) {
    change_locked(index, 1, [&](T* element) { *element = value; });
  }
  void add(T value, std::size_t index) {
    change_locked(index, 1, [&](T* element) { *element = static_cast<T>(*element + value); });
  }
  /// Leaves the element as it was when `change` throws.
  template <class Change>
  void update(Change change, std::size_t index) {
    change_locked(index, 1, [&](T* element) { *element = change(*element); });
  }
  void read(std::size_t index, std::span<T> into) const {
    look(index, into.size(),
         [&](const T* first) { std::copy_n(first, into.size(), into.begin()); });
  }
  void write(std::size_t index, std::span<const T> from) {
    change_locked(index, from.size(),
                  [&](T* first) { std::copy(from.begin(), from.end(), first); });
  }

 private:
  using ReadGuard =
      std::conditional_t<HasSharedForm<Lock>, std::shared_lock<Lock>, std::unique_lock<Lock>>;

  template <class Access>
  auto look(std::size_t index, std::size_t count, Access access) const {
    check_range(info.name, index, count, Length);
    ReadGuard guard(shared_->lock);
    return access(shared_->elements.data() + index);
  }
  template <class Access>
  void change_locked(std::size_t index, std::size_t count, Access access) {
    check_range(info.name, index, count, Length);
    std::lock_guard guard(shared_->lock);
    access(shared_->elements.data() + index);
  }

  LockedElements<T, Length, Lock>* shared_;
};

/// A value that lies beside its lock in its own memory: all that one more lock needs is its Info.
template <class T, std::size_t Length, class Lock, const Info& value_info>
class LockedValue {
 public:
  using value_type = T;
  using Handle = LockedHandle<T, Length, Lock, value_info>;
  static constexpr bool locked = true;
  static constexpr const Info& info = value_info;

  explicit LockedValue(ValueShape shape) : workers_(info.name, shape.workers) {}
  Handle handle(unsigned worker) { return Handle(workers_.for_worker(*this, worker).shared_); }

 private:
  LockedElements<T, Length, Lock> shared_;
  NumberedWorkers workers_;
};

}  // namespace handoff
