#pragma once

#include <cstddef>
#include <span>
#include <utility>

#include "contract.hpp"
#include "process_pool.hpp"

namespace handoff::detail {

/// A reply as it arrives from a worker process in pieces of any size: its header, the results, and
/// the message of the first task that failed. The results go where the batch wants them.
template <class Header>
class IncomingReply {
 public:
  /// Takes what has arrived by `receive(bytes)`, which returns how many it got. Null until the
  /// reply is whole, and then its batch, which is `batch_of(header)`.
  template <class Receive, class BatchOf>
  Batch* take(Receive receive, BatchOf batch_of) {
    for (;;) {
      std::span<std::byte> to = next_part();
      std::size_t now = receive(to);
      received_ += now;
      if (now < to.size()) return nullptr;
      if (received_ == sizeof(Header)) {
        batch_ = batch_of(header_);
        batch_->failure.resize(header_.message_bytes);
      }
      if (!next_part().empty()) continue;
      received_ = 0;
      return std::exchange(batch_, nullptr);
    }
  }
  /// Of the last one that was whole.
  const Header& header() const { return header_; }

 private:
  /// Where the next bytes belong.
  std::span<std::byte> next_part() {
    std::size_t at = received_;
    if (at < sizeof(Header)) return std::as_writable_bytes(std::span(&header_, 1)).subspan(at);
    at -= sizeof(Header);
    if (at < batch_->result_bytes) return {batch_->results + at, batch_->result_bytes - at};
    return std::as_writable_bytes(std::span(batch_->failure)).subspan(at - batch_->result_bytes);
  }

  Header header_{};
  std::size_t received_ = 0;  ///< bytes, those of the header included
  Batch* batch_ = nullptr;    ///< once the header is there
};

/// What a whole reply makes of its batch.
inline void settle_answer(Batch& batch, DoneList& done) {
  settle(batch, batch.failure.empty() ? BatchState::done : BatchState::task_failed, done);
}

/// Pending, as if it had never been submitted.
inline void renew(Batch& batch) {
  batch.state.store(BatchState::pending, std::memory_order_relaxed);  // own thread
  batch.failure.clear();
}

}  // namespace handoff::detail
