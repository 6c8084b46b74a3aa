#pragma once

#include <memory>
#include <string>
#include <type_traits>

#include "lmdb_changes.hpp"

namespace handoff {

/// Records in an LMDB database. Readers see it as it was when they began, and wait for nobody; a
/// writer's transaction excludes other writers.
class LmdbRecordsManager {
  using Kind = detail::LmdbKind;
  using Change = detail::LmdbChange;
  using Records = detail::LmdbRecords;

 public:
  static constexpr const Info& info = detail::lmdb_records_info;

  class Client {
   public:
    Client(detail::LmdbManagers& database, std::uint64_t manager)
        : environment_(database.environment()), table_(database.table()), manager_(manager) {
      int dead = 0;  // readers, whose versions of the database are kept no longer
      detail::check_lmdb(info.name, mdb_reader_check(environment_, &dead), "mdb_reader_check");
    }

    void set(std::string_view name, std::string_view key, std::string_view value) {
      check.key(name, key);
      check.value(value);
      Change change = this->change();
      const std::string entry = change.records.key(Kind::entry, name, key);
      if (!change.records.find(entry)) count_up(change, Kind::dictionary, name);
      change.put(entry, value);
      change.commit();
    }
    bool get(std::string_view name, std::string_view key, std::string& into) {
      check.key(name, key);
      return look([&](const Records& records) {
        auto found = records.find(records.key(Kind::entry, name, key));
        if (found) into.assign(*found);
        return found.has_value();
      });
    }
    bool erase(std::string_view name, std::string_view key) {
      check.key(name, key);
      Change change = this->change();
      const std::string entry = change.records.key(Kind::entry, name, key);
      auto found = change.records.find(entry);
      if (!found) return false;
      change.remove(entry, *found);
      const std::string dictionary = change.records.key(Kind::dictionary, name);
      std::int64_t left = change.records.number(dictionary) - 1;
      if (left > 0) {
        change.put(dictionary, left);
      } else {
        change.remove_all(dictionary);
      }
      change.commit();
      return true;
    }
    bool contains(std::string_view name, std::string_view key) {
      check.key(name, key);
      return look([&](const Records& records) {
        return records.find(records.key(Kind::entry, name, key)).has_value();
      });
    }
    std::size_t size(std::string_view name) { return count(Kind::dictionary, name); }

    void append(std::string_view name, std::string_view value) {
      check.name(name);
      check.value(value);
      Change change = this->change();
      std::int64_t index = count_up(change, Kind::list, name);
      change.put(change.records.element_key(name, static_cast<std::uint64_t>(index)), value);
      change.commit();
    }
    void element(std::string_view name, std::size_t index, std::string& into) {
      check.name(name);
      look([&](const Records& records) {
        auto found = records.find(records.element_key(name, index));
        if (!found) past_the_end(records, name, index);
        into.assign(*found);
      });
    }
    void replace(std::string_view name, std::size_t index, std::string_view value) {
      check.name(name);
      check.value(value);
      Change change = this->change();
      const std::string element = change.records.element_key(name, index);
      if (!change.records.find(element)) past_the_end(change.records, name, index);
      change.put(element, value);
      change.commit();
    }
    std::size_t length(std::string_view name) { return count(Kind::list, name); }
    void clear(std::string_view name) {
      check.name(name);
      Change change = this->change();
      change.remove_all(change.records.key(Kind::element, name));
      change.remove_all(change.records.key(Kind::list, name));
      change.commit();
    }

    void store(std::string_view name, std::int64_t number) {
      check.name(name);
      Change change = this->change();
      change.put(change.records.key(Kind::integer, name), number);
      change.commit();
    }
    std::int64_t load(std::string_view name) {
      check.name(name);
      return look(
          [&](const Records& records) { return records.number(records.key(Kind::integer, name)); });
    }
    std::int64_t add(std::string_view name, std::int64_t number) {
      check.name(name);
      Change change = this->change();
      const std::string integer = change.records.key(Kind::integer, name);
      std::int64_t sum = check.sum(name, change.records.number(integer), number);
      change.put(integer, sum);
      change.commit();
      return sum;
    }

   private:
    static constexpr detail::ManagerChecks check{info.name};

    Change change() const { return {environment_, table_, manager_}; }

    template <class Look>
    std::invoke_result_t<Look, const Records&> look(Look look) {
      if (reader_) {
        detail::check_lmdb(info.name, mdb_txn_renew(reader_->get()), "mdb_txn_renew");
      } else {
        reader_ = std::make_unique<detail::LmdbTransaction>(info.name, environment_, MDB_RDONLY);
      }
      // Keeps its slot, and no version of the database.
      std::unique_ptr<MDB_txn, void (*)(MDB_txn*)> reading(reader_->get(), mdb_txn_reset);
      return look(Records(manager_, reading.get(), table_));
    }
    static std::int64_t count_up(Change& change, Kind kind, std::string_view name) {
      const std::string key = change.records.key(kind, name);
      std::int64_t before = change.records.number(key);
      change.put(key, before + 1);
      return before;
    }
    std::size_t count(Kind kind, std::string_view name) {
      check.name(name);
      return look([&](const Records& records) {
        return static_cast<std::size_t>(records.number(records.key(kind, name)));
      });
    }
    [[noreturn]] static void past_the_end(const Records& records, std::string_view name,
                                          std::size_t index) {
      auto length = static_cast<std::size_t>(records.number(records.key(Kind::list, name)));
      check.past_the_end(name, index, length);
    }

    MDB_env* environment_;
    MDB_dbi table_;
    std::uint64_t manager_;
    std::unique_ptr<detail::LmdbTransaction> reader_;
  };

  explicit LmdbRecordsManager(ManagerShape shape)
      : shape_(check.shape(shape)),
        database_(detail::LmdbManagers::of_this_process()),
        number_(database_.new_number()) {}
  /// Leaves the records when that fails: no other manager has their keys.
  ~LmdbRecordsManager() {
    try {
      detail::LmdbTransaction transaction(info.name, database_.environment(), 0);
      Records records(number_, transaction.get(), database_.table());
      records.remove_all(records.prefix(), [](std::string_view, std::string_view) {});
      transaction.commit();
    } catch (const std::exception&) {
      return;
    }
  }
  LmdbRecordsManager(const LmdbRecordsManager&) = delete;
  LmdbRecordsManager& operator=(const LmdbRecordsManager&) = delete;

  Client client(unsigned i) const {
    check.client(i, shape_);
    return Client(database_, number_);
  }

 private:
  static constexpr detail::ManagerChecks check{info.name};
  ManagerShape shape_;
  detail::LmdbManagers& database_;  ///< a forked worker has its own at the same address
  std::uint64_t number_;
};

static_assert(Manager<LmdbRecordsManager>);

}  // namespace handoff
