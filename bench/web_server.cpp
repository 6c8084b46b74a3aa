#include "bench/web_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>
#include <charconv>
#include <fstream>
#include <functional>
#include <stdexcept>
#include <string_view>

#include "bench/calibrated_work.hpp"

namespace handoff::bench {
namespace {

constexpr const char* echo_module = "/usr/lib/nginx/modules/ngx_http_echo_module.so";
constexpr const char* object = "web server";

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

Descriptor tcp_socket() {
  Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (socket.get() == -1) throw_errno("TCP socket");
  return socket;
}

void set_option(int socket, int level, int option) {
  constexpr int on = 1;
  if (::setsockopt(socket, level, option, &on, sizeof(on)) == -1) throw_errno("setsockopt");
}

/// SO_REUSEPORT: a server of the same user that sets it too may listen there.
Descriptor reserve_port() {
  Descriptor socket = tcp_socket();
  set_option(socket.get(), SOL_SOCKET, SO_REUSEPORT);
  const sockaddr_in any_port = loopback(0);
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&any_port), sizeof(any_port)) == -1) {
    throw_errno("bind to a free port");
  }
  return socket;
}

std::uint16_t port_of(int socket) {
  sockaddr_in address{};
  socklen_t length = sizeof(address);
  if (::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &length) == -1) {
    throw_errno("getsockname");
  }
  return ntohs(address.sin_port);
}

/// All that nginx writes stays in its folder, which it is started in and which holds no folders.
/// It is one process, so that its processor time can be read, and wakes up for requests alone.
std::string configuration(std::uint16_t port) {
  std::string text = "load_module " + std::string(echo_module) + ";\n";
  // Else it would give the folder to another user.
  if (::geteuid() == 0) text += "user root;\n";
  text +=
      "daemon off;\n"
      "master_process off;\n"
      "pid pid;\n"
      "events { worker_connections 1000; }\n"
      "http {\n"
      "  access_log off;\n"
      "  keepalive_timeout 1h;\n"
      "  keepalive_requests 1000000000;\n";
  for (const char* purpose : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"}) {
    text.append("  ").append(purpose).append("_temp_path .;\n");
  }
  text += "  server {\n    listen 127.0.0.1:" + std::to_string(port) + " reuseport;\n";
  for (std::size_t number = 0; number < pages; ++number) {
    const std::string name = std::to_string(number);
    text.append("    location = /").append(name).append(" { root .; }\n");
    text.append("    location = /slow/").append(name).append(" { echo_sleep 0.005; echo_exec /");
    text.append(name).append("; }\n");
  }
  return text + "  }\n}\n";
}

std::vector<std::string> arguments(const std::string& folder) {
  return {find_program("nginx"),     "-p", folder + "/", "-c",
          folder + "/configuration", "-e", "stderr"};
}

/// The value of a field in the head of a response; empty when it has none.
std::string_view field_of(std::string_view head, std::string_view name) {
  const std::string wanted = "\r\n" + std::string(name) + ": ";
  const std::size_t at = head.find(wanted);
  if (at == std::string_view::npos) return {};
  head.remove_prefix(at + wanted.size());
  return head.substr(0, head.find("\r\n"));
}

std::uint32_t fetch(const char* folder, TaskNumber task) {
  thread_local WebClient client(WebServer::of_this_process().port());
  const std::string path = folder + std::to_string(task % pages);
  if (client.fetch(path) == page(task % pages)) return ~task;
  throw std::runtime_error("GET " + path + ": another page than was due");
}

}  // namespace

std::string why_no_web_server() {
  if (std::string why = why_no_program("nginx", "nginx"); !why.empty()) return why;
  if (::access(echo_module, R_OK) == 0) return {};
  return std::string("there is no ") + echo_module +
         ": it is in the Debian package libnginx-mod-http-echo";
}

const std::string& page(std::size_t number) {
  static const auto all = [] {
    std::array<std::string, pages> made;
    std::uint64_t state = chain_seed(0);
    for (std::string& text : made) {
      while (text.size() < page_bytes) {
        state = run_chain(state, 1);
        text += static_cast<char>('a' + folded(state) % 26);
      }
    }
    return made;
  }();
  return all.at(number);
}

WebServer::WebServer() : reservation_(reserve_port()), port_(port_of(reservation_.get())) {
  if (std::string why = why_no_web_server(); !why.empty()) {
    throw std::runtime_error(std::string(object) + ": " + why);
  }
  process_.emplace(object, arguments, configuration(port_));
  for (std::size_t number = 0; number < pages; ++number) {
    std::ofstream(process_->path_of(std::to_string(number).c_str())) << page(number);
  }
  process_->wait_until([this] {
    const sockaddr_in address = loopback(port_);
    Descriptor trial = tcp_socket();
    return ::connect(trial.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) ==
           0;
  });
}

const WebServer& WebServer::of_this_process() {
  static const WebServer server;
  return server;
}

WebClient::WebClient(std::uint16_t port) : socket_(tcp_socket()) {
  const sockaddr_in address = loopback(port);
  if (::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) ==
      -1) {
    throw_errno("connect to the web server");
  }
  set_option(socket_.get(), IPPROTO_TCP, TCP_NODELAY);
}

void WebClient::send_request(const std::string& path) {
  const std::string request = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
  ssize_t sent = 0;
  while ((sent = ::send(socket_.get(), request.data(), request.size(), MSG_NOSIGNAL)) == -1 &&
         errno == EINTR) {
  }
  if (sent == -1) throw_errno("send to the web server");
  if (static_cast<std::size_t>(sent) < request.size()) {
    throw std::runtime_error("the web server took " + std::to_string(sent) + " B of a request");
  }
}

void WebClient::receive_more() {
  constexpr std::size_t at_once = 2 * page_bytes;  // a page with its head
  const std::size_t before = received_.size();
  received_.resize(before + at_once);
  ssize_t got = 0;
  while ((got = ::recv(socket_.get(), received_.data() + before, at_once, 0)) == -1 &&
         errno == EINTR) {
  }
  if (got == -1) throw_errno("receive from the web server");
  if (got == 0) throw std::runtime_error("the web server has closed the connection");
  received_.resize(before + static_cast<std::size_t>(got));
}

std::string_view WebClient::fetch(const std::string& path) {
  constexpr std::string_view blank_line = "\r\n\r\n";
  send_request(path);
  received_.clear();
  std::size_t head_bytes = 0;
  while ((head_bytes = received_.find(blank_line)) == std::string::npos) receive_more();
  const std::string_view head(received_.data(), head_bytes);
  if (!head.starts_with("HTTP/1.1 200 ")) {
    throw std::runtime_error(("GET " + path + ": ").append(head.substr(0, head.find("\r\n"))));
  }
  const std::string_view length = field_of(head, "Content-Length");
  std::size_t body_bytes = 0;
  auto parsed = std::from_chars(length.data(), length.data() + length.size(), body_bytes);
  if (parsed.ec != std::errc()) throw std::runtime_error("GET " + path + ": of unknown length");
  const std::size_t body_begin = head_bytes + blank_line.size();
  while (received_.size() < body_begin + body_bytes) receive_more();
  return std::string_view(received_).substr(body_begin);
}

std::uint32_t fetch_page(const TaskNumber& task) { return fetch("/", task); }
std::uint32_t fetch_slow_page(const TaskNumber& task) { return fetch("/slow/", task); }

}  // namespace handoff::bench
