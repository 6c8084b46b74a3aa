#pragma once

#include <string>
#include <utility>

#include "boost_segment.hpp"

namespace handoff {
namespace detail {

inline constexpr Info boost_managed_containers_info{
    .name = "boost_managed_containers",
    .mechanism = "hash tables and vectors in a managed segment, under a robust mutex",
    .source = "Boost.Interprocess, Boost.Unordered",
    .waiting = Waiting::blocks,
    .copies_per_message = 1,
    .syscalls_per_message = 0,
    .on_peer_death = Survivor::told,
    .largest_message = [] { return manager_limits.value; },
};

}  // namespace detail

/// Each operation locks all containers. A client that is killed while it changes them leaves them
/// of no use: the others are told.
class BoostManagedContainers {
 public:
  static constexpr const Info& info = detail::boost_managed_containers_info;
  static constexpr bool maps_memory = true;  ///< in each client, at an address of its own

  class Client {
   public:
    explicit Client(detail::Mapping memory) : shared_(std::move(memory), check) {}

    void set(std::string_view name, std::string_view key, std::string_view value) {
      check.key(name, key);
      check.value(value);
      shared_.change(value.size(), [&](Tables& tables) {
        auto dictionary = detail::find(tables.dictionaries, name);
        if (dictionary == tables.dictionaries.end()) {
          Tables::Dictionary fresh{shared_.allocator()};
          fresh.emplace(shared_.string(key), shared_.string(value));
          tables.dictionaries.emplace(shared_.string(name), std::move(fresh));
          return;
        }
        auto entry = detail::find(dictionary->second, key);
        if (entry == dictionary->second.end()) {
          dictionary->second.emplace(shared_.string(key), shared_.string(value));
        } else {
          exchange(entry->second, value);
        }
      });
    }
    bool get(std::string_view name, std::string_view key, std::string& into) {
      check.key(name, key);
      return look_up(name, key,
                     [&](const auto& value) { into.assign(value.data(), value.size()); });
    }
    bool erase(std::string_view name, std::string_view key) {
      check.key(name, key);
      return shared_.change(0, [&](Tables& tables) {
        auto dictionary = detail::find(tables.dictionaries, name);
        if (dictionary == tables.dictionaries.end()) return false;
        auto entry = detail::find(dictionary->second, key);
        if (entry == dictionary->second.end()) return false;
        dictionary->second.erase(entry);
        if (dictionary->second.empty()) tables.dictionaries.erase(dictionary);
        return true;
      });
    }
    bool contains(std::string_view name, std::string_view key) {
      check.key(name, key);
      return look_up(name, key, [](const auto&) {});
    }
    std::size_t size(std::string_view name) {
      check.name(name);
      return shared_.look([&](Tables& tables) {
        auto dictionary = detail::find(tables.dictionaries, name);
        return dictionary == tables.dictionaries.end() ? 0 : dictionary->second.size();
      });
    }

    void append(std::string_view name, std::string_view value) {
      check.name(name);
      check.value(value);
      shared_.change(value.size(), [&](Tables& tables) {
        auto list = detail::find(tables.lists, name);
        if (list != tables.lists.end()) {
          list->second.push_back(shared_.string(value));
          return;
        }
        Tables::List fresh{shared_.allocator()};
        fresh.push_back(shared_.string(value));
        tables.lists.emplace(shared_.string(name), std::move(fresh));
      });
    }
    void element(std::string_view name, std::size_t index, std::string& into) {
      check.name(name);
      shared_.look([&](Tables& tables) {
        const detail::SegmentString& value = at(tables, name, index);
        into.assign(value.data(), value.size());
      });
    }
    void replace(std::string_view name, std::size_t index, std::string_view value) {
      check.name(name);
      check.value(value);
      shared_.change(value.size(),
                     [&](Tables& tables) { exchange(at(tables, name, index), value); });
    }
    std::size_t length(std::string_view name) {
      check.name(name);
      return shared_.look([&](Tables& tables) { return length_of(tables, name); });
    }
    void clear(std::string_view name) {
      check.name(name);
      shared_.change(0, [&](Tables& tables) {
        auto list = detail::find(tables.lists, name);
        if (list != tables.lists.end()) tables.lists.erase(list);
      });
    }

    void store(std::string_view name, std::int64_t number) {
      check.name(name);
      change_integer(name, [&](std::int64_t) { return number; });
    }
    std::int64_t load(std::string_view name) {
      check.name(name);
      return shared_.look([&](Tables& tables) {
        auto found = detail::find(tables.integers, name);
        return found == tables.integers.end() ? 0 : found->second;
      });
    }
    std::int64_t add(std::string_view name, std::int64_t number) {
      check.name(name);
      return change_integer(name,
                            [&](std::int64_t before) { return check.sum(name, before, number); });
    }

   private:
    using Tables = detail::SegmentTables;
    static constexpr detail::ManagerChecks check{info.name};

    static std::size_t length_of(Tables& tables, std::string_view name) {
      auto list = detail::find(tables.lists, name);
      return list == tables.lists.end() ? 0 : list->second.size();
    }
    static detail::SegmentString& at(Tables& tables, std::string_view name, std::size_t index) {
      check.index(name, index, length_of(tables, name));
      return detail::find(tables.lists, name)->second[index];
    }
    /// In place where the length stays, else in memory of the new length.
    void exchange(detail::SegmentString& before, std::string_view value) {
      if (before.size() == value.size()) {
        before.assign(value.data(), value.size());
      } else {
        detail::SegmentString fresh = shared_.string(value);
        before.swap(fresh);
      }
    }
    template <class Use>
    bool look_up(std::string_view name, std::string_view key, Use use) {
      return shared_.look([&](Tables& tables) {
        auto dictionary = detail::find(tables.dictionaries, name);
        if (dictionary == tables.dictionaries.end()) return false;
        auto entry = detail::find(dictionary->second, key);
        if (entry == dictionary->second.end()) return false;
        use(entry->second);
        return true;
      });
    }
    template <class Next>
    std::int64_t change_integer(std::string_view name, Next next) {
      return shared_.change(sizeof(std::int64_t), [&](Tables& tables) {
        auto found = detail::find(tables.integers, name);
        if (found != tables.integers.end()) return found->second = next(found->second);
        return tables.integers.emplace(shared_.string(name), next(0)).first->second;
      });
    }

    detail::MappedTables shared_;
  };

  explicit BoostManagedContainers(ManagerShape shape)
      : shape_(check.shape(shape)), file_(info.name, detail::MappedTables::bytes) {
    detail::MappedTables::create(detail::Mapping(file_.get(), 0, detail::MappedTables::bytes));
  }
  BoostManagedContainers(const BoostManagedContainers&) = delete;
  BoostManagedContainers& operator=(const BoostManagedContainers&) = delete;

  Client client(unsigned i) const {
    check.client(i, shape_);
    return Client(file_.map(0, detail::MappedTables::bytes));
  }

 private:
  static constexpr detail::ManagerChecks check{info.name};
  ManagerShape shape_;
  detail::MemoryFile file_;
};

static_assert(Manager<BoostManagedContainers>);

}  // namespace handoff
