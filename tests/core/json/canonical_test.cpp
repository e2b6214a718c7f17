// SPDX-License-Identifier: Apache-2.0
#include "core/json/canonical.hpp"

#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <string>

#include <dlt/error.hpp>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace dlt {
namespace {

using namespace std::string_literals;

TEST(CompactJson, DoublesAreLaidOutAsOrjsonDoes) {
  struct Case {
    double value;
    const char* text;
  };
  for (const Case& c : {
           Case{0.0, "0.0"},
           {-0.0, "-0.0"},
           {1.0, "1.0"},
           {-1.5, "-1.5"},
           {0.1, "0.1"},
           {43210.0, "43210.0"},
           {43210.1, "43210.1"},
           {1e15, "1000000000000000.0"},
           {1.5e15, "1500000000000000.0"},
           {9007199254740992.0, "9007199254740992.0"},
           {1e16, "1e+16"},
           {12345678901234567.0, "1.2345678901234568e+16"},
           {1e22, "1e+22"},
           {1e23, "1e+23"},
           {1e300, "1e+300"},
           {1.2e-5, "0.000012"},
           {1e-5, "0.00001"},
           {1e-6, "1e-6"},
           {1.25e-7, "1.25e-7"},
           {6.62607015e-34, "6.62607015e-34"},
           {2.2250738585072004e-308, "2.2250738585072004e-308"},
           {5e-324, "5e-324"},
           {1.7976931348623157e308, "1.7976931348623157e+308"},
           {544431068535091.6, "544431068535091.6"},
           {std::numeric_limits<double>::quiet_NaN(), "null"},
           {std::numeric_limits<double>::infinity(), "null"},
           {-std::numeric_limits<double>::infinity(), "null"},
       }) {
    EXPECT_EQ(compact_json(c.value, SortKeys::kNo), c.text);
  }
}

TEST(CompactJson, DoublesReadBackToTheSameBits) {
  constexpr unsigned kSeed = 20240131;
  std::mt19937_64 random(kSeed);
  for (int i = 0; i < 100'000; ++i) {
    const std::uint64_t bits = random();
    double value = 0;
    std::memcpy(&value, &bits, sizeof value);
    if (!std::isfinite(value)) continue;
    const std::string text = compact_json(value, SortKeys::kNo);
    ASSERT_EQ(std::strtod(text.c_str(), nullptr), value) << "seed " << kSeed << ": " << text;
  }
}

TEST(CompactJson, Integers) {
  EXPECT_EQ(compact_json(Json{0, -1, INT64_MIN, INT64_MAX, UINT64_MAX}, SortKeys::kNo),
            "[0,-1,-9223372036854775808,9223372036854775807,18446744073709551615]");
}

TEST(CompactJson, TextIsEscapedOnlyWhereJsonAsksForIt) {
  EXPECT_EQ(compact_json("\b\t\n\f\r\x01\x1f\x7f\"\\/\0é▶😀"s, SortKeys::kNo),
            "\"\\b\\t\\n\\f\\r\\u0001\\u001f\x7f\\\"\\\\/\\u0000é▶😀\"");
}

TEST(CompactJson, KeysAreSortedAtEveryDepthByCodePoint) {
  const Json value = Json::parse(
      R"({"b": [{"z": 1, "a": {"\uffee": 1, "\ud83d\ude00": 2, "B": 3, "a": null}}], "": {}, "a": [], "ab": true})");
  EXPECT_EQ(compact_json(value, SortKeys::kYes),
            "{\"\":{},\"a\":[],\"ab\":true,\"b\":[{\"a\":{\"B\":3,\"a\":null,\"\uffee\":1,\"😀\":2},"
            "\"z\":1}]}");
  EXPECT_EQ(compact_json(value, SortKeys::kNo),
            "{\"b\":[{\"z\":1,\"a\":{\"\uffee\":1,\"😀\":2,\"B\":3,\"a\":null}}],\"\":{},\"a\":[],"
            "\"ab\":true}");
}

TEST(CompactJson, DepthIsBounded) {
  const auto nested = [](int levels) {
    return Json::parse(std::string(levels, '[') + std::string(levels, ']'));
  };
  EXPECT_EQ(compact_json(nested(1024), SortKeys::kNo).size(), 2048);
  try {
    compact_json(nested(1025), SortKeys::kNo);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kInvalidArgument);
  }
}

TEST(CompactJson, BinaryIsRefused) {
  try {
    compact_json(Json{{"a", Json::binary({1, 2})}}, SortKeys::kNo);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kInvalidArgument);
    EXPECT_EQ(error.message(), "value cannot be written as JSON: type 'binary'");
  }
}

}  // namespace
}  // namespace dlt
