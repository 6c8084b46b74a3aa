#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <memory>
#include <vector>

#include "../common/descriptor.hpp"
#include "mailbox_end.hpp"

/// Messages of one direction over UDP, a datagram each, without loss as long as the kernel has
/// memory: the reader grants credit, so that its receive buffer never overflows. Datagrams are
/// numbered: what overtakes another on its way through the loopback interface waits for it, and
/// what does not come at all is an error.
namespace handoff::detail {

/// Of a pipe, 128 random bits: whoever does not know it is not heard.
using UdpKey = std::array<std::uint64_t, 2>;

/// Before each datagram's message; alone in what the reader sends back.
struct UdpHeader {
  UdpKey key{};
  std::uint64_t number = 0;  ///< of the message from 0 on; of the reader: all bytes credited
  std::uint64_t end_mark = 0;
};

/// In shared memory, one per direction: tells who waits in vain. Relaxed everywhere: looked at
/// after seconds, or after a flag that tells of the close.
struct alignas(isolation) UdpTally {
  Atomic<std::uint64_t> sent{0};  ///< datagrams
  alignas(isolation) Atomic<std::uint64_t> credited{0};
};

/// No less than what the kernel charges a datagram to the receive buffer: its memory, a power of
/// two up to 16 KiB and whole pages from there on, and what describes it.
inline constexpr std::size_t udp_description = 2048;
inline constexpr std::size_t udp_linear = 16384;
constexpr std::size_t udp_charge(std::size_t bytes) {
  return bytes + std::min(bytes, udp_linear) + udp_description;
}

/// What the writer may have on its way or unread, and how much the reader collects before it grants
/// that anew.
struct UdpWindow {
  /// Half of the buffer: the kernel frees what has been read in quarters of it (net/ipv4/udp.c,
  /// udp_rmem_release), and the end mark is not charged.
  explicit constexpr UdpWindow(std::size_t receive_buffer)
      : bytes(receive_buffer / 2), grant(bytes / 8) {}

  std::size_t bytes;
  std::size_t grant;

  /// Bytes of a message that always gets its turn; the rest of its window may not be granted yet.
  constexpr std::size_t largest_message() const {
    constexpr std::size_t largest_datagram = 65507;
    std::size_t room = bytes - grant - udp_description;
    room = room < 2 * udp_linear ? room / 2 : room - udp_linear;
    return std::min(room, largest_datagram) - sizeof(UdpHeader);
  }
};

inline std::size_t udp_receive_buffer(int socket) {
  int bytes = 0;
  socklen_t size = sizeof(bytes);
  if (::getsockopt(socket, SOL_SOCKET, SO_RCVBUF, &bytes, &size) == -1) throw_errno("SO_RCVBUF");
  return static_cast<std::size_t>(bytes);
}

/// So long, at most, until who waits looks whether it waits in vain, and then for what is missing.
inline constexpr std::chrono::seconds udp_patience{5};

/// The writer's or the reader's side of one direction.
class UdpBox {
 public:
  UdpBox(Descriptor socket, const UdpKey& key, UdpTally& tally, MailboxFlags& flags)
      : socket_(std::move(socket)),
        key_(key),
        tally_(&tally),
        flags_(&flags),
        window_(udp_receive_buffer(socket_.get())),
        largest_(window_.largest_message()),
        letter_(sizeof(UdpHeader) + largest_) {}

  std::size_t largest() const { return largest_; }

  /// Raises std::runtime_error when the reader's credit got lost.
  void put(std::span<const std::byte> message) {
    std::size_t charge = udp_charge(sizeof(UdpHeader) + message.size());
    Deadline given_up = never;
    while (charged_ + charge > credited_ + window_.bytes) {
      // Where the reader was killed, the flag is set here, and the next send says closed.
      if (refused_ || flags_->reader_closed.load(std::memory_order_seq_cst))
        return flags_->reader_closed.store(true, std::memory_order_seq_cst);
      if (read(until_it_comes)) {
        credited_ = std::max(credited_, header_.number);
      } else {
        bool lost = tally_->credited.load(std::memory_order_relaxed) > credited_;
        give_up_in_time(given_up, lost ? 1 : 0);
      }
    }
    bool sent = post({.key = key_, .number = number_}, message);
    if (!sent) flags_->reader_closed.store(true, std::memory_order_seq_cst);
    charged_ += charge;
    count_sent(sent);
  }

  void try_put_end_mark() {
    // Where nobody reads any more, nobody misses it.
    count_sent(post({.key = key_, .number = number_, .end_mark = 1}, {}));
  }

