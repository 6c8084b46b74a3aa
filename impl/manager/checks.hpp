#pragma once

#include "contract.hpp"

/// What all managers refuse, in the same words.
namespace handoff::detail {

/// `manager`: whose errors are raised.
struct ManagerChecks {
  std::string_view manager;

  ManagerShape shape(ManagerShape shape) const {
    if (shape.clients == 0) throw std::invalid_argument(std::string(manager) + ": no clients");
    most("number of clients", shape.clients, manager_limits.clients);
    return shape;
  }
  void client(unsigned i, ManagerShape shape) const {
    most("client's number", i, shape.clients - 1);
  }
  void name(std::string_view name) const { most("name in B", name.size(), manager_limits.name); }
  void key(std::string_view name, std::string_view key) const {
    this->name(name);
    most("key in B", key.size(), manager_limits.key);
  }
  void value(std::string_view value) const {
    most("value in B", value.size(), manager_limits.value);
  }
  void index(std::string_view list, std::size_t index, std::size_t length) const {
    if (index >= length) past_the_end(list, index, length);
  }
  [[noreturn]] void past_the_end(std::string_view list, std::size_t index,
                                 std::size_t length) const {
    throw std::out_of_range(std::string(manager) + ": element " + std::to_string(index) + " of " +
                            std::to_string(length) + " of the list " + std::string(list));
  }
  std::int64_t sum(std::string_view integer, std::int64_t before, std::int64_t number) const {
    std::int64_t sum = 0;
    if (__builtin_add_overflow(before, number, &sum)) overflow(integer, number);
    return sum;
  }
  [[noreturn]] void overflow(std::string_view integer, std::int64_t number) const {
    throw std::overflow_error(std::string(manager) + ": adding " + std::to_string(number) +
                              " takes the integer " + std::string(integer) +
                              " over the limits of " +
                              std::to_string(std::numeric_limits<std::int64_t>::min()) + " and " +
                              std::to_string(std::numeric_limits<std::int64_t>::max()));
  }
  [[noreturn]] void memory(std::size_t wanted) const {
    throw LimitError(manager, "memory in B", wanted, manager_limits.memory,
                     "delete keys or clear lists");
  }
  [[noreturn]] void too_many_clients() const {
    throw LimitError(manager, "number of clients", manager_limits.clients + 1,
                     manager_limits.clients);
  }
  [[noreturn]] void other_user() const {
    throw std::runtime_error(std::string(manager) + ": it is another user's, and refuses");
  }
  [[noreturn]] void server_died() const {
    throw std::runtime_error(std::string(manager) + ": the server has gone, or has sent us away");
  }

 private:
  void most(const char* thing, std::size_t wanted, std::size_t limit) const {
    if (wanted > limit) throw LimitError(manager, thing, wanted, limit);
  }
};

}  // namespace handoff::detail
