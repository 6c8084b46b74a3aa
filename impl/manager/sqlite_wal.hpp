#pragma once

#include <unistd.h>

#include <memory>
#include <string>

#include "sqlite_connection.hpp"

namespace handoff {

/// A SQLite database file; each worker has a connection. Readers see it as it was when they began,
/// and wait for nobody; writers wait for each other, as SQLite does, by looking again after a
/// while.
class SqliteWal {
 public:
  static constexpr const Info& info = detail::sqlite_wal_info;

  class Client {
    using Step = detail::SqliteStep;
    using Connection = detail::SqliteConnection;

   public:
    explicit Client(const std::string& path) : connection_(std::make_unique<Connection>(path)) {}

    void set(std::string_view name, std::string_view key, std::string_view value) {
      check.key(name, key);
      check.value(value);
      (void)step(Connection::set).bind(name).bind(key).bind(value).run();
    }
    bool get(std::string_view name, std::string_view key, std::string& into) {
      check.key(name, key);
      Step step = this->step(Connection::get);
      if (!step.bind(name).bind(key).run()) return false;
      step.take(into);
      return true;
    }
    bool erase(std::string_view name, std::string_view key) {
      check.key(name, key);
      (void)step(Connection::erase).bind(name).bind(key).run();
      return connection_->has_changed();
    }
    bool contains(std::string_view name, std::string_view key) {
      check.key(name, key);
      return step(Connection::get).bind(name).bind(key).run();
    }
    std::size_t size(std::string_view name) {
      check.name(name);
      return count(Connection::size, name);
    }

    void append(std::string_view name, std::string_view value) {
      check.name(name);
      check.value(value);
      (void)step(Connection::append).bind(name).bind(value).run();
    }
    void element(std::string_view name, std::size_t index, std::string& into) {
      check.name(name);
      Step step = this->step(Connection::element);
      if (!step.bind(name).bind(position(index)).run()) past_the_end(name, index);
      step.take(into);
    }
    void replace(std::string_view name, std::size_t index, std::string_view value) {
      check.name(name);
      check.value(value);
      (void)step(Connection::replace).bind(name).bind(position(index)).bind(value).run();
      if (!connection_->has_changed()) past_the_end(name, index);
    }
    std::size_t length(std::string_view name) {
      check.name(name);
      return count(Connection::length, name);
    }
    void clear(std::string_view name) {
      check.name(name);
      (void)step(Connection::clear).bind(name).run();
    }

    void store(std::string_view name, std::int64_t number) {
      check.name(name);
      (void)step(Connection::store).bind(name).bind(number).run();
    }
    std::int64_t load(std::string_view name) {
      check.name(name);
      Step step = this->step(Connection::load);
      return step.bind(name).run() ? step.number() : 0;
    }
    /// In a transaction: SQLite's own sum would become a floating-point number where it overflows.
    std::int64_t add(std::string_view name, std::int64_t number) {
      check.name(name);
      (void)step(Connection::begin).run();
      try {
        std::int64_t sum = check.sum(name, load(name), number);
        store(name, sum);
        (void)step(Connection::commit).run();
        return sum;
      } catch (...) {
        // Some errors have undone it already.
        if (connection_->in_transaction()) (void)step(Connection::roll_back).run();
        throw;
      }
    }

   private:
    static constexpr detail::ManagerChecks check{info.name};

    Step step(Connection::Use use) { return Step(*connection_, use); }
    std::size_t count(Connection::Use use, std::string_view name) {
      Step step = this->step(use);
      (void)step.bind(name).run();
      return static_cast<std::size_t>(step.number());
    }
    /// No position is negative.
    static std::int64_t position(std::size_t index) { return static_cast<std::int64_t>(index); }
    [[noreturn]] void past_the_end(std::string_view name, std::size_t index) {
      check.past_the_end(name, index, length(name));
    }

    std::unique_ptr<Connection> connection_;
  };

  explicit SqliteWal(ManagerShape shape)
      : shape_(check.shape(shape)), path_(detail::SqliteFolder::of_this_process().new_path()) {
    detail::SqliteConnection first(path_, SQLITE_OPEN_CREATE);
    first.execute("PRAGMA journal_mode = WAL");
    first.execute("CREATE TABLE entries (name BLOB, key BLOB, value BLOB, UNIQUE (name, key))");
    first.execute(
        "CREATE TABLE elements (name BLOB, position INTEGER, value BLOB,"
        " UNIQUE (name, position))");
    first.execute("CREATE TABLE integers (name BLOB PRIMARY KEY, number INTEGER) WITHOUT ROWID");
  }
  ~SqliteWal() {
    for (const char* suffix : {"", "-wal", "-shm"}) ::unlink((path_ + suffix).c_str());
  }
  SqliteWal(const SqliteWal&) = delete;
  SqliteWal& operator=(const SqliteWal&) = delete;

  Client client(unsigned i) const {
    check.client(i, shape_);
    return Client(path_);
  }

 private:
  static constexpr detail::ManagerChecks check{info.name};
  ManagerShape shape_;
  std::string path_;
};

static_assert(Manager<SqliteWal>);

}  // namespace handoff
