#pragma once

#include <charconv>
#include <string>
#include <utility>
#include <vector>

#include "../common/redis.hpp"
#include "checks.hpp"

namespace handoff {
namespace detail {

inline constexpr Info redis_hash_info{
    .name = "redis_hash",
    .mechanism = "a Redis server: HSET, HGET; RPUSH, LINDEX; INCRBY",
    .source = "Redis 7.0, hiredis",
    .waiting = Waiting::blocks,
    .copies_per_message = 5,    // into and out of the buffers of both, two by the kernel, one kept
    .syscalls_per_message = 5,  // write and read; the server waits, reads and writes
    .on_peer_death = Survivor::told,
    .survives_killed_worker = true,
    .largest_message = [] { return manager_limits.value; },
    .unavailable = why_no_redis,
};

}  // namespace detail

/// Dictionaries, lists and integers of a Redis server; each worker has a connection. The limit of
/// memory is that of all managers of a process together, which share the server.
class RedisHash {
 public:
  static constexpr const Info& info = detail::redis_hash_info;

  class Client {
    using Reply = detail::RedisReply;

   public:
    Client(const detail::RedisServer& server, std::string prefix)
        : redis_(server.connect(info.name)), prefix_(std::move(prefix)) {}

    void set(std::string_view name, std::string_view key, std::string_view value) {
      check.key(name, key);
      check.value(value);
      (void)ask(value.size(), {"HSET", dictionary(name), key, value});
    }
    bool get(std::string_view name, std::string_view key, std::string& into) {
      check.key(name, key);
      return take(ask({"HGET", dictionary(name), key}), into);
    }
    bool erase(std::string_view name, std::string_view key) {
      check.key(name, key);
      return ask({"HDEL", dictionary(name), key})->integer == 1;
    }
    bool contains(std::string_view name, std::string_view key) {
      check.key(name, key);
      return ask({"HEXISTS", dictionary(name), key})->integer == 1;
    }
    std::size_t size(std::string_view name) {
      check.name(name);
      return static_cast<std::size_t>(ask({"HLEN", dictionary(name)})->integer);
    }

    void append(std::string_view name, std::string_view value) {
      check.name(name);
      check.value(value);
      (void)ask(value.size(), {"RPUSH", list(name), value});
    }
    void element(std::string_view name, std::size_t index, std::string& into) {
      check.name(name);
      if (!is_index(index) || !take(ask({"LINDEX", list(name), std::to_string(index)}), into)) {
        past_the_end(name, index);
      }
    }
    void replace(std::string_view name, std::size_t index, std::string_view value) {
      check.name(name);
      check.value(value);
      if (!is_index(index)) past_the_end(name, index);
      try {
        (void)ask(value.size(), {"LSET", list(name), std::to_string(index), value});
      } catch (const std::runtime_error& error) {
        if (says(error, "index out of range") || says(error, "no such key")) {
          past_the_end(name, index);
        }
        throw;
      }
    }
    std::size_t length(std::string_view name) {
      check.name(name);
      return static_cast<std::size_t>(ask({"LLEN", list(name)})->integer);
    }
    void clear(std::string_view name) {
      check.name(name);
      (void)ask({"DEL", list(name)});
    }

    void store(std::string_view name, std::int64_t number) {
      check.name(name);
      (void)ask(sizeof(number), {"SET", integer(name), std::to_string(number)});
    }
    std::int64_t load(std::string_view name) {
      check.name(name);
      Reply reply = ask({"GET", integer(name)});
      std::string_view text = detail::text_of(reply);
      std::int64_t number = 0;
      (void)std::from_chars(text.data(), text.data() + text.size(), number);
      return number;
    }
    std::int64_t add(std::string_view name, std::int64_t number) {
      check.name(name);
      try {
        return ask(sizeof(number), {"INCRBY", integer(name), std::to_string(number)})->integer;
      } catch (const std::runtime_error& error) {
        if (says(error, "overflow")) check.overflow(name, number);
        throw;
      }
    }

   private:
    std::string dictionary(std::string_view name) const { return key('d', name); }
    std::string list(std::string_view name) const { return key('l', name); }
    std::string integer(std::string_view name) const { return key('i', name); }
    std::string key(char kind, std::string_view name) const {
      return std::string(prefix_).append(1, kind).append(name);
    }

    Reply ask(std::initializer_list<std::string_view> words) { return redis_.command(words); }
    /// One that may need `bytes` more of the server's memory.
    Reply ask(std::size_t bytes, std::initializer_list<std::string_view> words) {
      try {
        return redis_.command(words);
      } catch (const std::runtime_error& error) {
        if (says(error, "OOM")) check.memory(manager_limits.memory + bytes);
        throw;
      }
    }
    static bool take(const Reply& reply, std::string& into) {
      if (reply->type == REDIS_REPLY_NIL) return false;
      into.assign(detail::text_of(reply));
      return true;
    }
    /// Redis counts from the end where it is negative.
    static bool is_index(std::size_t index) {
      return index <= static_cast<std::size_t>(std::numeric_limits<std::int64_t>::max());
    }
    [[noreturn]] void past_the_end(std::string_view name, std::size_t index) {
      check.past_the_end(name, index, length(name));
    }
    /// What the server refused tells why in words only.
    static bool says(const std::runtime_error& error, std::string_view words) {
      return std::string_view(error.what()).find(words) != std::string_view::npos;
    }

    detail::RedisConnection redis_;
    std::string prefix_;
  };

  explicit RedisHash(ManagerShape shape)
      : shape_(check.shape(shape)),
        server_(detail::RedisServer::of_this_process(info.name)),
        prefix_(server_.new_key() + ":") {
    constexpr std::size_t of_its_own = std::size_t{2} << 20;  // what an empty server uses, about
    const std::string limit = std::to_string(manager_limits.memory + of_its_own);
    (void)server_.command({"CONFIG", "SET", "maxmemory", limit});
  }
  ~RedisHash() {
    try {
      detail::RedisReply keys = server_.command({"KEYS", prefix_ + "*"});
      for (std::size_t i = 0; i < keys->elements; ++i) {
        server_.forget({keys->element[i]->str, keys->element[i]->len});
      }
    } catch (const std::exception&) {
      return;  // a server that has gone keeps nothing
    }
  }
  RedisHash(const RedisHash&) = delete;
  RedisHash& operator=(const RedisHash&) = delete;

  Client client(unsigned i) const {
    check.client(i, shape_);
    return Client(server_, prefix_);
  }
  std::vector<pid_t> servers() const { return {server_.pid()}; }

 private:
  static constexpr detail::ManagerChecks check{info.name};
  ManagerShape shape_;
  detail::RedisServer& server_;  ///< of which a forked worker has its own copy at the same address
  std::string prefix_;
};

static_assert(Manager<RedisHash>);

}  // namespace handoff
