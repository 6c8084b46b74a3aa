#pragma once

#include <exception>
#include <functional>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "checks.hpp"

/// What a server keeps: dictionaries, lists and integers, one operation after the other. Threads of
/// one process share it.
namespace handoff::detail {

class ManagerStore {
 public:
  /// There is no room for this many bytes.
  struct Full : std::exception {
    explicit Full(std::size_t bytes) : wanted(bytes) {}
    std::size_t wanted;
  };

  explicit ManagerStore(std::string_view manager) : check_{manager} {}

  void set(std::string_view name, std::string_view key, std::string_view value) {
    std::scoped_lock lock(mutex_);
    auto dictionary = dictionaries_.find(name);
    bool is_new = dictionary == dictionaries_.end();
    if (!is_new) {
      if (auto entry = dictionary->second.find(key); entry != dictionary->second.end()) {
        return exchange(entry->second, value);
      }
    }
    std::size_t added = cost(key) + value.size() + (is_new ? cost(name) : 0);
    reserve(added);
    std::string copy(value);  // before anything is changed: there may be no memory for it
    if (is_new) dictionary = dictionaries_.try_emplace(std::string(name)).first;
    dictionary->second.emplace(key, std::move(copy));
    used_ += added;
  }
  bool get(std::string_view name, std::string_view key, std::string& into) {
    std::scoped_lock lock(mutex_);
    const std::string* value = find(name, key);
    if (value != nullptr) into.append(*value);
    return value != nullptr;
  }
  bool erase(std::string_view name, std::string_view key) {
    std::scoped_lock lock(mutex_);
    auto dictionary = dictionaries_.find(name);
    if (dictionary == dictionaries_.end()) return false;
    auto entry = dictionary->second.find(key);
    if (entry == dictionary->second.end()) return false;
    used_ -= cost(key) + entry->second.size();
    dictionary->second.erase(entry);
    if (!dictionary->second.empty()) return true;
    used_ -= cost(name);
    dictionaries_.erase(dictionary);
    return true;
  }
  bool contains(std::string_view name, std::string_view key) {
    std::scoped_lock lock(mutex_);
    return find(name, key) != nullptr;
  }
  std::size_t size(std::string_view name) {
    std::scoped_lock lock(mutex_);
    auto dictionary = dictionaries_.find(name);
    return dictionary == dictionaries_.end() ? 0 : dictionary->second.size();
  }

  void append(std::string_view name, std::string_view value) {
    std::scoped_lock lock(mutex_);
    auto list = lists_.find(name);
    bool is_new = list == lists_.end();
    std::size_t added = cost(value) + (is_new ? cost(name) : 0);
    reserve(added);
    std::string copy(value);
    if (is_new) list = lists_.try_emplace(std::string(name)).first;
    list->second.push_back(std::move(copy));
    used_ += added;
  }
  /// False where the list ends before; `length` tells how long it is.
  bool element(std::string_view name, std::size_t index, std::string& into, std::size_t& length) {
    std::scoped_lock lock(mutex_);
    const std::string* value = at(name, index, length);
    if (value != nullptr) into.append(*value);
    return value != nullptr;
  }
  bool replace(std::string_view name, std::size_t index, std::string_view value,
               std::size_t& length) {
    std::scoped_lock lock(mutex_);
    std::string* before = at(name, index, length);
    if (before != nullptr) exchange(*before, value);
    return before != nullptr;
  }
  std::size_t length(std::string_view name) {
    std::scoped_lock lock(mutex_);
    auto list = lists_.find(name);
    return list == lists_.end() ? 0 : list->second.size();
  }
  void clear(std::string_view name) {
    std::vector<std::string> dropped;  // freed when the others may go on
    std::scoped_lock lock(mutex_);
    auto list = lists_.find(name);
    if (list == lists_.end()) return;
    dropped.swap(list->second);
    lists_.erase(list);
    used_ -= cost(name);
    for (const std::string& value : dropped) used_ -= cost(value);
  }

  void store(std::string_view name, std::int64_t number) {
    std::scoped_lock lock(mutex_);
    integer(name) = number;
  }
  std::int64_t load(std::string_view name) {
    std::scoped_lock lock(mutex_);
    auto found = integers_.find(name);
    return found == integers_.end() ? 0 : found->second;
  }
  std::int64_t add(std::string_view name, std::int64_t number) {
    std::scoped_lock lock(mutex_);
    std::int64_t& value = integer(name);
    return value = check_.sum(name, value, number);
  }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>()(text);
    }
  };
  template <class T>
  using ByName = std::unordered_map<std::string, T, Hash, std::equal_to<>>;

  /// Of what is kept under a string: about what the allocator and the tables add to its bytes.
  static std::size_t cost(std::string_view text) {
    constexpr std::size_t bookkeeping = 128;
    return text.size() + bookkeeping;
  }
  void reserve(std::size_t added) const {
    if (added > manager_limits.memory - used_) throw Full(used_ + added);
  }
  void exchange(std::string& before, std::string_view value) {
    if (value.size() == before.size()) {
      before.assign(value);
      return;
    }
    if (value.size() > before.size()) reserve(value.size() - before.size());
    std::string copy(value);  // assigned, a short one would keep the memory of a long one
    used_ += copy.size() - before.size();  // modulo 2^64
    before.swap(copy);
  }
  const std::string* find(std::string_view name, std::string_view key) const {
    auto dictionary = dictionaries_.find(name);
    if (dictionary == dictionaries_.end()) return nullptr;
    auto entry = dictionary->second.find(key);
    return entry == dictionary->second.end() ? nullptr : &entry->second;
  }
  std::string* at(std::string_view name, std::size_t index, std::size_t& length) {
    auto list = lists_.find(name);
    length = list == lists_.end() ? 0 : list->second.size();
    return index < length ? &list->second[index] : nullptr;
  }
  std::int64_t& integer(std::string_view name) {
    auto found = integers_.find(name);
    if (found != integers_.end()) return found->second;
    reserve(cost(name));
    auto made = integers_.try_emplace(std::string(name), 0).first;
    used_ += cost(name);
    return made->second;
  }

  ManagerChecks check_;
  std::mutex mutex_;
  std::size_t used_ = 0;
  ByName<ByName<std::string>> dictionaries_;
  ByName<std::vector<std::string>> lists_;
  ByName<std::int64_t> integers_;
};

}  // namespace handoff::detail
