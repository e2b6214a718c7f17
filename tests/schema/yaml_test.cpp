// SPDX-License-Identifier: Apache-2.0
#include "schema/yaml.hpp"

#include <cmath>

#include <gmock/gmock.h>

#include "schema/schema_data.hpp"

namespace dlt {
namespace {

using ::testing::HasSubstr;

struct Scalar {
  const char* yaml;
  const char* json;
};

// What PyYAML's safe_load makes of plain and quoted scalars.
constexpr Scalar kScalars[] = {
    {"text", R"("text")"},
    {"", "null"},
    {"~", "null"},
    {"null", "null"},
    {"Null", "null"},
    {"nUll", R"("nUll")"},
    {"true", "true"},
    {"Yes", "true"},
    {"on", "true"},
    {"off", "false"},
    {"NO", "false"},
    {"y", R"("y")"},
    {"'yes'", R"("yes")"},
    {"\"yes\"", R"("yes")"},
    {"!!str yes", R"("yes")"},
    {"0", "0"},
    {"42", "42"},
    {"+42", "42"},
    {"-42", "-42"},
    {"1_000", "1000"},
    {"0x1F", "31"},
    {"-0x1f", "-31"},
    {"0b101", "5"},
    {"017", "15"},
    {"09", R"("09")"},
    {"0o17", R"("0o17")"},
    {"18446744073709551615", "18446744073709551615"},
    {"-9223372036854775808", "-9223372036854775808"},
    {"-9223372036854775809", R"("-9223372036854775809")"},
    {"1.5", "1.5"},
    {"-1.5", "-1.5"},
    {"1.", "1.0"},
    {".5", "0.5"},
    {"1_0.5", "10.5"},
    {"1.5e+3", "1500.0"},
    {"1.5e3", R"("1.5e3")"},
    {"1e3", R"("1e3")"},
    {".", R"(".")"},
    {"1.2.3", R"("1.2.3")"},
    {"1.5x", R"("1.5x")"},
    {"e1.5", R"("e1.5")"},
    {"2024-01-31", R"("2024-01-31")"},
    {"2024-01-31T00:00:00Z", R"("2024-01-31T00:00:00Z")"},
    {"re:^a$", R"("re:^a$")"},
};

class YamlScalar : public ::testing::TestWithParam<Scalar> {};

TEST_P(YamlScalar, IsWhatItIsToPyYaml) {
  EXPECT_EQ(read_yaml(std::string("a: ") + GetParam().yaml)["a"].dump(), GetParam().json)
      << GetParam().yaml;
}

INSTANTIATE_TEST_SUITE_P(Plain, YamlScalar, ::testing::ValuesIn(kScalars));

TEST(Yaml, ReadsInfinitiesAndNan) {
  const Json read = read_yaml("[.inf, -.inf, +.Inf, .nan]");
  EXPECT_EQ(read[0].get<double>(), HUGE_VAL);
  EXPECT_EQ(read[1].get<double>(), -HUGE_VAL);
  EXPECT_EQ(read[2].get<double>(), HUGE_VAL);
  EXPECT_TRUE(std::isnan(read[3].get<double>()));
}

TEST(Yaml, KeepsTheOrderOfKeysAndFollowsAliases) {
  EXPECT_EQ(read_yaml("z: &x {b: 1, a: [2]}\ny: *x\n").dump(),
            R"({"z":{"b":1,"a":[2]},"y":{"b":1,"a":[2]}})");
  EXPECT_EQ(read_yaml("base: &b {a: 1, b: 2}\nt:\n  b: 3\n  <<: *b\n")["t"].dump(),
            R"({"b":3,"a":1})");
}

TEST(Yaml, WhatIsWrittenReadsBack) {
  Json value = Json::object();
  for (const char* text :
       {"",     " ",         "null",  "~",    "yes",  "no",   "on",   "y",    "N",          "true",
        "1",    "-1",        "+1",    "0x1F", "1e3",  "1.5",  ".5",   ".inf", "2024-01-31", "12:30",
        "a: b", "a #b",      "- a",   "[a]",  "{a}",  "*a",   "&a",   "!a",   "%a",         "@a",
        "`a",   "'a'",       "\"a\"", "a\nb", "a\tb", "\x01", "\x7f", "a\\b", "ząb 😀",      "=",
        "<<",   "re:^_dlt$", "a ",    " a",   "---",  "...",  "?",    "? a",  "|",          ">"}) {
    value[std::string("text ") + text] = text;
    value[text] = Json::array({text});
  }
  value["numbers"] = {0, -1, 18446744073709551615U, 1.0, 0.1, 1e20, -1.5e-7, 1e300};
  value["others"] = {nullptr,        true,          false,
                     Json::object(), Json::array(), Json::array({Json::array({1})})};
  value["nested"] = {{"a", {{"b", {{"c", Json::array({Json{{"d", 1}, {"e", Json::array()}}})}}}}}};
  const std::string text = write_yaml(value);
  EXPECT_EQ(read_yaml(text), value) << text;
}

TEST(Yaml, IsBlockStyle) {
  EXPECT_EQ(write_yaml({{"version", 1},
                        {"tables", {{"t", {{"columns", Json::object()}}}}},
                        {"list", {"a", "yes"}}}),
            "version: 1\ntables:\n  t:\n    columns: {}\nlist:\n  - a\n  - 'yes'\n");
}

TEST(Yaml, SaysWhereItIsMalformed) {
  const Error syntax = error_of([] { read_yaml("a: 1\nb: [1,\n"); });
  EXPECT_EQ(syntax.code(), ErrorCode::kSchema);
  EXPECT_THAT(syntax.message(), HasSubstr("YAML at line 3"));
  EXPECT_THAT(error_of([] { read_yaml("a:\n  1: b\n"); }).message(),
              HasSubstr("line 2, column 3: a key is no text: 1"));
  EXPECT_THAT(error_of([] { read_yaml("yes: b\n"); }).message(), HasSubstr("put it in quotes"));
  EXPECT_THAT(error_of([] { read_yaml("[a]: b\n"); }).message(), HasSubstr("a key is no text"));
  EXPECT_THAT(error_of([] { read_yaml(std::string(100, '[') + std::string(100, ']')); }).message(),
              HasSubstr("nested deeper than 64"));
}

TEST(Yaml, AliasesOfAliasesAreBounded) {
  std::string text = "a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n";
  for (int i = 1; i < 9; ++i) {
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int k = 0; k < 10; ++k) text += (k == 0 ? "*a" : ", *a") + std::to_string(i - 1);
    text += "]\n";
  }
  EXPECT_THAT(error_of([&] { read_yaml(text); }).message(), HasSubstr("too many"));
}

}  // namespace
}  // namespace dlt
