#pragma once

#include <algorithm>
#include <bit>
#include <charconv>
#include <climits>
#include <cstring>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include "../common/redis.hpp"
#include "contract.hpp"

namespace handoff {
namespace detail {

inline constexpr Info redis_incr_info{
    .name = "redis_incr",
    .mechanism =
        "one integer: GET, SET, INCRBY; arrays: GETRANGE, SETRANGE, BITFIELD INCRBY; "
        "updates by WATCH and MULTI",
    .source = "Redis 7.0, hiredis",
    .waiting = Waiting::blocks,
    .copies_per_message = 4,    // into and out of the buffers of both, two by the kernel
    .syscalls_per_message = 5,  // write and read; the server waits, reads and writes
    .on_peer_death = Survivor::told,
    .unavailable = why_no_redis,
};

/// One integer, kept as Redis counts: in decimals, of 64 bits with a sign. A sum beyond them is an
/// error of Redis.
template <class T>
struct RedisCounter {
  static constexpr bool counts = true;

  static std::string decimals(T value) { return std::to_string(static_cast<std::int64_t>(value)); }
  static void create(RedisServer& server, std::string_view key, std::size_t) {
    (void)server.command({"SET", key, "0"});
  }
  static void ask(RedisConnection& redis, std::string_view key, std::size_t, std::size_t) {
    redis.append({"GET", key});
  }
  static void decode(std::string_view text, std::span<T> into) {
    std::int64_t number = 0;
    auto end = std::from_chars(text.data(), text.data() + text.size(), number);
    if (end.ec != std::errc() || text.empty()) {
      throw std::runtime_error("redis_incr: no number: " + std::string(text));
    }
    into[0] = static_cast<T>(number);
  }
  static void tell(RedisConnection& redis, std::string_view key, std::size_t,
                   std::span<const T> from) {
    redis.append({"SET", key, decimals(from[0])});
  }
  static void add(RedisConnection& redis, std::string_view key, std::size_t, T value) {
    (void)redis.command({"INCRBY", key, decimals(value)});
  }
};

/// An array, kept as one string of bytes; integers of 64 bits with the highest byte first, as
/// BITFIELD has them, which lets sums wrap around.
template <class T>
struct RedisArray {
  static constexpr bool counts = std::is_integral_v<T> && sizeof(T) == sizeof(std::uint64_t);

  static T turned(T value) {
    if constexpr (counts && std::endian::native == std::endian::little) {
      return static_cast<T>(__builtin_bswap64(static_cast<std::uint64_t>(value)));
    }
    return value;
  }
  static std::string position(std::size_t index) { return std::to_string(index * sizeof(T)); }

  static void create(RedisServer& server, std::string_view key, std::size_t length) {
    const std::string last = std::to_string(length * sizeof(T) - 1);
    (void)server.command({"SETRANGE", key, last, std::string_view("\0", 1)});
  }
  static void ask(RedisConnection& redis, std::string_view key, std::size_t index,
                  std::size_t count) {
    const std::string last = std::to_string((index + count) * sizeof(T) - 1);
    redis.append({"GETRANGE", key, position(index), last});
  }
  static void decode(std::string_view text, std::span<T> into) {
    if (text.size() != into.size_bytes()) throw std::runtime_error("redis_incr: a string is short");
    std::memcpy(into.data(), text.data(), text.size());
    if constexpr (counts) std::transform(into.begin(), into.end(), into.begin(), turned);
  }
  static void tell(RedisConnection& redis, std::string_view key, std::size_t index,
                   std::span<const T> from) {
    auto send = [&](std::span<const T> elements) {
      redis.append({"SETRANGE", key, position(index),
                    std::string_view(reinterpret_cast<const char*>(elements.data()),
                                     elements.size_bytes())});
    };
    if constexpr (counts) {
      std::vector<T> elements(from.size());
      std::transform(from.begin(), from.end(), elements.begin(), turned);
      send(elements);
    } else {
      send(from);
    }
  }
  static void add(RedisConnection& redis, std::string_view key, std::size_t index, T value) {
    const std::string bit = std::to_string(index * sizeof(T) * CHAR_BIT);
    const std::string operand = std::to_string(static_cast<std::int64_t>(value));
    (void)redis.command({"BITFIELD", key, "INCRBY", "i64", bit, operand});
  }
};

}  // namespace detail

/// Elements in a Redis server, one key for each value; each worker has a connection.
template <class T, std::size_t Length>
class RedisIncr {
  static constexpr bool is_counter =
      Length == 1 && std::is_integral_v<T> && sizeof(T) <= sizeof(std::int64_t);
  using Form = std::conditional_t<is_counter, detail::RedisCounter<T>, detail::RedisArray<T>>;

