#pragma once

#include <sys/stat.h>

#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "../common/private_server.hpp"
#include "../pipe/byte_ring.hpp"
#include "glancing_park.hpp"
#include "memory_file.hpp"
#include "remote_client.hpp"
#include "service.hpp"

/// A process that keeps all, with a thread for each client, which talk through rings of bytes.
namespace handoff {
namespace detail {

inline constexpr Info shared_ring_server_info{
    .name = "shared_ring_server",
    .mechanism = "a process keeps all; a thread of it serves each client through two rings, parked",
    .source = "own",
    .waiting = Waiting::blocks,
    .copies_per_message = 4,      // into a message, into and out of a ring, into the store
    .syscalls_per_message = 3.5,  // both sides sleep and are woken, unless the other is quick
    .on_peer_death = Survivor::told,
    .survives_killed_worker = true,
    .largest_message = [] { return manager_limits.value; },
};

/// What a client and its thread of the server share. Pages of its own, so that each client maps no
/// more than this.
struct alignas(4096) RingSlot {
  static constexpr pid_t nobody = 0;
  static constexpr pid_t left = -1;  ///< the client has, and the server has not cleaned up yet

  Atomic<pid_t> client{nobody};
  GlancingPark client_changed;
  alignas(isolation) ByteRing<GlancingPark> requests;
  alignas(isolation) ByteRing<GlancingPark> replies;
};

/// One side's way to send and to receive through a slot.
class RingChannel {
 public:
  using Ring = ByteRing<GlancingPark>;

  /// `other`: a pidfd of the process at the other side.
  RingChannel(Ring& in, Ring& out, int other, std::size_t longest)
      : reader_(in, {in.data, in.space, other}),
        writer_(out, {out.space, out.data, other}),
        longest_(longest),
        buffer_(std::make_unique_for_overwrite<std::byte[]>(longest)) {}

  bool send(std::string_view message) {
    return writer_.send(std::as_bytes(std::span(message))) == Status::ok;
  }
  /// None also where the other side sends what is no message.
  std::optional<std::string_view> receive() {
    try {
      Received got = reader_.receive({buffer_.get(), longest_}, shared_ring_server_info.name);
      if (got.status != Status::ok) return std::nullopt;
      return std::string_view(reinterpret_cast<const char*>(buffer_.get()), got.bytes);
    } catch (const std::exception&) {  // too long, or ended in the middle
      return std::nullopt;
    }
  }
  void close() {
    reader_.close();
    writer_.close();
  }

 private:
  RingReader<GlancingPark> reader_;
  RingWriter<GlancingPark> writer_;
  std::size_t longest_;
  std::unique_ptr<std::byte[]> buffer_;
};

/// The server's side: a thread for each slot of a memory file.
class RingServer {
 public:
  /// Until it is killed.
  static void serve(int file) {
    struct stat status {};
    if (::fstat(file, &status) == -1) return;
    auto bytes = static_cast<std::size_t>(status.st_size);
    try {
      RingServer(Mapping(file, 0, bytes), bytes / sizeof(RingSlot)).run();
    } catch (const std::exception& error) {
      dprintf(STDERR_FILENO, "shared_ring_server: %s\n", error.what());
    }
  }

 private:
  RingServer(Mapping memory, std::size_t slots) : memory_(std::move(memory)), slots_(slots) {}

  [[noreturn]] void run() {
    auto* slots = reinterpret_cast<RingSlot*>(memory_.get());
    for (std::size_t i = 0; i < slots_; ++i) {
      std::thread([this, slot = slots + i] {
        for (;;) serve_next(*slot);
      }).detach();
    }
    for (;;) ::pause();
  }

  void serve_next(RingSlot& slot) {
    pid_t client = RingSlot::nobody;
    auto has_come = [&] {
      client = slot.client.load(GlancingPark::observe);
      return client != RingSlot::nobody;
    };
    (void)slot.client_changed.wait(has_come, never);
    try {
      converse(slot, client);
    } catch (const std::exception&) {
      // The client has died already, or there is no memory for what it asks.
    }
    wait_until_gone(slot, client);
    // Nobody uses them.
    new (&slot.requests) RingChannel::Ring;
    new (&slot.replies) RingChannel::Ring;
    slot.client.store(RingSlot::nobody, GlancingPark::publish);  // after the rings
    slot.client_changed.notify_all();
  }

