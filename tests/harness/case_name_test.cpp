#include "harness/case_name.hpp"

#include <gtest/gtest.h>

// Boost 1.74 warns of its own use of its placeholders.
#define BOOST_BIND_GLOBAL_PLACEHOLDERS
#include <boost/property_tree/json_parser.hpp>
#include <boost/property_tree/ptree.hpp>
#include <stdexcept>
#include <string>

namespace handoff::harness {
namespace {

using boost::property_tree::ptree;

const ptree& examples() {
  static const ptree tree = [] {
    ptree read;
    read_json(HANDOFF_CASE_NAMES, read);
    return read;
  }();
  return tree;
}

std::string text(const ptree& example, const char* key) { return example.get<std::string>(key); }

TEST(CaseName, parses_the_valid_examples) {
  ASSERT_FALSE(examples().get_child("valid").empty());
  for (const auto& [unused, example] : examples().get_child("valid")) {
    SCOPED_TRACE(text(example, "name"));
    CaseName name = parse_case_name(text(example, "name"));
    EXPECT_EQ(name.family, text(example, "family"));
    EXPECT_EQ(name.implementation, text(example, "implementation"));
    EXPECT_EQ(name.scenario, text(example, "scenario"));
    const ptree& fields = example.get_child("fields");
    EXPECT_EQ(name.fields.size(), fields.size());
    for (const auto& [key, value] : fields) EXPECT_EQ(name.field(key), value.data()) << key;
  }
}

TEST(CaseName, builds_the_valid_examples) {
  for (const auto& [unused, example] : examples().get_child("valid")) {
    CaseName name{
        text(example, "family"), text(example, "implementation"), text(example, "scenario"), {}};
    for (std::string_view key : case_keys) {
      if (auto value = example.get_child("fields").get_optional<std::string>(std::string(key))) {
        name.with(key, *value);
      }
    }
    // Google Benchmark may have appended something to the example.
    std::string whole = text(example, "name") + "/";
    EXPECT_EQ(whole.rfind(to_string(name) + "/", 0), 0U) << whole << " != " << to_string(name);
    EXPECT_EQ(to_string(parse_case_name(whole.substr(0, whole.size() - 1))), to_string(name));
  }
}

TEST(CaseName, rejects_the_invalid_examples) {
  ASSERT_FALSE(examples().get_child("invalid").empty());
  for (const auto& [unused, example] : examples().get_child("invalid")) {
    EXPECT_THROW(parse_case_name(text(example, "name")), std::invalid_argument)
        << text(example, "name") << ": " << text(example, "why");
  }
}

TEST(CaseName, refuses_to_be_built_with_keys_that_are_unknown_repeated_or_out_of_order) {
  CaseName name{"pipe", "pipe_pair", "stream", {}};
  name.with("place", "same_cpu");
  EXPECT_THROW(name.with("peers", "threads"), std::invalid_argument);
  EXPECT_THROW(name.with("place", "same_l3"), std::invalid_argument);
  EXPECT_THROW(name.with("colour", "red"), std::invalid_argument);
  EXPECT_THROW(name.with("size", std::size_t{0}), std::invalid_argument);
  EXPECT_EQ(name.field("size"), std::nullopt);
}

}  // namespace
}  // namespace handoff::harness
