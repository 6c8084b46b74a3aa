#pragma once

#include <algorithm>
#include <array>
#include <mutex>

#include "../common/cpu.hpp"
#include "contract.hpp"

namespace handoff {

/// Elements beside the lock that guards them; both may lie in shared memory.
template <class T, std::size_t Length, class Mutex>
struct LockedElements {
  alignas(isolation) Mutex mutex;  // one line brings the lock and the first elements
  std::array<T, Length> elements{};
};

/// What a worker does with locked elements. `info` is the implementation's.
template <class T, std::size_t Length, class Mutex, const Info& info>
class LockedHandle {
 public:
  explicit LockedHandle(LockedElements<T, Length, Mutex>& shared) : shared_(&shared) {}

  T load(std::size_t index) const {
    return locked(index, 1, [](T* element) { return *element; });
  }
  void store(T value, std::size_t index) {
    locked(index, 1, [&](T* element) { *element = value; });
  }
  void add(T value, std::size_t index) {
    locked(index, 1, [&](T* element) { *element = static_cast<T>(*element + value); });
  }
  /// Leaves the element as it was when `change` throws.
  template <class Change>
  void update(Change change, std::size_t index) {
    locked(index, 1, [&](T* element) { *element = change(*element); });
  }
  void read(std::size_t index, std::span<T> into) const {
    locked(index, into.size(),
           [&](const T* first) { std::copy_n(first, into.size(), into.begin()); });
  }
  void write(std::size_t index, std::span<const T> from) {
    locked(index, from.size(), [&](T* first) { std::copy(from.begin(), from.end(), first); });
  }

 private:
  template <class Access>
  auto locked(std::size_t index, std::size_t count, Access access) const {
    check_range(info.name, index, count, Length);
    std::lock_guard lock(shared_->mutex);
    return access(shared_->elements.data() + index);
  }

  LockedElements<T, Length, Mutex>* shared_;
};

}  // namespace handoff
