#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <new>
#include <optional>

#include "impl/value/contract.hpp"

/// A value whose type is erased but for its elements', so that its checks are compiled once and not
/// once for each row.
namespace handoff::conformance {

using Number = std::uint64_t;
inline constexpr std::size_t length = 16;

/// Eight words that are equal whenever it is whole.
struct alignas(64) Wide {
  std::array<Number, 8> words{};

  static Wide of(Number number) {
    Wide wide;
    wide.words.fill(number);
    return wide;
  }
  bool whole() const {
    for (Number word : words) {
      if (word != words[0]) return false;
    }
    return true;
  }
  friend Wide operator+(Wide a, Wide b) {
    for (std::size_t i = 0; i < a.words.size(); ++i) a.words[i] += b.words[i];
    return a;
  }
};
inline constexpr std::size_t wide_length = 4;

/// The change of an element, which it sees where it lies.
template <class T>
using Change = std::function<T(const T&)>;

/// A handle of any value of these elements.
template <class T>
class AnyHandle {
 public:
  virtual ~AnyHandle() = default;
  virtual T load(std::size_t index) = 0;
  virtual void store(T value, std::size_t index) = 0;
  virtual void add(T value, std::size_t index) = 0;
  virtual void update(const Change<T>& change, std::size_t index) = 0;
  virtual void read(std::size_t index, std::span<T> into) = 0;
  virtual void write(std::size_t index, std::span<const T> from) = 0;
};

/// How a row's value of such elements is built, in memory of `bytes` bytes, and used there.
template <class T>
struct ValueForm {
  std::size_t bytes;
  std::align_val_t alignment;
  void (*build)(void* memory, ValueShape shape);
  void (*destroy)(void* value);
  std::unique_ptr<AnyHandle<T>> (*handle)(void* value, unsigned worker);
};

struct ValueRow {
  const Info& info;
  bool locked;
  ValueForm<Number> numbers;             ///< `length` of them
  ValueForm<Number> counter;             ///< one
  std::optional<ValueForm<Wide>> wides;  ///< `wide_length` of them, where the row takes such
};

template <class T, class Handle>
class HandleOf final : public AnyHandle<T> {
 public:
  explicit HandleOf(Handle handle) : handle_(std::move(handle)) {}

  T load(std::size_t index) override { return handle_.load(index); }
  void store(T value, std::size_t index) override { handle_.store(value, index); }
  void add(T value, std::size_t index) override { handle_.add(value, index); }
  void update(const Change<T>& change, std::size_t index) override {
    handle_.update([&](const T& before) { return change(before); }, index);
  }
  void read(std::size_t index, std::span<T> into) override { handle_.read(index, into); }
  void write(std::size_t index, std::span<const T> from) override { handle_.write(index, from); }

 private:
  Handle handle_;
};

template <Value V>
constexpr auto value_form() {
  using T = typename V::value_type;
  return ValueForm<T>{
      .bytes = sizeof(V),
      .alignment = std::align_val_t(alignof(V)),
      .build = [](void* memory, ValueShape shape) { new (memory) V(shape); },
      .destroy = [](void* value) { std::destroy_at(static_cast<V*>(value)); },
      .handle = [](void* value, unsigned worker) -> std::unique_ptr<AnyHandle<T>> {
        using Handle = decltype(std::declval<V&>().handle(0));
        return std::make_unique<HandleOf<T, Handle>>(static_cast<V*>(value)->handle(worker));
      },
  };
}

/// `Row` offers `template type<T, Length>`.
template <class Row>
const ValueRow& value_row() {
  using Numbers = typename Row::template type<Number, length>;
  static constexpr ValueRow row{
      .info = Numbers::info,
      .locked = Numbers::locked,
      .numbers = value_form<Numbers>(),
      .counter = value_form<typename Row::template type<Number, 1>>(),
      .wides = []() -> std::optional<ValueForm<Wide>> {
        if constexpr (requires { typename Row::template type<Wide, wide_length>; }) {
          return value_form<typename Row::template type<Wide, wide_length>>();
        }
        return std::nullopt;
      }(),
  };
  return row;
}

}  // namespace handoff::conformance
