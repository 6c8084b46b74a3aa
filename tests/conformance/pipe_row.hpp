#pragma once

#include <memory>
#include <new>
#include <utility>

#include "impl/pipe/contract.hpp"

/// A pipe whose type is erased, so that its checks are compiled once and not once for each row.
namespace handoff::conformance {

/// An end of any pipe. Destroying it destroys the end.
class AnyPipeEnd {
 public:
  virtual ~AnyPipeEnd() = default;
  virtual Status send(std::span<const std::byte> message) = 0;
  virtual Received receive(std::span<std::byte> buffer) = 0;
  virtual bool poll(Deadline deadline) = 0;
  virtual int descriptor() const = 0;
  virtual void close() = 0;
  /// A new end, moved from this one.
  virtual std::unique_ptr<AnyPipeEnd> moved() = 0;
};

/// What a row's pipe is and how it is built, in memory of `bytes` bytes, and used there.
struct PipeRow {
  const Info& info;
  std::size_t bytes;
  std::align_val_t alignment;
  void (*build)(void* memory, PipeShape shape);
  void (*destroy)(void* pipe);
  std::unique_ptr<AnyPipeEnd> (*end)(void* pipe, unsigned i);
  void (*abandon)(void* pipe);
};

template <class End>
class PipeEndOf final : public AnyPipeEnd {
 public:
  template <class Make>
  explicit PipeEndOf(Make make) : end_(make()) {}

  Status send(std::span<const std::byte> message) override { return end_.send(message); }
  Received receive(std::span<std::byte> buffer) override { return end_.receive(buffer); }
  bool poll(Deadline deadline) override { return end_.poll(deadline); }
  int descriptor() const override { return end_.descriptor(); }
  void close() override { end_.close(); }
  std::unique_ptr<AnyPipeEnd> moved() override {
    return std::make_unique<PipeEndOf>([this] { return End(std::move(end_)); });
  }

 private:
  End end_;
};

template <Pipe P>
const PipeRow& pipe_row() {
  static constexpr PipeRow row{
      .info = P::info,
      .bytes = sizeof(P),
      .alignment = std::align_val_t(alignof(P)),
      .build = [](void* memory, PipeShape shape) { new (memory) P(shape); },
      .destroy = [](void* pipe) { std::destroy_at(static_cast<P*>(pipe)); },
      .end = [](void* pipe, unsigned i) -> std::unique_ptr<AnyPipeEnd> {
        auto take = [=] { return static_cast<P*>(pipe)->end(i); };
        return std::make_unique<PipeEndOf<decltype(take())>>(take);
      },
      .abandon = [](void* pipe) { static_cast<P*>(pipe)->abandon(); },
  };
  return row;
}

}  // namespace handoff::conformance
