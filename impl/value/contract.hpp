#pragma once

#include <concepts>
#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>

#include "../common/info.hpp"
#include "../common/numbered_workers.hpp"
#include "../common/status.hpp"

/// Value: an array of `Length` elements of one type that several workers read and change; a
/// single value is an array of one.
///
/// An implementation is a class template `X<T, Length>`. The object is built zero-filled before
/// the workers start, in shared memory if they are processes; each worker takes its own handle.
/// `update(f, index)` replaces an element by f(element) while nobody else changes it. Locked
/// forms never show a torn element or slice. An index or slice out of range raises
/// std::out_of_range, as does the handle of a worker that the shape does not have; a shape of no
/// workers or of too many raises. A worker that is killed leaves a change undone when it was still
/// computing it; killed while it stored a wide element or a slice, it may leave half of it in forms
/// whose survivors go on.
namespace handoff {

struct ValueShape {
  unsigned workers = 1;
  Peers peers = Peers::threads;
};

template <class Handle, class T>
concept ValueHandle = requires(Handle handle, T value, std::size_t index, T (*change)(T),
                               std::span<T> into, std::span<const T> from) {
  { handle.load(index) } -> std::same_as<T>;
  handle.store(value, index);
  handle.add(value, index);
  handle.update(change, index);
  handle.read(index, into);   // elements [index, index + into.size())
  handle.write(index, from);  // elements [index, index + from.size())
};

template <class V>
concept Value = std::is_trivially_copyable_v<typename V::value_type> &&
    requires(V value, ValueShape shape, unsigned i) {
  { V::info } -> std::convertible_to<Info>;
  { V::locked } -> std::convertible_to<bool>;  // slices and wide types whole
  {V(shape)};
  { value.handle(i) } -> ValueHandle<typename V::value_type>;
};

/// Raises unless [first, first + count) lies within `length` elements.
inline void check_range(std::string_view value, std::size_t first, std::size_t count,
                        std::size_t length) {
  if (first <= length && count <= length - first) return;
  throw std::out_of_range(std::string(value) + ": elements " + std::to_string(first) + " to " +
                          std::to_string(first + count) + " of " + std::to_string(length));
}

}  // namespace handoff