  /// Raises std::runtime_error when datagrams got lost.
  std::optional<Mail> take(Deadline deadline) {
    Deadline given_up = never;
    for (;;) {
      if (auto early = early_.find(number_); early != early_.end()) {
        letter_.swap(early->second);
        early_.erase(early);
        letter_bytes_ = letter_.size();
        letter_.resize(sizeof(UdpHeader) + largest_);
        std::memcpy(&header_, letter_.data(), sizeof(header_));
        return accept();
      }
      if (read(deadline == never && given_up == never ? until_it_comes : MSG_DONTWAIT)) {
        if (header_.number == number_) return accept();
        early_.emplace(header_.number, std::vector(letter_.data(), letter_.data() + letter_bytes_));
        continue;
      }
      // What has been sent comes: it is on its way through the kernel.
      std::uint64_t sent = tally_->sent.load(std::memory_order_relaxed);
      if (sent <= number_) {
        given_up = never;
        if (Clock::now() >= deadline) return std::nullopt;
        if (deadline != never) (void)wait(deadline);
      } else if (given_up != never && flags_->reader_closed.load(std::memory_order_seq_cst)) {
        return std::nullopt;
      } else {
        give_up_in_time(given_up, sent - number_);
        (void)wait(given_up);
      }
    }
  }

  /// What comes early, or from strangers, is no message yet.
  int descriptor() const { return -1; }

 private:
  static constexpr int until_it_comes = 0;  ///< or the socket's timeout, udp_patience

  void count_sent(bool sent) {
    if (sent) tally_->sent.store(++number_, std::memory_order_relaxed);
  }

  bool wait(Deadline deadline) const {
    pollfd entry{.fd = socket_.get(), .events = POLLIN, .revents = 0};
    return poll_until(std::span(&entry, 1), deadline) > 0;
  }

  Mail accept() {
    ++number_;
    credited_ += udp_charge(letter_bytes_);
    if (credited_ - granted_ >= window_.grant) {
      granted_ = credited_;
      // Where the writer has gone, it needs no credit.
      (void)post({.key = key_, .number = granted_}, {});
      tally_->credited.store(granted_, std::memory_order_relaxed);
    }
    return {std::span(letter_).first(letter_bytes_).subspan(sizeof(UdpHeader)),
            header_.end_mark != 0};
  }

  /// The next datagram of the other side, into the letter; false when none has come in time.
  bool read(int flags) {
    for (;;) {
      ssize_t result = ::recv(socket_.get(), letter_.data(), letter_.size(), flags);
      if (result == -1 && errno == EINTR) continue;
      if (result == -1 && errno == ECONNREFUSED) {  // the answer to what this side has sent
        refused_ = true;
        return false;
      }
      if (result == -1 && errno != EAGAIN) throw_errno("udp_loopback: recv");
      if (result == -1) return false;
      letter_bytes_ = static_cast<std::size_t>(result);
      if (letter_bytes_ < sizeof(header_)) continue;
      std::memcpy(&header_, letter_.data(), sizeof(header_));
      if (header_.key == key_) return true;
    }
  }

  /// False when the other side has gone.
  bool post(UdpHeader header, std::span<const std::byte> message) {
    iovec vectors[] = {{&header, sizeof(header)},
                       {const_cast<std::byte*>(message.data()), message.size()}};
    msghdr datagram{};
    datagram.msg_iov = vectors;
    datagram.msg_iovlen = std::size(vectors);
    while (::sendmsg(socket_.get(), &datagram, MSG_NOSIGNAL) == -1) {
      if (errno == ECONNREFUSED) return false;
      if (errno != EINTR) throw_errno("udp_loopback: sendmsg");
    }
    return true;
  }

  static void give_up_in_time(Deadline& given_up, std::uint64_t missing) {
    if (missing == 0) {
      given_up = never;
    } else if (given_up == never) {
      given_up = after(udp_patience);
    } else if (Clock::now() >= given_up) {
      throw std::runtime_error("udp_loopback: " + std::to_string(missing) +
                               " datagrams got lost; the kernel had no memory for them");
    }
  }

  Descriptor socket_;
  UdpKey key_;
  UdpTally* tally_;
  MailboxFlags* flags_;
  UdpWindow window_;
  std::size_t largest_;
  std::uint64_t number_ = 0;    ///< of the next message
  std::uint64_t charged_ = 0;   ///< by the writer, all bytes
  std::uint64_t credited_ = 0;  ///< all bytes that are free again, as this side knows
  std::uint64_t granted_ = 0;   ///< by the reader, of these
  UdpHeader header_;            ///< of the datagram read last
  std::vector<std::byte> letter_;
  std::size_t letter_bytes_ = 0;
  bool refused_ = false;                                   ///< the other side's socket is no more
  std::map<std::uint64_t, std::vector<std::byte>> early_;  ///< came before their turn
};

}  // namespace handoff::detail
