#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>

#include "contract.hpp"
#include "forked_worker.hpp"
#include "incoming_reply.hpp"
#include "prefork_worker.hpp"
#include "process_pool.hpp"

namespace handoff::detail {

/// What the parent knows of one worker process, and its side of their conversation.
class WorkerLink {
 public:
  ForkedWorker process;
  std::deque<Batch*> held;  ///< dealt and not answered, oldest first
  Batch greeting;           ///< the worker's first reply, which nobody asks for
  std::size_t asked = 0;    ///< batches that the process has been given

  /// For a new process, which greets.
  void greet() {
    renew(greeting);
    begin(greeting);
  }
  /// For a new process, which knows of its first batch.
  void begin(Batch& first) {
    held.push_back(&first);
    asked = 0;
    unsent_ = answered_ = 0;
    reply_ = {};
  }

  /// Whether the last request has gone as a whole.
  bool has_sent_all() const { return unsent_ == 0; }

  /// Begins the request; the worker must have been sent all before.
  void ask(Batch& batch) {
    held.push_back(&batch);
    ++asked;
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
  bool receive(Lanes& lanes, unsigned lane, DoneList& done) {
    bool has_received = false;
    auto receive_some = [&](std::span<std::byte> to) {
      std::size_t now = lanes.receive(lane, to);
      has_received |= now != 0;
      return now;
    };
    auto oldest = [&](const ReplyHeader&) { return held.front(); };
    while (!held.empty()) {
      Batch* batch = reply_.take(receive_some, oldest);
      if (batch == nullptr) break;
      held.pop_front();
      ++answered_;
      settle_answer(*batch, done);
    }
    return has_received;
  }

  /// The number of the reply that shall wake the submitter: to the batch that it waits for (to
  /// the last, when it waits for none, and to the first that is listed, when it waits for any), or
  /// the middle one of those due if it has more to ask.
  std::uint64_t wake_up(const Awaited& awaited, bool has_more) const {
    if (held.empty()) return never_woken;
    std::uint64_t replies = never_woken;
    if (awaited.all) replies = held.size();
    auto at = std::find_if(held.begin(), held.end(), [&](const Batch* batch) {
      return awaited.any_listed ? batch->is_listed : batch == awaited.batch;
    });
    if (at != held.end()) replies = static_cast<std::uint64_t>(at - held.begin()) + 1;
    if (has_more) replies = std::min<std::uint64_t>(replies, (held.size() + 1) / 2);
    return replies == never_woken ? never_woken : answered_ + replies;
  }

 private:
  RequestHeader request_{};           ///< of held.back()
  std::size_t unsent_ = 0;            ///< bytes of that request that the lane had no room for yet
  IncomingReply<ReplyHeader> reply_;  ///< to held.front()
  std::uint64_t answered_ = 0;        ///< replies taken in all
};

}  // namespace handoff::detail
