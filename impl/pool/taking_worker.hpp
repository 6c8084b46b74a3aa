#pragma once

#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include "../common/atomic.hpp"
#include "contract.hpp"
#include "prefork_worker.hpp"

/// What crosses between a pool and worker processes that take the batches themselves, and the
/// worker's side of it.
namespace handoff::detail {

/// Where a batch that is offered to all workers is known; there are few places, used again.
using PlaceNumber = std::uint32_t;

/// The reply to it is a worker's greeting.
inline constexpr PlaceNumber greeting_place = std::numeric_limits<PlaceNumber>::max();

/// Followed by the arguments.
struct OfferHeader {
  std::uint64_t ticket;  ///< of this offer, and of no other
  PlaceNumber place;
  RequestHeader request;
};

/// Followed by the results, and by the message of the first task that failed, empty if none did.
struct TakerReplyHeader {
  PlaceNumber place;
  std::size_t message_bytes = 0;
};

/// Who runs the batch that is offered at a place; in shared memory. A worker runs none before it
/// has the claim. So when a worker dies, what it has claimed may have been begun, and what nobody
/// has claimed has not, even if the dead one had already taken it from where it was offered.
class Claim {
 public:
  // By the submitter.
  void offer(std::uint64_t ticket) {
    word_.store(word(ticket, nobody), std::memory_order_relaxed);  // published with the offer
  }
  /// False when a worker has it, or had it.
  bool take_back(std::uint64_t ticket) {
    std::uint64_t expected = word(ticket, nobody);
    return word_.compare_exchange_strong(expected, 0, std::memory_order_relaxed);
  }
  /// The worker's number; none_yet while it is offered.
  unsigned holder() const {
    // seq_cst: ordered after what the submitter has said that it waits for.
    return static_cast<unsigned>(word_.load(std::memory_order_seq_cst) % (answered + 1)) - 1;
  }
  bool is_answered() const {
    return word_.load(std::memory_order_seq_cst) % (answered + 1) == answered;
  }
  static constexpr unsigned none_yet = std::numeric_limits<unsigned>::max();

  // By a worker.
  /// False when the offer has been taken back.
  bool take(std::uint64_t ticket, unsigned worker) {
    std::uint64_t expected = word(ticket, nobody);
    // seq_cst: before a look for the submitter, who may wait for the claim. The offer's bytes were
    // ordered by the way on which it came.
    return word_.compare_exchange_strong(expected, word(ticket, worker + 1),
                                         std::memory_order_seq_cst);
  }
  /// After the whole reply; the place may be used again already.
  void answer(std::uint64_t ticket, unsigned worker) {
    std::uint64_t expected = word(ticket, worker + 1);
    // seq_cst: release for the reply, and before the look at what the submitter waits for.
    word_.compare_exchange_strong(expected, word(ticket, answered), std::memory_order_seq_cst);
  }

 private:
  static constexpr std::uint64_t nobody = 0;
  static constexpr std::uint64_t answered = 0xffff;  // more than there are workers

  static std::uint64_t word(std::uint64_t ticket, std::uint64_t holder) {
    return ticket * (answered + 1) + holder;
  }

  Atomic<std::uint64_t> word_{0};  ///< the first ticket is 1
};

/// The life of a worker process that takes `batches` at most: greets, then runs what it takes until
/// the pool ends.
template <class Exchange>
[[noreturn]] void serve_taking(Exchange& exchange, unsigned worker,
                               const std::function<void(unsigned)>& initializer,
                               std::size_t batches) {
  const std::string failure = initialize(initializer, worker);
  reply(exchange, worker, TakerReplyHeader{.place = greeting_place}, {}, failure);

  AlignedBytes arguments;
  AlignedBytes results;
  OfferHeader offer{};
  for (std::size_t n = 0; n < batches && exchange.take(worker, offer); ++n) {
    std::span<std::byte> from = arguments.first(offer.request.argument_bytes);
    std::span<std::byte> to = results.first(offer.request.result_bytes);
    exchange.receive_all(worker, from);
    reply(exchange, worker, TakerReplyHeader{.place = offer.place}, to,
          failure.empty() ? offer.request.function(from.data(), offer.request.count, to.data())
                          : failure);
  }
  _exit(0);
}

}  // namespace handoff::detail
