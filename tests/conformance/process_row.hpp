#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <utility>
#include <vector>

#include "impl/process/contract.hpp"

/// A worker whose type is erased, so that the checks are compiled once and not once for each row.
namespace handoff::conformance {

/// What the tasks of the checks are given.
using Numbers = std::array<std::int64_t, 4>;

/// Aligned as strictly as a memory file allows that is mapped, and of many pages.
struct alignas(4096) Large {
  std::array<std::uint64_t, 65536> words{};
};

class AnyWorker {
 public:
  virtual ~AnyWorker() = default;
  virtual bool join(Deadline deadline) = 0;
  virtual bool is_alive() = 0;
  virtual std::optional<int> exit_code() = 0;
  virtual void terminate() = 0;
  virtual void kill() = 0;
  virtual void close() = 0;
  virtual pid_t pid() = 0;
  virtual int sentinel() = 0;
  virtual std::chrono::nanoseconds processor_time() = 0;
  virtual std::string_view name() = 0;
  virtual bool daemon() = 0;
};

using StartedWorker = std::unique_ptr<AnyWorker>;

struct ProcessRow {
  const Info& info;
  bool can_be_killed;
  bool has_daemons;
  bool is_detached;
  bool is_copy;
  bool from_one_thread;
  StartedWorker (*start)(WorkerTask<Numbers> task, const Numbers& numbers,
                         const WorkerOptions& options);
  StartedWorker (*start_large)(WorkerTask<Large> task, const Large& large,
                               const WorkerOptions& options);
  std::vector<pid_t> (*active_children)();
  pid_t (*server)();  ///< null: it has none
};

template <class W>
class WorkerOf final : public AnyWorker {
 public:
  explicit WorkerOf(W worker) : worker_(std::move(worker)) {}
  /// Does not wait for one that a failed check has left waiting.
  ~WorkerOf() override {
    if (W::can_be_killed && std::uncaught_exceptions() > 0 && !is_closed_) worker_.kill();
  }

  bool join(Deadline deadline) override { return worker_.join(deadline); }
  bool is_alive() override { return worker_.is_alive(); }
  std::optional<int> exit_code() override { return worker_.exit_code(); }
  void terminate() override { worker_.terminate(); }
  void kill() override { worker_.kill(); }
  void close() override {
    worker_.close();
    is_closed_ = true;
  }
  pid_t pid() override { return worker_.pid(); }
  int sentinel() override { return worker_.sentinel(); }
  std::chrono::nanoseconds processor_time() override { return worker_.processor_time(); }
  std::string_view name() override { return worker_.name(); }
  bool daemon() override { return worker_.daemon(); }

 private:
  W worker_;
  bool is_closed_ = false;
};

template <class W>
constexpr ProcessRow process_row_of() {
  static_assert(Process<W>);
  ProcessRow row{
      .info = W::info,
      .can_be_killed = W::can_be_killed,
      .has_daemons = W::has_daemons,
      .is_detached = W::is_detached,
      .is_copy = W::is_copy,
      .from_one_thread = W::from_one_thread,
      .start = [](WorkerTask<Numbers> task, const Numbers& numbers,
                  const WorkerOptions& options) -> StartedWorker {
        return std::make_unique<WorkerOf<W>>(W::start(task, numbers, options));
      },
      .start_large = [](WorkerTask<Large> task, const Large& large,
                        const WorkerOptions& options) -> StartedWorker {
        return std::make_unique<WorkerOf<W>>(W::start(task, large, options));
      },
      .active_children = W::active_children,
      .server = nullptr,
  };
  if constexpr (requires { W::server(); }) row.server = W::server;
  return row;
}

/// `Row` offers `type`.
template <class Row>
const ProcessRow& process_row() {
  static constexpr ProcessRow row = process_row_of<typename Row::type>();
  return row;
}

}  // namespace handoff::conformance
