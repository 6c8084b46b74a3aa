#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "checks.hpp"
#include "messages.hpp"

/// A client of a server of one's own, over any channel.
namespace handoff::detail {

/// Carries whole messages; false and none when nobody is at the other end any more. What was
/// received is there until the next call.
template <class C>
concept MessageChannel = requires(C channel, std::string_view message) {
  { channel.send(message) } -> std::same_as<bool>;
  { channel.receive() } -> std::same_as<std::optional<std::string_view>>;
};

template <MessageChannel Channel, const Info& info>
class RemoteManagerClient {
  using Operation = ManagerOperation;
  using Status = ManagerReply::Status;

 public:
  explicit RemoteManagerClient(Channel channel) : channel_(std::move(channel)) {}

  void set(std::string_view name, std::string_view key, std::string_view value) {
    check.key(name, key);
    check.value(value);
    (void)ask({Operation::set, name, key, value});
  }
  bool get(std::string_view name, std::string_view key, std::string& into) {
    ManagerReply reply = ask_for(Operation::get, name, key);
    if (reply.status == Status::done) into.assign(reply.value);
    return reply.status == Status::done;
  }
  bool erase(std::string_view name, std::string_view key) {
    return ask_for(Operation::erase, name, key).status == Status::done;
  }
  bool contains(std::string_view name, std::string_view key) {
    return ask_for(Operation::contains, name, key).status == Status::done;
  }
  std::size_t size(std::string_view name) { return count(Operation::size, name); }

  void append(std::string_view name, std::string_view value) {
    check.name(name);
    check.value(value);
    (void)ask({Operation::append, name, {}, value});
  }
  void element(std::string_view name, std::size_t index, std::string& into) {
    check.name(name);
    into.assign(ask_at({Operation::element, name, {}, {}}, index).value);
  }
  void replace(std::string_view name, std::size_t index, std::string_view value) {
    check.name(name);
    check.value(value);
    (void)ask_at({Operation::replace, name, {}, value}, index);
  }
  std::size_t length(std::string_view name) { return count(Operation::length, name); }
  void clear(std::string_view name) {
    check.name(name);
    (void)ask({Operation::clear, name});
  }

  void store(std::string_view name, std::int64_t number) {
    check.name(name);
    (void)ask({Operation::store, name, {}, {}, number});
  }
  std::int64_t load(std::string_view name) {
    check.name(name);
    return ask({Operation::load, name}).number;
  }
  std::int64_t add(std::string_view name, std::int64_t number) {
    check.name(name);
    ManagerReply reply = ask({Operation::add, name, {}, {}, number});
    if (reply.status == Status::overflow) check.overflow(name, number);
    return reply.number;
  }

 private:
  ManagerReply ask_for(Operation operation, std::string_view name, std::string_view key) {
    check.key(name, key);
    return ask({operation, name, key});
  }
  std::size_t count(Operation operation, std::string_view name) {
    check.name(name);
    return static_cast<std::size_t>(ask({operation, name}).number);
  }
  ManagerReply ask_at(ManagerRequest request, std::size_t index) {
    request.number = static_cast<std::int64_t>(index);
    ManagerReply reply = ask(request);
    if (reply.status == Status::out_of_range) {
      check.index(request.name, index, static_cast<std::size_t>(reply.number));
    }
    return reply;
  }

  /// What the reply points into is there until the next one.
  ManagerReply ask(const ManagerRequest& request) {
    encode(request, request_);
    if (!channel_.send(request_)) check.server_died();
    std::optional<std::string_view> bytes = channel_.receive();
    if (!bytes) check.server_died();
    std::optional<ManagerReply> reply = decode_reply(*bytes);
    if (!reply || reply->status >= Status::too_many_clients) check.server_died();
    if (reply->status == Status::memory) check.memory(static_cast<std::size_t>(reply->number));
    return *reply;
  }

  static constexpr ManagerChecks check{info.name};
  Channel channel_;
  std::string request_;
};

}  // namespace handoff::detail
