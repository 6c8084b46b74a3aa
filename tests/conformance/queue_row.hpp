#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <span>
#include <vector>

#include "impl/queue/contract.hpp"

/// Queues whose types are erased, so that their checks are compiled once and not once for each row.
namespace handoff::conformance {

/// An item as the checks see it, whatever its size.
using Words = std::span<std::uint64_t>;
using ConstWords = std::span<const std::uint64_t>;

/// A producer's end of any queue. Destroying it destroys the end.
class AnyProducer {
 public:
  virtual ~AnyProducer() = default;
  virtual Status try_put(ConstWords item) = 0;
  virtual Status put(ConstWords item, Deadline deadline) = 0;
  virtual Batch put_some(ConstWords items, Deadline deadline) = 0;  ///< if it has batches
};

/// A consumer's end of any queue. Nothing is written to `item` unless the status is ok.
class AnyConsumer {
 public:
  virtual ~AnyConsumer() = default;
  virtual Status try_get(Words item) = 0;
  virtual Status get(Words item, Deadline deadline) = 0;
  virtual Batch get_some(Words items, Deadline deadline) = 0;  ///< if it has batches
};

/// A queue of one size of item and one capacity: how it is built, in memory of `bytes` bytes, and
/// used there.
struct QueueType {
  const Info& info;
  std::size_t item_words;
  bool has_batches;
  std::size_t bytes;
  std::align_val_t alignment;
  void (*build)(void* memory, QueueShape shape);
  void (*destroy)(void* queue);
  std::unique_ptr<AnyProducer> (*producer)(void* queue, unsigned i);
  std::unique_ptr<AnyConsumer> (*consumer)(void* queue, unsigned i);
  std::size_t (*capacity)(const void* queue);
  std::size_t (*size)(const void* queue);
  bool (*empty)(const void* queue);
  void (*close)(void* queue);
  void (*task_done)(void* queue);                  ///< null where it is not joinable
  Status (*join)(void* queue, Deadline deadline);  ///< likewise
};

inline constexpr std::size_t small_capacity = 8;
inline constexpr std::size_t large_item = 1000;  ///< bytes: neither small nor a power of two

/// Beyond what some queues of the kernel and of libraries allow.
inline constexpr std::size_t long_capacity = std::size_t{1} << 20;
inline constexpr std::size_t huge_item = 65536;

/// The types that the checks need of a row.
struct QueueRow {
  const Info& info;
  const QueueType& small;  ///< 8-byte items, small_capacity
  const QueueType& roomy;  ///< 64-byte items, room for several per worker, if there is no limit
  const QueueType& large;  ///< large items, small_capacity
  const QueueType& large_roomy;  ///< large items, as much room as above
  const QueueType* lengthy;      ///< 8-byte items, long_capacity; null where that is not limited
  const QueueType* huge;         ///< huge items, small_capacity; null where they are not limited
};

template <std::size_t Bytes>
struct Item {
  std::array<std::uint64_t, Bytes / sizeof(std::uint64_t)> words;
};

template <class Q>
class ProducerOf final : public AnyProducer {
  using Value = typename Q::value_type;

 public:
  ProducerOf(Q& queue, unsigned i) : end_(queue.producer(i)) {}

  Status try_put(ConstWords item) override { return end_.try_put(value_of(item)); }
  Status put(ConstWords item, Deadline deadline) override {
    return end_.put(value_of(item), deadline);
  }
  Batch put_some(ConstWords items, Deadline deadline) override {
    if constexpr (BatchQueue<Q>) {
      std::vector<Value> values(items.size_bytes() / sizeof(Value));
      std::memcpy(values.data(), items.data(), items.size_bytes());
      return end_.put_some(values, deadline);
    }
    return {Status::closed};
  }

 private:
  static Value value_of(ConstWords item) {
    Value value;
    std::memcpy(&value, item.data(), sizeof(value));
    return value;
  }

  decltype(std::declval<Q&>().producer(0)) end_;
};

template <class Q>
class ConsumerOf final : public AnyConsumer {
  using Value = typename Q::value_type;

 public:
  ConsumerOf(Q& queue, unsigned i) : end_(queue.consumer(i)) {}

