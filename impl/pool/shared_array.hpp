#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <memory>
#include <span>

#include "../common/status.hpp"

namespace handoff::detail {

/// Objects in memory that this process shares with those that it forks. They are not destroyed: a
/// worker that was killed may have been about to change them.
template <class T>
class SharedArray {
 public:
  explicit SharedArray(std::size_t size) {
    void* memory =
        mmap(nullptr, size * sizeof(T), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw_errno("mmap of a pool's shared memory");
    items_ = {static_cast<T*>(memory), size};
    std::uninitialized_default_construct(items_.begin(), items_.end());
  }
  ~SharedArray() { munmap(items_.data(), items_.size_bytes()); }
  SharedArray(const SharedArray&) = delete;
  SharedArray& operator=(const SharedArray&) = delete;

  T& operator[](std::size_t i) const { return items_[i]; }
  std::size_t size() const { return items_.size(); }
  T* begin() const { return items_.data(); }
  T* end() const { return items_.data() + items_.size(); }

 private:
  std::span<T> items_;
};

}  // namespace handoff::detail
