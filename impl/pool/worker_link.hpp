#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>

#include "batch.hpp"
#include "contract.hpp"
#include "forked_worker.hpp"
#include "prefork_worker.hpp"

namespace handoff::detail {

/// What the parent knows of one worker process, and its side of their conversation.
class WorkerLink {
 public:
  ForkedWorker process;
  std::deque<Batch*> held;  ///< dealt and not answered, oldest first

  /// Whether the last request has gone as a whole.
  bool has_sent_all() const { return unsent_ == 0; }

  /// Begins the request; the worker must have been sent all before.
  void ask(Batch& batch) {
    held.push_back(&batch);
    request_ = {batch.function, batch.count, batch.argument_bytes, batch.result_bytes};
    unsent_ = sizeof(RequestHeader) + batch.argument_bytes;
  }

  /// Sends what is left of the last request; whether any byte went.
  template <class Lanes>
  bool send(Lanes& lanes, unsigned lane) {
    if (unsent_ == 0) return false;
    const Batch& batch = *held.back();
    Parts whole{std::as_bytes(std::span(&request_, 1)),
                std::span(batch.arguments, batch.argument_bytes)};
    std::size_t now = lanes.send(lane, parts_after(bytes_of(whole) - unsent_, whole));
    unsent_ -= now;
    return now != 0;
  }

  /// Takes what replies have arrived; whether any byte has.
  template <class Lanes>
  bool receive(Lanes& lanes, unsigned lane) {
    bool has_received = false;
    while (!held.empty()) {
      Batch& batch = *held.front();
      std::span<std::byte> to = reply_part(batch);
      std::size_t now = lanes.receive(lane, to);
      received_ += now;
      has_received |= now != 0;
      if (now < to.size()) break;
      if (received_ == sizeof(ReplyHeader)) batch.failure.resize(reply_.message_bytes);
      if (reply_part(batch).empty()) take_answer(batch);
    }
    return has_received;
  }

  /// The number of the reply that shall wake the submitter: to the batch that it waits for (to
  /// the last, when it waits for none), or the middle one of those due if it has more to ask.
  std::uint64_t wake_up(const Batch* awaited, bool has_more) const {
    if (held.empty()) return never_woken;
    std::uint64_t replies = never_woken;
    if (awaited == nullptr) replies = held.size();
    auto at = std::find(held.begin(), held.end(), awaited);
    if (at != held.end()) replies = static_cast<std::uint64_t>(at - held.begin()) + 1;
    if (has_more) replies = std::min<std::uint64_t>(replies, (held.size() + 1) / 2);
    return replies == never_woken ? never_woken : answered_ + replies;
  }

 private:
  /// Where the next bytes of the reply belong: header, results, message.
  std::span<std::byte> reply_part(Batch& batch) {
    std::size_t at = received_;
    if (at < sizeof(ReplyHeader)) {
      return std::as_writable_bytes(std::span(&reply_, 1)).subspan(at);
    }
    at -= sizeof(ReplyHeader);
    if (at < batch.result_bytes) return {batch.results + at, batch.result_bytes - at};
    return std::as_writable_bytes(std::span(batch.failure)).subspan(at - batch.result_bytes);
  }

  void take_answer(Batch& batch) {
    held.pop_front();
    received_ = 0;
    ++answered_;
    batch.state.store(batch.failure.empty() ? BatchState::done : BatchState::task_failed,
                      std::memory_order_relaxed);  // read by this thread only
  }

  RequestHeader request_{};     ///< of held.back()
  std::size_t unsent_ = 0;      ///< bytes of that request that the lane had no room for yet
  ReplyHeader reply_{};         ///< to held.front()
  std::size_t received_ = 0;    ///< bytes of that reply, its header included
  std::uint64_t answered_ = 0;  ///< replies taken in all
};

}  // namespace handoff::detail
