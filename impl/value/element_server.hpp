#pragma once

#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <deque>
#include <exception>
#include <memory>
#include <span>
#include <stdexcept>
#include <vector>

#include "../common/descriptor.hpp"
#include "../common/status.hpp"

/// A process that keeps values for others, and what they say to each other. It answers one request
/// after the other, so that each is atomic.
namespace handoff::detail {

struct ElementRequest {
  enum class Kind : std::uint32_t {
    create,  ///< a value of `bytes` zeros; answered by its number
    drop,
    read,    ///< answered by the bytes
    write,   ///< followed by the bytes
    add,     ///< followed by an integer of 1, 2, 4 or 8 bytes
    lock,    ///< answered by the bytes; changes by others wait until commit or unlock
    commit,  ///< followed by the bytes
    unlock,
  };
  Kind kind;
  std::uint32_t value;
  std::uint64_t first;  ///< byte
  std::uint64_t bytes;
};

/// Answers what has no other answer.
using ElementDone = std::uint8_t;

/// Moves bytes by recv or send until there are none left; false where the other side has gone.
template <class Byte, class Move>
bool move_whole(std::span<Byte> bytes, Move move) {
  while (!bytes.empty()) {
    ssize_t moved = move(bytes.data(), bytes.size());
    if (moved == -1 && errno == EINTR) continue;
    if (moved <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(moved));
  }
  return true;
}
inline bool receive_whole(int socket, std::span<std::byte> bytes) {
  return move_whole(bytes, [=](std::byte* to, std::size_t n) { return ::recv(socket, to, n, 0); });
}
inline bool send_whole(int socket, std::span<const std::byte> bytes) {
  return move_whole(bytes, [=](const std::byte* from, std::size_t n) {
    return ::send(socket, from, n, MSG_NOSIGNAL);
  });
}

/// The server's side.
class ElementServer {
 public:
  /// Serves the connections whose sockets come over `entrance`, until nobody is left to send any.
  static void serve(int entrance) {
    try {
      ElementServer(entrance).run();
    } catch (const std::exception& error) {
      dprintf(STDERR_FILENO, "the server of values: %s\n", error.what());
    }
  }

 private:
  using Kind = ElementRequest::Kind;
  static constexpr int nobody = -1;

  struct Value {
    std::vector<std::byte> bytes;
    int holder = nobody;      ///< the client that has locked it
    std::deque<int> waiting;  ///< clients whose request comes next
  };
  struct Client {
    Descriptor socket;
    Value* waits_for = nullptr;
    Value* holds = nullptr;
    std::size_t received = 0;
    std::array<std::byte, 4096> request;  ///< as much of it as came with its head
  };
  /// What a client must not ask for: its connection is closed.
  struct Refused : std::runtime_error {
    Refused() : std::runtime_error("refused") {}
  };

  explicit ElementServer(int entrance)
      : entrance_(entrance), events_(epoll_create1(EPOLL_CLOEXEC)) {
    if (events_.get() == -1) throw_errno("epoll_create1");
    watch(entrance, EPOLLIN, EPOLL_CTL_ADD);
  }

  void run() {
    std::array<epoll_event, 64> ready;
    for (;;) {
      int count = ::epoll_wait(events_.get(), ready.data(), ready.size(), -1);
      if (count == -1 && errno != EINTR) throw_errno("epoll_wait");
      for (int i = 0; i < count; ++i) {
        int one = ready[static_cast<std::size_t>(i)].data.fd;
        if (one != entrance_) {
          serve_client(one);
        } else if (!admit()) {
          return;
        }
      }
    }
  }

  void watch(int socket, std::uint32_t events, int operation) const {
    epoll_event event{.events = events, .data = {.fd = socket}};
    if (::epoll_ctl(events_.get(), operation, socket, &event) == -1) throw_errno("epoll_ctl");
  }

