#pragma once

#include <fcntl.h>
#include <hiredis/hiredis.h>
#include <sys/un.h>

#include <array>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "private_server.hpp"
#include "status.hpp"

/// A Redis server of one's own, over a Unix socket in its folder, that writes nothing to disk. The
/// client library sends without MSG_NOSIGNAL: who goes on after the server has been killed ignores
/// SIGPIPE, as its author advises.
namespace handoff::detail {

inline std::string why_no_redis() { return why_no_program("redis-server", "redis-server"); }

struct RedisReplyFree {
  void operator()(redisReply* reply) const { freeReplyObject(reply); }
};
using RedisReply = std::unique_ptr<redisReply, RedisReplyFree>;

inline std::string_view text_of(const RedisReply& reply) {
  return reply->str == nullptr ? std::string_view() : std::string_view(reply->str, reply->len);
}

/// Of one worker.
class RedisConnection {
 public:
  /// `object`: whose errors it raises.
  RedisConnection(std::string_view object, const std::string& path)
      : object_(object), context_(redisConnectUnix(path.c_str())) {
    if (!context_) throw std::bad_alloc();
    check();
    ::fcntl(context_->fd, F_SETFD, FD_CLOEXEC);
  }

  /// Sent by the next reply().
  void append(std::initializer_list<std::string_view> words) {
    std::array<const char*, most_words> begins{};
    std::array<std::size_t, most_words> lengths{};
    std::size_t count = 0;
    for (std::string_view word : words) {
      begins.at(count) = word.data();
      lengths.at(count++) = word.size();
    }
    redisAppendCommandArgv(context_.get(), static_cast<int>(count), begins.data(), lengths.data());
    check();
  }
  /// To the first command that has none yet. Raises what the server refuses.
  RedisReply reply() {
    void* got = nullptr;
    redisGetReply(context_.get(), &got);
    check();
    RedisReply reply(static_cast<redisReply*>(got));
    if (reply->type != REDIS_REPLY_ERROR) return reply;
    throw std::runtime_error(std::string(object_).append(": ").append(text_of(reply)));
  }
  RedisReply command(std::initializer_list<std::string_view> words) {
    append(words);
    return reply();
  }
  /// Sends without waiting for a reply, which will make the descriptor readable.
  void send() {
    for (int done = 0; done == 0; check()) redisBufferWrite(context_.get(), &done);
  }
  int descriptor() const { return context_->fd; }

 private:
  static constexpr std::size_t most_words = 8;

  void check() const {
    if (context_->err == 0) return;
    throw std::runtime_error(std::string(object_).append(": redis: ").append(context_->errstr));
  }

  struct Free {
    void operator()(redisContext* context) const { redisFree(context); }
  };
  std::string_view object_;
  std::unique_ptr<redisContext, Free> context_;
};

/// This process's server, started with the first object that needs it: starting one takes
/// milliseconds. Its forked children use it too, for objects that were made before.
class RedisServer {
 public:
  static RedisServer& of_this_process(std::string_view object) {
    static std::mutex mutex;
    static std::unique_ptr<RedisServer> server;
    std::scoped_lock lock(mutex);
    if (!server || server->owner_ != getpid()) {
      // Inherited over a fork: its objects are in use.
      (void)server.release();  // NOLINT(bugprone-unused-return-value)
      server.reset(new RedisServer(object));
    }
    return *server;
  }

  pid_t pid() const { return process_->pid(); }
  /// From any process that has inherited this.
  RedisConnection connect(std::string_view object) const { return {object, path_}; }

  std::string new_key() {
    std::scoped_lock lock(mutex_);
    return std::to_string(next_key_++);
  }
  /// By a connection that the threads of this process share; a forked child makes a new one each
  /// time. Not for what is measured.
  RedisReply command(std::initializer_list<std::string_view> words) {
    if (getpid() != owner_) return connect("redis").command(words);
    std::scoped_lock lock(mutex_);
    return connection_->command(words);
  }
  /// Forgets what was kept under a key, unless the server has gone with all of it.
  void forget(std::string_view key) {
    try {
      (void)command({"DEL", key});
    } catch (const std::exception&) {
      return;
    }
  }

 private:
  explicit RedisServer(std::string_view object) {
    if (std::string why = why_no_redis(); !why.empty()) {
      throw std::runtime_error(std::string(object).append(": ").append(why));
    }
    process_.emplace(object, arguments);
    path_ = process_->path_of(socket_name);
    constexpr std::size_t longest = sizeof(sockaddr_un::sun_path) - 1;
    if (path_.size() > longest) {
      throw LimitError(object, "socket path in bytes", path_.size(), longest,
                       "set TMPDIR to a shorter one");
    }
    process_->wait_until([&] {
      std::unique_ptr<redisContext, void (*)(redisContext*)> trial(redisConnectUnix(path_.c_str()),
                                                                   redisFree);
      return trial && trial->err == 0;
    });
    connection_.emplace(connect("redis"));
  }

  static std::vector<std::string> arguments(const std::string& folder) {
    return {find_program("redis-server"),
            "--port",
            "0",
            "--unixsocket",
            folder + "/" + socket_name,
            "--unixsocketperm",
            "700",
            "--save",
            "",
            "--appendonly",
            "no",
            "--hz",
            "1"};  // it wakes up as rarely as it can while others are measured
  }

  static constexpr const char* socket_name = "s";

  pid_t owner_ = getpid();
  std::optional<PrivateServer> process_;
  std::string path_;
  std::mutex mutex_;
  std::uint64_t next_key_ = 0;
  std::optional<RedisConnection> connection_;
};

}  // namespace handoff::detail