 public:
  using value_type = T;
  static constexpr bool locked = true;
  static constexpr const Info& info = detail::redis_incr_info;

  /// Not to be kept over a fork: the child would share the connection.
  class Handle {
   public:
    Handle(const detail::RedisServer& server, std::string key)
        : redis_(server.connect(info.name)), key_(std::move(key)) {}

    T load(std::size_t index) {
      T value;
      read(index, std::span(&value, 1));
      return value;
    }
    void store(T value, std::size_t index) { write(index, std::span<const T>(&value, 1)); }
    void add(T value, std::size_t index) {
      check_range(info.name, index, 1, Length);
      if constexpr (Form::counts) {
        Form::add(redis_, key_, index, value);
      } else {
        update([&](const T& before) { return static_cast<T>(before + value); }, index);
      }
    }
    /// Computes again when somebody has changed the value meanwhile, as Redis's own transactions
    /// do: they tell that in the end.
    template <class Change>
    void update(Change change, std::size_t index) {
      check_range(info.name, index, 1, Length);
      T value;
      do {
        redis_.append({"WATCH", key_});
        Form::ask(redis_, key_, index, 1);
        (void)redis_.reply();
        Form::decode(text_of(redis_.reply()), std::span(&value, 1));
        try {
          value = change(value);
        } catch (...) {
          (void)redis_.command({"UNWATCH"});
          throw;
        }
      } while (!exchange(index, value));
    }
    void read(std::size_t index, std::span<T> into) {
      check_range(info.name, index, into.size(), Length);
      if (into.empty()) return;
      Form::ask(redis_, key_, index, into.size());
      Form::decode(text_of(redis_.reply()), into);
    }
    void write(std::size_t index, std::span<const T> from) {
      check_range(info.name, index, from.size(), Length);
      if (from.empty()) return;
      Form::tell(redis_, key_, index, from);
      (void)redis_.reply();
    }

   private:
    /// False when the key has changed since it was watched.
    bool exchange(std::size_t index, const T& value) {
      redis_.append({"MULTI"});
      Form::tell(redis_, key_, index, std::span(&value, 1));
      redis_.append({"EXEC"});
      (void)redis_.reply();
      (void)redis_.reply();  // "QUEUED"
      return redis_.reply()->type != REDIS_REPLY_NIL;
    }

    detail::RedisConnection redis_;
    std::string key_;
  };

  explicit RedisIncr(ValueShape shape)
      : workers_(info.name, shape.workers),
        server_(detail::RedisServer::of_this_process(info.name)),
        key_(server_.new_key()) {
    Form::create(server_, key_, Length);
  }
  ~RedisIncr() { server_.forget(key_); }
  RedisIncr(const RedisIncr&) = delete;
  RedisIncr& operator=(const RedisIncr&) = delete;

  Handle handle(unsigned worker) {
    return Handle(workers_.for_worker(*this, worker).server_, key_);
  }
  std::vector<pid_t> servers() const { return {server_.pid()}; }

 private:
  NumberedWorkers workers_;
  detail::RedisServer& server_;  ///< of which a forked worker has its own copy at the same address
  std::string key_;
};

}  // namespace handoff