  bool admit() {
    char byte = 0;
    iovec data{&byte, 1};
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))];
    msghdr message{};
    message.msg_iov = &data;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof(control);
    ssize_t length = ::recvmsg(entrance_, &message, MSG_CMSG_CLOEXEC);
    if (length == -1 && errno == EINTR) return true;
    if (length <= 0) return false;
    cmsghdr* passed = CMSG_FIRSTHDR(&message);
    if (passed == nullptr) return true;  // no descriptor was free: the client sees a hang-up
    Descriptor socket;
    int number = -1;
    std::memcpy(&number, CMSG_DATA(passed), sizeof(number));
    socket.reset(number);
    auto place = static_cast<std::size_t>(number);
    if (clients_.size() <= place) clients_.resize(place + 1);
    clients_[place] = std::make_unique<Client>();
    clients_[place]->socket = std::move(socket);
    watch(number, EPOLLIN, EPOLL_CTL_ADD);
    return true;
  }

  void serve_client(int number) {
    Client& client = *clients_[static_cast<std::size_t>(number)];
    // One that waits is not watched for requests, so that it has hung up.
    if (client.waits_for != nullptr) return dismiss(number);
    ssize_t length = ::recv(number, client.request.data(), client.request.size(), 0);
    if (length == -1 && errno == EINTR) return;
    if (length < static_cast<ssize_t>(sizeof(ElementRequest))) return dismiss(number);
    client.received = static_cast<std::size_t>(length);
    try {
      execute(number, client);
    } catch (const std::exception&) {  // also where there is no memory for what it asks
      dismiss(number);
    }
  }

  void dismiss(int number) {
    auto& client = clients_[static_cast<std::size_t>(number)];
    if (Value* value = client->waits_for) {
      value->waiting.erase(std::find(value->waiting.begin(), value->waiting.end(), number));
    }
    Value* held = client->holds;
    watch(number, 0, EPOLL_CTL_DEL);  // its closing does not do if a fork has copied the socket
    client.reset();
    if (held != nullptr) let_next_in(*held);
  }

  void let_next_in(Value& value) {
    value.holder = nobody;
    while (value.holder == nobody && !value.waiting.empty()) {
      int number = value.waiting.front();
      value.waiting.pop_front();
      Client& client = *clients_[static_cast<std::size_t>(number)];
      client.waits_for = nullptr;
      watch(number, EPOLLIN, EPOLL_CTL_MOD);
      try {
        execute(number, client);
      } catch (const std::exception&) {
        // Closed when its turn comes: this may be in the middle of a batch of events.
        ::shutdown(number, SHUT_RDWR);
      }
    }
  }

  void execute(int number, Client& client) {
    ElementRequest request;
    std::memcpy(&request, client.request.data(), sizeof(request));
    if (request.kind == Kind::create) return answer(client, create(request.bytes));
    if (request.value >= values_.size() || !values_[request.value]) throw Refused();
    Value& value = *values_[request.value];
    if (request.first > value.bytes.size() || request.bytes > value.bytes.size() - request.first) {
      throw Refused();
    }
    auto part = std::span(value.bytes).subspan(request.first, request.bytes);
    bool changes = request.kind != Kind::read && request.kind != Kind::drop;
    if (changes && value.holder != nobody && value.holder != number) {
      client.waits_for = &value;
      value.waiting.push_back(number);
      return watch(number, 0, EPOLL_CTL_MOD);
    }
    switch (request.kind) {
      case Kind::create: return;
      case Kind::drop: values_[request.value].reset(); return answer(client, ElementDone{});
      case Kind::read: return answer_bytes(client, part);
      case Kind::write: take(client, part); return answer(client, ElementDone{});
      case Kind::add: add(client, part); return answer(client, ElementDone{});
      case Kind::lock:
        value.holder = number;
        client.holds = &value;
        return answer_bytes(client, part);
      case Kind::commit:
      case Kind::unlock:
        if (value.holder != number) throw Refused();
        if (request.kind == Kind::commit) take(client, part);
        client.holds = nullptr;
        answer(client, ElementDone{});
        return let_next_in(value);
    }
    throw Refused();
  }

  std::uint32_t create(std::uint64_t bytes) {
    auto free = std::find(values_.begin(), values_.end(), nullptr);
    if (free == values_.end()) free = values_.emplace(values_.end());
    *free = std::make_unique<Value>();
    (*free)->bytes.resize(bytes);
    return static_cast<std::uint32_t>(free - values_.begin());
  }

  /// What follows the request: its begin has come with it.
  static void take(Client& client, std::span<std::byte> into) {
    auto begin = std::span(client.request).first(client.received).subspan(sizeof(ElementRequest));
    if (begin.size() > into.size()) throw Refused();
    std::copy(begin.begin(), begin.end(), into.begin());
    if (!receive_whole(client.socket.get(), into.subspan(begin.size()))) throw Refused();
  }

  template <class Integer>
  static void add_integer(Client& client, std::span<std::byte> part) {
    Integer operand;
    Integer sum;
    take(client, std::as_writable_bytes(std::span(&operand, 1)));
    std::memcpy(&sum, part.data(), sizeof(sum));
    sum = static_cast<Integer>(sum + operand);
    std::memcpy(part.data(), &sum, sizeof(sum));
  }
  static void add(Client& client, std::span<std::byte> part) {
    switch (part.size()) {
      case sizeof(std::uint8_t): return add_integer<std::uint8_t>(client, part);
      case sizeof(std::uint16_t): return add_integer<std::uint16_t>(client, part);
      case sizeof(std::uint32_t): return add_integer<std::uint32_t>(client, part);
      case sizeof(std::uint64_t): return add_integer<std::uint64_t>(client, part);
      default: throw Refused();
    }
  }

  static void answer_bytes(Client& client, std::span<const std::byte> bytes) {
    if (!send_whole(client.socket.get(), bytes)) throw Refused();
  }
  template <class Answer>
  static void answer(Client& client, Answer answer) {
    answer_bytes(client, std::as_bytes(std::span(&answer, 1)));
  }

  int entrance_;
  Descriptor events_;
  std::vector<std::unique_ptr<Client>> clients_;  ///< by their descriptors
  std::vector<std::unique_ptr<Value>> values_;    ///< by their numbers
};

}  // namespace handoff::detail
