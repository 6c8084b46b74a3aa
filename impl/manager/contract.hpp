#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "../common/info.hpp"
#include "../common/status.hpp"

/// Manager: dictionaries, lists and integers by name, which several workers read and change. A
/// namespace is a dictionary by names of attributes (Namespace below).
///
/// Names, keys and values are strings of any bytes. What nobody has set yet is empty: a dictionary
/// without keys, a list without elements, the integer 0; the same name may be that of one of each.
/// The object is built before the workers start; each worker takes a client of its own, which it
/// does not keep over a fork. Each operation is atomic, and changes nothing when it raises.
///
/// Over a limit, LimitError names it. An index past the end raises std::out_of_range, a sum that no
/// std::int64_t holds std::overflow_error, a server that has died std::runtime_error.
namespace handoff {

struct ManagerLimits {
  std::size_t name = 64;  ///< B, like the next ones
  std::size_t key = 256;
  std::size_t value = std::size_t{1} << 20;
  std::size_t memory = std::size_t{64} << 20;  ///< of all in a manager, with what keeping it takes
  unsigned clients = 64;                       ///< at a time
};
inline constexpr ManagerLimits manager_limits;

struct ManagerShape {
  unsigned clients = 1;  ///< numbers of clients; each is used once at a time
  Peers peers = Peers::threads;
};

template <class C>
concept ManagerClient = requires(C client, std::string_view name, std::string_view key,
                                 std::string_view value, std::string& into, std::size_t index,
                                 std::int64_t number) {
  // Dictionaries. False: there is no such key.
  client.set(name, key, value);
  { client.get(name, key, into) } -> std::same_as<bool>;
  { client.erase(name, key) } -> std::same_as<bool>;
  { client.contains(name, key) } -> std::same_as<bool>;
  { client.size(name) } -> std::same_as<std::size_t>;
  // Lists.
  client.append(name, value);
  client.element(name, index, into);
  client.replace(name, index, value);
  { client.length(name) } -> std::same_as<std::size_t>;
  client.clear(name);
  // Integers. An addition returns the sum.
  client.store(name, number);
  { client.load(name) } -> std::same_as<std::int64_t>;
  { client.add(name, number) } -> std::same_as<std::int64_t>;
};

template <class M>
concept Manager = requires(M manager, ManagerShape shape, unsigned i) {
  { M::info } -> std::convertible_to<Info>;
  {M(shape)};
  { manager.client(i) } -> ManagerClient;
};

/// Attributes by name, in a dictionary of that name.
template <ManagerClient Client>
class Namespace {
 public:
  Namespace(Client& client, std::string name) : client_(&client), name_(std::move(name)) {}

  void set(std::string_view attribute, std::string_view value) {
    client_->set(name_, attribute, value);
  }
  /// Raises std::out_of_range when there is no such attribute.
  void get(std::string_view attribute, std::string& into) {
    if (client_->get(name_, attribute, into)) return;
    throw std::out_of_range("namespace " + name_ + ": no attribute " + std::string(attribute));
  }

 private:
  std::remove_reference_t<Client>* client_;
  std::string name_;
};

}  // namespace handoff
