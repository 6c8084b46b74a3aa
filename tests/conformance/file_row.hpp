#pragma once

#include <memory>
#include <new>

#include "impl/file/contract.hpp"

/// A record file whose type is erased, so that its checks are compiled once and not once for each
/// row.
namespace handoff::conformance {

class AnyAppender {
 public:
  virtual ~AnyAppender() = default;
  virtual void append(std::span<const std::byte> record) = 0;
};

/// How a row's file is built, in memory of `bytes` bytes, and used there.
struct FileRow {
  const Info& info;
  std::size_t bytes;
  std::align_val_t alignment;
  void (*build)(void* memory, FileShape shape);
  void (*destroy)(void* file);
  std::unique_ptr<AnyAppender> (*appender)(void* file, unsigned worker);
  int (*descriptor)(void* file);
};

template <class Appender>
class AppenderOf final : public AnyAppender {
 public:
  explicit AppenderOf(Appender appender) : appender_(std::move(appender)) {}
  void append(std::span<const std::byte> record) override { appender_.append(record); }

 private:
  Appender appender_;
};

/// `Row` offers `type`.
template <class Row>
const FileRow& file_row() {
  using F = typename Row::type;
  static_assert(RecordFile<F>);
  static constexpr FileRow row{
      .info = F::info,
      .bytes = sizeof(F),
      .alignment = std::align_val_t(alignof(F)),
      .build = [](void* memory, FileShape shape) { new (memory) F(shape); },
      .destroy = [](void* file) { std::destroy_at(static_cast<F*>(file)); },
      .appender = [](void* file, unsigned worker) -> std::unique_ptr<AnyAppender> {
        using Appender = decltype(std::declval<F&>().appender(0));
        return std::make_unique<AppenderOf<Appender>>(static_cast<F*>(file)->appender(worker));
      },
      .descriptor = [](void* file) { return static_cast<F*>(file)->descriptor(); },
  };
  return row;
}

}  // namespace handoff::conformance