  Status try_get(Words item) override {
    return into(item, [this](Value& value) { return end_.try_get(value); });
  }
  Status get(Words item, Deadline deadline) override {
    return into(item, [&](Value& value) { return end_.get(value, deadline); });
  }
  Batch get_some(Words items, Deadline deadline) override {
    if constexpr (BatchQueue<Q>) {
      std::vector<Value> values(items.size_bytes() / sizeof(Value));
      Batch batch = end_.get_some(values, deadline);
      std::memcpy(items.data(), values.data(), batch.count * sizeof(Value));
      return batch;
    }
    return {Status::closed};
  }

 private:
  template <class Get>
  static Status into(Words item, Get get) {
    Value value{};
    Status status = get(value);
    if (status == Status::ok) std::memcpy(item.data(), &value, sizeof(value));
    return status;
  }

  decltype(std::declval<Q&>().consumer(0)) end_;
};

template <class Q>
constexpr auto task_done_of() -> void (*)(void*) {
  if constexpr (JoinableQueue<Q>) {
    return [](void* queue) { static_cast<Q*>(queue)->task_done(); };
  } else {
    return nullptr;
  }
}
template <class Q>
constexpr auto join_of() -> Status (*)(void*, Deadline) {
  if constexpr (JoinableQueue<Q>) {
    return [](void* queue, Deadline deadline) { return static_cast<Q*>(queue)->join(deadline); };
  } else {
    return nullptr;
  }
}

template <Queue Q>
const QueueType& queue_type() {
  static constexpr QueueType type{
      .info = Q::info,
      .item_words = sizeof(typename Q::value_type) / sizeof(std::uint64_t),
      .has_batches = BatchQueue<Q>,
      .bytes = sizeof(Q),
      .alignment = std::align_val_t(alignof(Q)),
      .build = [](void* memory, QueueShape shape) { new (memory) Q(shape); },
      .destroy = [](void* queue) { std::destroy_at(static_cast<Q*>(queue)); },
      .producer = [](void* queue, unsigned i) -> std::unique_ptr<AnyProducer> {
        return std::make_unique<ProducerOf<Q>>(*static_cast<Q*>(queue), i);
      },
      .consumer = [](void* queue, unsigned i) -> std::unique_ptr<AnyConsumer> {
        return std::make_unique<ConsumerOf<Q>>(*static_cast<Q*>(queue), i);
      },
      .capacity = [](const void* queue) { return static_cast<const Q*>(queue)->capacity(); },
      .size = [](const void* queue) { return static_cast<const Q*>(queue)->size(); },
      .empty = [](const void* queue) { return handoff::empty(*static_cast<const Q*>(queue)); },
      .close = [](void* queue) { static_cast<Q*>(queue)->close(); },
      .task_done = task_done_of<Q>(),
      .join = join_of<Q>(),
  };
  return type;
}

/// The type, where there is a limit that it may be over.
template <bool limited, class Row, std::size_t bytes, std::size_t capacity>
const QueueType* queue_type_if() {
  if constexpr (limited) {
    return &queue_type<typename Row::template type<Item<bytes>, capacity>>();
  } else {
    return nullptr;
  }
}

/// `Row::type<Item, Capacity>` is the queue.
template <class Row>
const QueueRow& queue_row() {
  constexpr const Info& info = Row::template type<Item<8>, small_capacity>::info;
  constexpr std::size_t room = info.largest_capacity == no_limit ? 64 : small_capacity;
  static const QueueRow row{
      .info = info,
      .small = queue_type<typename Row::template type<Item<8>, small_capacity>>(),
      .roomy = queue_type<typename Row::template type<Item<64>, room>>(),
      .large = queue_type<typename Row::template type<Item<large_item>, small_capacity>>(),
      .large_roomy = queue_type<typename Row::template type<Item<large_item>, room>>(),
      .lengthy = queue_type_if<info.largest_capacity != no_limit, Row, 8, long_capacity>(),
      .huge = queue_type_if<info.largest_message != no_limit, Row, huge_item, small_capacity>(),
  };
  return row;
}

}  // namespace handoff::conformance