  void converse(RingSlot& slot, pid_t client) {
    if (client == RingSlot::left) return;
    Descriptor pidfd = open_pidfd(client);
    RingChannel channel(slot.requests, slot.replies, pidfd.get(), largest_request);
    std::string reply;
    for (bool goes_on = true; goes_on;) {
      std::optional<std::string_view> request = channel.receive();
      if (!request) break;
      goes_on = service_.answer(*request, reply);
      goes_on = channel.send(reply) && goes_on;
    }
    channel.close();
  }

  static void wait_until_gone(RingSlot& slot, pid_t client) {
    auto has_left = [&] { return slot.client.load(GlancingPark::observe) == RingSlot::left; };
    while (!slot.client_changed.wait(has_left, after(GlancingPark::between_glances))) {
      if (has_ended(client)) return;
    }
  }

  Mapping memory_;
  std::size_t slots_;
  ManagerService service_{shared_ring_server_info.name};
};

/// A client's side of its slot, in a mapping of its own.
class RingSeat {
 public:
  RingSeat(Mapping memory, unsigned number, pid_t server)
      : memory_(std::move(memory)), server_(open_pidfd(server)) {
    claim(number);
    channel_.emplace(slot().replies, slot().requests, server_.get(), largest_reply);
  }
  RingSeat(RingSeat&&) noexcept = default;
  RingSeat& operator=(RingSeat&&) = delete;
  ~RingSeat() {
    if (memory_.get() == nullptr) return;
    channel_->close();
    slot().client.store(RingSlot::left, GlancingPark::publish);  // the rings are not touched again
    slot().client_changed.notify_all();
  }

  bool send(std::string_view message) { return channel_->send(message); }
  std::optional<std::string_view> receive() { return channel_->receive(); }

 private:
  RingSlot& slot() const { return *reinterpret_cast<RingSlot*>(memory_.get()); }

  void claim(unsigned number) {
    // The server cleans up after the client before at once, or when it has seen it dead.
    constexpr auto patience = std::chrono::seconds(5);
    auto is_ours = [this] {
      pid_t nobody = RingSlot::nobody;
      return slot().client.compare_exchange_strong(nobody, getpid(), GlancingPark::publish);
    };
    Part<GlancingPark> part(slot().client_changed, slot().client_changed, server_.get());
    if (!part.wait(is_ours, after(patience))) {
      throw std::runtime_error("shared_ring_server: client " + std::to_string(number) +
                               " is in use");
    }
    slot().client_changed.notify_all();
  }

  Mapping memory_;
  Descriptor server_;
  std::optional<RingChannel> channel_;
};

}  // namespace detail

class SharedRingServer {
 public:
  static constexpr const Info& info = detail::shared_ring_server_info;
  static constexpr bool maps_memory = true;  ///< in each client, at an address of its own
  using Client = detail::RemoteManagerClient<detail::RingSeat, detail::shared_ring_server_info>;

  explicit SharedRingServer(ManagerShape shape)
      : shape_(check.shape(shape)), file_(info.name, shape.clients * sizeof(detail::RingSlot)) {
    detail::Mapping memory(file_.get(), 0, shape.clients * sizeof(detail::RingSlot));
    std::uninitialized_default_construct_n(reinterpret_cast<detail::RingSlot*>(memory.get()),
                                           shape.clients);
    Descriptor theirs(::fcntl(file_.get(), F_DUPFD_CLOEXEC, 0));
    if (theirs.get() == -1) throw_errno("shared_ring_server: fcntl");
    server_.emplace(info.name, std::move(theirs), detail::RingServer::serve);
  }
  SharedRingServer(const SharedRingServer&) = delete;
  SharedRingServer& operator=(const SharedRingServer&) = delete;

  Client client(unsigned i) const { return Client(connect(i)); }
  std::vector<pid_t> servers() const { return {server_->pid()}; }

  detail::RingSeat connect(unsigned i) const {
    check.client(i, shape_);
    return {file_.map(i * sizeof(detail::RingSlot), sizeof(detail::RingSlot)), i, server_->pid()};
  }

 private:
  static constexpr detail::ManagerChecks check{info.name};
  ManagerShape shape_;
  detail::MemoryFile file_;
  std::optional<PrivateServer> server_;
};

static_assert(Manager<SharedRingServer>);

}  // namespace handoff
