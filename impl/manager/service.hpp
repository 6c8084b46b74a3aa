#pragma once

#include <string>
#include <string_view>

#include "messages.hpp"
#include "store.hpp"

/// A server's part between the bytes of a request and those of its reply, however they travel.
namespace handoff::detail {

class ManagerService {
 public:
  explicit ManagerService(std::string_view manager) : store_(manager) {}

  /// False when the client is to be sent away after the reply.
  bool answer(std::string_view bytes, std::string& reply) {
    std::optional<ManagerRequest> request = decode_request(bytes);
    if (!request) {
      encode(ManagerReply{.status = Status::refused}, reply);
      return false;
    }
    encode(ManagerReply{}, reply);  // what is read comes right behind it
    ManagerReply answered;
    try {
      answered = execute(*request, reply);
    } catch (const std::overflow_error&) {
      answered.status = Status::overflow;
    } catch (const ManagerStore::Full& full) {
      answered = {.status = Status::memory, .number = static_cast<std::int64_t>(full.wanted)};
    } catch (const std::bad_alloc&) {
      encode(ManagerReply{.status = Status::refused}, reply);
      return false;
    }
    std::memcpy(reply.data(), &answered.status, sizeof(answered.status));
    std::memcpy(reply.data() + sizeof(answered.status), &answered.number, sizeof(answered.number));
    return true;
  }

 private:
  using Status = ManagerReply::Status;

  static ManagerReply number(std::uint64_t value) {
    return {.number = static_cast<std::int64_t>(value)};
  }
  static ManagerReply found(bool is_there) {
    return {.status = is_there ? Status::done : Status::absent};
  }
  static ManagerReply in_range(bool is_there, std::size_t length) {
    if (is_there) return {};
    return {.status = Status::out_of_range, .number = static_cast<std::int64_t>(length)};
  }

  ManagerReply execute(const ManagerRequest& asked, std::string& reply) {
    const auto index = static_cast<std::size_t>(asked.number);
    std::size_t length = 0;
    switch (asked.operation) {
      case ManagerOperation::set: store_.set(asked.name, asked.key, asked.value); return {};
      case ManagerOperation::get: return found(store_.get(asked.name, asked.key, reply));
      case ManagerOperation::erase: return found(store_.erase(asked.name, asked.key));
      case ManagerOperation::contains: return found(store_.contains(asked.name, asked.key));
      case ManagerOperation::size: return number(store_.size(asked.name));
      case ManagerOperation::append: store_.append(asked.name, asked.value); return {};
      case ManagerOperation::element: {
        bool is_there = store_.element(asked.name, index, reply, length);
        return in_range(is_there, length);
      }
      case ManagerOperation::replace: {
        bool is_there = store_.replace(asked.name, index, asked.value, length);
        return in_range(is_there, length);
      }
      case ManagerOperation::length: return number(store_.length(asked.name));
      case ManagerOperation::clear: store_.clear(asked.name); return {};
      case ManagerOperation::store: store_.store(asked.name, asked.number); return {};
      case ManagerOperation::load: return {.number = store_.load(asked.name)};
      case ManagerOperation::add: return {.number = store_.add(asked.name, asked.number)};
    }
    return {.status = Status::refused};
  }

  ManagerStore store_;
};

}  // namespace handoff::detail
