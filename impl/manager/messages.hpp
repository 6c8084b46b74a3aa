#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "contract.hpp"

/// What clients and servers of managers say to each other. Decoding is a pure function over bytes
/// that a stranger may have written: it looks at nothing else, and what it returns points into
/// them.
namespace handoff::detail {

enum class ManagerOperation : std::uint8_t {
  set,  // dictionaries
  get,
  erase,
  contains,
  size,
  append,  // lists
  element,
  replace,
  length,
  clear,
  store,  // integers
  load,
  add,
};
inline constexpr auto last_manager_operation = ManagerOperation::add;

/// An operation has the parts that it needs; the others are empty, and the number 0.
struct ManagerRequest {
  ManagerOperation operation;
  std::string_view name = {};
  std::string_view key = {};
  std::string_view value = {};
  std::int64_t number = 0;  ///< operand, or index of an element
};

struct ManagerReply {
  enum class Status : std::uint8_t {
    done,          ///< with a number or a value, where one was asked for
    absent,        ///< no such key
    out_of_range,  ///< with the length of the list
    overflow,
    memory,            ///< over the limit; with the bytes that it would take
    too_many_clients,  ///< and goodbye
    refused,           ///< not understood, or not to be served; and goodbye
  };
  static constexpr auto last_status = Status::refused;

  Status status = Status::done;
  std::int64_t number = 0;
  std::string_view value = {};
};

/// Numbers have the lowest byte first.
static_assert(std::endian::native == std::endian::little, "numbers are copied as they are");

/// A request's head: operation, length of the name (1 B), length of the key (2 B), number (8 B);
/// after it the name, the key, and as the rest the value.
inline constexpr std::size_t request_head_bytes = 12;
/// A reply's: status, number (8 B); as the rest the value.
inline constexpr std::size_t reply_head_bytes = 9;
inline constexpr std::size_t largest_request =
    request_head_bytes + manager_limits.name + manager_limits.key + manager_limits.value;
inline constexpr std::size_t largest_reply = reply_head_bytes + manager_limits.value;

template <class Number>
void put_number(std::string& bytes, Number number) {
  char copied[sizeof(number)];
  std::memcpy(copied, &number, sizeof(number));
  bytes.append(copied, sizeof(number));
}
template <class Number>
Number number_at(std::string_view bytes, std::size_t position) {
  Number number;
  std::memcpy(&number, bytes.data() + position, sizeof(number));
  return number;
}

constexpr bool has_key(ManagerOperation operation) {
  return operation <= ManagerOperation::contains;
}
constexpr bool has_value(ManagerOperation operation) {
  return operation == ManagerOperation::set || operation == ManagerOperation::append ||
         operation == ManagerOperation::replace;
}
constexpr bool has_number(ManagerOperation operation) {
  return operation == ManagerOperation::element || operation == ManagerOperation::replace ||
         operation == ManagerOperation::store || operation == ManagerOperation::add;
}

/// Into `bytes`, whose memory is used again. The parts are within their limits.
inline void encode(const ManagerRequest& request, std::string& bytes) {
  bytes.clear();
  put_number(bytes, request.operation);
  put_number(bytes, static_cast<std::uint8_t>(request.name.size()));
  put_number(bytes, static_cast<std::uint16_t>(request.key.size()));
  put_number(bytes, request.number);
  bytes.append(request.name).append(request.key).append(request.value);
}

/// None where the bytes are not exactly what encode() makes of a request within the limits.
inline std::optional<ManagerRequest> decode_request(std::string_view bytes) {
  if (bytes.size() < request_head_bytes) return std::nullopt;
  const auto operation = number_at<std::uint8_t>(bytes, 0);
  const std::size_t name = number_at<std::uint8_t>(bytes, 1);
  const std::size_t key = number_at<std::uint16_t>(bytes, 2);
  if (operation > static_cast<std::uint8_t>(last_manager_operation)) return std::nullopt;
  if (name > manager_limits.name || key > manager_limits.key) return std::nullopt;
  std::string_view rest = bytes.substr(request_head_bytes);
  if (rest.size() < name + key) return std::nullopt;
  ManagerRequest request{.operation = ManagerOperation{operation},
                         .name = rest.substr(0, name),
                         .key = rest.substr(name, key),
                         .value = rest.substr(name + key),
                         .number = number_at<std::int64_t>(bytes, 4)};
  bool superfluous = (!request.key.empty() && !has_key(request.operation)) ||
                     (!request.value.empty() && !has_value(request.operation)) ||
                     (request.number != 0 && !has_number(request.operation));
  if (superfluous || request.value.size() > manager_limits.value) return std::nullopt;
  return request;
}

inline void encode(const ManagerReply& reply, std::string& bytes) {
  bytes.clear();
  put_number(bytes, reply.status);
  put_number(bytes, reply.number);
  bytes.append(reply.value);
}

inline std::optional<ManagerReply> decode_reply(std::string_view bytes) {
  if (bytes.size() < reply_head_bytes || bytes.size() > largest_reply) return std::nullopt;
  const auto status = number_at<std::uint8_t>(bytes, 0);
  if (status > static_cast<std::uint8_t>(ManagerReply::last_status)) return std::nullopt;
  return ManagerReply{.status = ManagerReply::Status{status},
                      .number = number_at<std::int64_t>(bytes, 1),
                      .value = bytes.substr(reply_head_bytes)};
}

}  // namespace handoff::detail
