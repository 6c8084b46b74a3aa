#pragma once

#include <memory>
#include <span>
#include <stdexcept>
#include <vector>

#include "impl/pool/contract.hpp"
#include "impl/pool/task_pool.hpp"

/// A pool whose type is erased, so that the checks are compiled once and not once for each row.
namespace handoff::conformance {

class AnyPool {
 public:
  virtual ~AnyPool() = default;
  virtual void submit(Batch& batch) = 0;
  virtual void wait(Batch& batch) = 0;
  virtual void run_within_task(std::span<Batch> batches) = 0;
  virtual Batch* next_done(Deadline deadline) = 0;
  virtual void close() = 0;
  virtual void terminate() = 0;
  virtual void join() = 0;
  virtual std::vector<pid_t> worker_ids() = 0;
};

template <class P>
class PoolOf final : public AnyPool {
 public:
  explicit PoolOf(const PoolShape& shape) : pool_(shape) {}

  void submit(Batch& batch) override { pool_.submit(batch); }
  void wait(Batch& batch) override { pool_.wait(batch); }
  void run_within_task(std::span<Batch> batches) override {
    if constexpr (NestsBatches<P>) {
      pool_.run_within_task(batches);
    } else {
      throw std::logic_error("it cannot nest batches");
    }
  }
  Batch* next_done(Deadline deadline) override { return pool_.next_done(deadline); }
  void close() override { pool_.close(); }
  void terminate() override { pool_.terminate(); }
  void join() override { pool_.join(); }
  std::vector<pid_t> worker_ids() override { return pool_.worker_ids(); }

 private:
  P pool_;
};

struct PoolRow {
  const Info& info;
  bool replaces_workers;
  bool nests_batches;
  std::unique_ptr<AnyPool> (*make)(const PoolShape& shape);
};

template <class P>
constexpr PoolRow pool_row_of() {
  static_assert(Pool<P>);
  return {.info = P::info,
          .replaces_workers = P::replaces_workers,
          .nests_batches = NestsBatches<P>,
          .make = [](const PoolShape& shape) -> std::unique_ptr<AnyPool> {
            return std::make_unique<PoolOf<P>>(shape);
          }};
}

/// `Row` offers `type`.
template <class Row>
const PoolRow& pool_row() {
  static constexpr PoolRow row = pool_row_of<typename Row::type>();
  return row;
}

class ErasedPool {
 public:
  ErasedPool(const PoolRow& row, const PoolShape& shape) : pool_(row.make(shape)) {}

  void submit(Batch& batch) { pool_->submit(batch); }
  void wait(Batch& batch) { pool_->wait(batch); }
  Batch* next_done(Deadline deadline) { return pool_->next_done(deadline); }
  void close() { pool_->close(); }
  void terminate() { pool_->terminate(); }
  void join() { pool_->join(); }
  std::vector<pid_t> worker_ids() { return pool_->worker_ids(); }
  AnyPool* get() { return pool_.get(); }

 private:
  std::unique_ptr<AnyPool> pool_;
};

using Tasks = TaskPool<ErasedPool>;

}  // namespace handoff::conformance
