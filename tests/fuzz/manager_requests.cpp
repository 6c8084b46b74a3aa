#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "impl/manager/service.hpp"

/// A server's part of managers takes any bytes: what it decodes is what they encode, it answers
/// what a client decodes, and it keeps its memory within bounds (which AddressSanitizer watches).
namespace handoff {
namespace {

using detail::ManagerOperation;
using detail::ManagerReply;
using detail::ManagerRequest;

void require(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "%s\n", what);
  std::abort();
}

void answer(std::string_view bytes) {
  // Its contents last over many inputs, until they are dropped to keep runs short.
  static detail::ManagerService* service = nullptr;
  static unsigned inputs = 0;
  constexpr unsigned inputs_of_one = 1000;
  if (inputs++ % inputs_of_one == 0) {
    delete service;
    service = new detail::ManagerService("fuzzed");
  }
  auto request = detail::decode_request(bytes);
  std::string again;
  if (request) encode(*request, again);
  require(!request || again == bytes, "it has decoded what nobody encodes");
  std::string reply;
  bool goes_on = service->answer(bytes, reply);
  auto decoded = detail::decode_reply(reply);
  require(decoded.has_value(), "a reply that no client decodes");
  require(goes_on == (decoded->status < ManagerReply::Status::too_many_clients),
          "sent away without a word, or not at all");
  require(request.has_value() == goes_on, "a good request is refused, or a bad one taken");
}

/// One of each operation, and of the largest names and keys.
void write_seeds(const std::filesystem::path& folder) {
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  for (std::uint8_t number = 0; number <= static_cast<std::uint8_t>(ManagerOperation::add);
       ++number) {
    ManagerOperation operation{number};
    for (bool largest : {false, true}) {
      const std::string name(largest ? manager_limits.name : 1, 'n');
      const std::string key(largest ? manager_limits.key : 1, 'k');
      std::string bytes;
      encode(ManagerRequest{.operation = operation,
                            .name = name,
                            .key = has_key(operation) ? key : "",
                            .value = has_value(operation) ? "value" : "",
                            .number = has_number(operation) && largest ? -1 : 0},
             bytes);
      std::ofstream(folder / (std::to_string(number) + (largest ? "-largest" : "-small"))) << bytes;
    }
  }
}

}  // namespace
}  // namespace handoff

/// The folder of seeds is the last argument.
extern "C" int LLVMFuzzerInitialize(int* count, char*** arguments) {
  handoff::write_seeds((*arguments)[*count - 1]);
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t bytes) {
  handoff::answer({reinterpret_cast<const char*>(data), bytes});
  return 0;
}
