#pragma once

#include <array>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "../common/redis.hpp"
#include "closing_event.hpp"
#include "contract.hpp"
#include "polling.hpp"

namespace handoff {

/// A list in a Redis server; each end has a connection. A list has no bound: a script that looks at
/// its length first gives it one, and where it is full, puts sleep between tries.
template <class Item, std::size_t Capacity>
class RedisList {
 public:
  using value_type = Item;
  static constexpr Info info{.name = "redis_list",
                             .mechanism = "LPUSH, by a script that bounds the list, and BRPOP",
                             .source = "Redis 7.0, hiredis",
                             // Into a command, the kernel, the server's buffer, the list, a reply,
                             // the kernel, a buffer, and out of it; beside what Lua and the
                             // libraries make of it on the way.
                             .copies_per_message = 8,
                             .syscalls_per_message = 11.1,  // 6 of the server, and its timer's
                             .survives_killed_worker = true,
                             .unavailable = detail::why_no_redis};

  explicit RedisList(QueueShape shape)
      : ends_(info, shape),
        server_(detail::RedisServer::of_this_process(info.name)),
        key_(server_.new_key()),
        push_(text_of(server_.command({"SCRIPT", "LOAD", push_script}))) {}
  ~RedisList() { server_.forget(key_); }
  RedisList(const RedisList&) = delete;
  RedisList& operator=(const RedisList&) = delete;

  class Producer {
   public:
    explicit Producer(const RedisList& queue)
        : queue_(&queue), redis_(queue.server_.connect(info.name)) {}

    Status try_put(const Item& item) {
      if (queue_->closing_.flag().is_set()) return Status::closed;
      const std::string_view bytes(reinterpret_cast<const char*>(&item), sizeof(item));
      auto length =
          redis_.command({"EVALSHA", queue_->push_, "1", queue_->key_, queue_->limit_, bytes});
      return length->integer == 0 ? Status::would_wait : Status::ok;
    }
    Status put(const Item& item, Deadline deadline = never) {
      return nap_until_done([&] { return try_put(item); }, deadline);
    }

   private:
    const RedisList* queue_;
    detail::RedisConnection redis_;
  };

  class Consumer {
   public:
    explicit Consumer(const RedisList& queue)
        : queue_(&queue),
          redis_(queue.server_.connect(info.name)),
          number_(std::to_string(redis_.command({"CLIENT", "ID"})->integer)) {}

    Status try_get(Item& item) {
      if (pop(item)) return Status::ok;
      if (!queue_->closing_.flag().is_set()) return Status::would_wait;
      return pop(item) ? Status::ok : Status::closed;  // one may have come between the two looks
    }
    Status get(Item& item, Deadline deadline = never) {
      if (deadline == at_once || queue_->closing_.flag().is_set()) return try_get(item);
      redis_.append({"BRPOP", queue_->key_, "0"});
      redis_.send();
      if (!comes_until(deadline)) call_off();
      detail::RedisReply reply = redis_.reply();
      if (reply->type == REDIS_REPLY_ARRAY) {
        take(*reply->element[1], item);
        return Status::ok;
      }
      return queue_->closing_.flag().is_set() ? try_get(item) : Status::would_wait;
    }

   private:
    /// The server's own timeouts are as coarse as its timer.
    bool comes_until(Deadline deadline) const {
      std::array entries = {
          pollfd{.fd = redis_.descriptor(), .events = POLLIN, .revents = 0},
          pollfd{.fd = queue_->closing_.descriptor(), .events = POLLIN, .revents = 0}};
      poll_until(entries, deadline);
      return entries[0].revents != 0;
    }
    /// Has the server answer a BRPOP now, if only that nothing came.
    void call_off() {
      if (!other_) other_.emplace(queue_->server_.connect(info.name));
      std::array entry = {pollfd{.fd = redis_.descriptor(), .events = POLLIN, .revents = 0}};
      // Not blocked: already answered, or not seen yet.
      while (other_->command({"CLIENT", "UNBLOCK", number_})->integer == 0 &&
             poll_until(entry, at_once) == 0) {
      }
    }
    bool pop(Item& item) {
      detail::RedisReply reply = redis_.command({"RPOP", queue_->key_});
      if (reply->type == REDIS_REPLY_NIL) return false;
      take(*reply, item);
      return true;
    }
    static void take(const redisReply& reply, Item& item) {
      if (reply.len != sizeof(item)) throw std::runtime_error("redis_list: an item is cut");
      std::memcpy(&item, reply.str, sizeof(item));
    }

    const RedisList* queue_;
    detail::RedisConnection redis_;
    std::string number_;                            ///< that the server knows it by
    std::optional<detail::RedisConnection> other_;  ///< to call off by
  };

  Producer producer(unsigned i) { return Producer(ends_.for_producer(*this, i)); }
  Consumer consumer(unsigned i) { return Consumer(ends_.for_consumer(*this, i)); }
  std::size_t capacity() const { return Capacity; }
  std::size_t size() const {
    return static_cast<std::size_t>(server_.command({"LLEN", key_})->integer);
  }
  void close() { closing_.set(); }
  std::vector<pid_t> servers() const { return {server_.pid()}; }

 private:
  static constexpr std::string_view push_script =
      "if redis.call('LLEN', KEYS[1]) >= tonumber(ARGV[1]) then return 0 end "
      "return redis.call('LPUSH', KEYS[1], ARGV[2])";

  NumberedEnds ends_;
  detail::RedisServer& server_;  ///< of which a forked worker has its own copy at the same address
  std::string key_;
  std::string push_;  ///< the script's name
  std::string limit_ = std::to_string(Capacity);
  ClosingEvent closing_;
};

}  // namespace handoff
