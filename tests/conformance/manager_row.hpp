#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "impl/manager/contract.hpp"

/// A manager whose type is erased, so that its checks are compiled once and not once for each row.
namespace handoff::conformance {

/// A client of any manager; fulfils the contract.
class AnyClient {
 public:
  virtual ~AnyClient() = default;
  virtual void set(std::string_view name, std::string_view key, std::string_view value) = 0;
  virtual bool get(std::string_view name, std::string_view key, std::string& into) = 0;
  virtual bool erase(std::string_view name, std::string_view key) = 0;
  virtual bool contains(std::string_view name, std::string_view key) = 0;
  virtual std::size_t size(std::string_view name) = 0;
  virtual void append(std::string_view name, std::string_view value) = 0;
  virtual void element(std::string_view name, std::size_t index, std::string& into) = 0;
  virtual void replace(std::string_view name, std::size_t index, std::string_view value) = 0;
  virtual std::size_t length(std::string_view name) = 0;
  virtual void clear(std::string_view name) = 0;
  virtual void store(std::string_view name, std::int64_t number) = 0;
  virtual std::int64_t load(std::string_view name) = 0;
  virtual std::int64_t add(std::string_view name, std::int64_t number) = 0;
};

/// Says what it likes to a server of one's own; false and none once it has been sent away.
class Stranger {
 public:
  virtual ~Stranger() = default;
  virtual bool send(std::string_view message) = 0;
  virtual std::optional<std::string> receive() = 0;
};

struct ManagerRow {
  const Info& info;
  std::size_t bytes;
  std::align_val_t alignment;
  bool has_servers;
  bool has_own_protocol;
  bool maps_memory;
  void (*build)(void* memory, ManagerShape shape);
  void (*destroy)(void* manager);
  std::unique_ptr<AnyClient> (*client)(void* manager, unsigned i);
  std::vector<pid_t> (*servers)(void* manager);
  std::unique_ptr<Stranger> (*stranger)(void* manager, unsigned i);
};

template <class Client>
class ClientOf final : public AnyClient {
 public:
  explicit ClientOf(Client client) : client_(std::move(client)) {}

  void set(std::string_view name, std::string_view key, std::string_view value) override {
    client_.set(name, key, value);
  }
  bool get(std::string_view name, std::string_view key, std::string& into) override {
    return client_.get(name, key, into);
  }
  bool erase(std::string_view name, std::string_view key) override {
    return client_.erase(name, key);
  }
  bool contains(std::string_view name, std::string_view key) override {
    return client_.contains(name, key);
  }
  std::size_t size(std::string_view name) override { return client_.size(name); }
  void append(std::string_view name, std::string_view value) override {
    client_.append(name, value);
  }
  void element(std::string_view name, std::size_t index, std::string& into) override {
    client_.element(name, index, into);
  }
  void replace(std::string_view name, std::size_t index, std::string_view value) override {
    client_.replace(name, index, value);
  }
  std::size_t length(std::string_view name) override { return client_.length(name); }
  void clear(std::string_view name) override { client_.clear(name); }
  void store(std::string_view name, std::int64_t number) override { client_.store(name, number); }
  std::int64_t load(std::string_view name) override { return client_.load(name); }
  std::int64_t add(std::string_view name, std::int64_t number) override {
    return client_.add(name, number);
  }

 private:
  Client client_;
};

template <class Channel>
class StrangerOn final : public Stranger {
 public:
  explicit StrangerOn(Channel channel) : channel_(std::move(channel)) {}
  bool send(std::string_view message) override { return channel_.send(message); }
  std::optional<std::string> receive() override {
    auto message = channel_.receive();
    return message ? std::optional<std::string>(*message) : std::nullopt;
  }

 private:
  Channel channel_;
};

/// `Row` offers `type`.
template <class Row>
const ManagerRow& manager_row() {
  using M = typename Row::type;
  static_assert(Manager<M>);
  static constexpr bool has_servers = requires(M & manager) { manager.servers(); };
  static constexpr bool has_own_protocol = requires(M & manager) { manager.connect(0U); };
  static constexpr bool maps_memory = requires { M::maps_memory; };
  static constexpr ManagerRow row{
      .info = M::info,
      .bytes = sizeof(M),
      .alignment = std::align_val_t(alignof(M)),
      .has_servers = has_servers,
      .has_own_protocol = has_own_protocol,
      .maps_memory = maps_memory,
      .build = [](void* memory, ManagerShape shape) { new (memory) M(shape); },
      .destroy = [](void* manager) { std::destroy_at(static_cast<M*>(manager)); },
      .client = [](void* manager, unsigned i) -> std::unique_ptr<AnyClient> {
        using Client = decltype(std::declval<M&>().client(0U));
        return std::make_unique<ClientOf<Client>>(static_cast<M*>(manager)->client(i));
      },
      .servers = [](void* manager) -> std::vector<pid_t> {
        if constexpr (has_servers) return static_cast<M*>(manager)->servers();
        return {};
      },
      .stranger = [](void* manager, unsigned i) -> std::unique_ptr<Stranger> {
        if constexpr (has_own_protocol) {
          using Channel = decltype(std::declval<M&>().connect(0U));
          return std::make_unique<StrangerOn<Channel>>(static_cast<M*>(manager)->connect(i));
        }
        return nullptr;
      },
  };
  return row;
}

static_assert(ManagerClient<AnyClient&>);

}  // namespace handoff::conformance
