// SPDX-License-Identifier: Apache-2.0
#include <fstream>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "conformance/unit_checks.hpp"

namespace dlt::conformance {
namespace {

struct VectorFile {
  const char* name;
  int lines;
  std::optional<std::string> (*check)(const Json& vector);
};

class Vectors : public testing::TestWithParam<VectorFile> {};

TEST_P(Vectors, HoldEachOfThem) {
  std::ifstream file(std::string(DLTPP_TEST_DATA "/conformance/data/units/") + GetParam().name);
  int lines = 0;
  for (std::string line; std::getline(file, line); ++lines) {
    const auto difference = GetParam().check(Json::parse(line));
    EXPECT_FALSE(difference) << line << "\n  " << *difference;
  }
  EXPECT_EQ(lines, GetParam().lines);
}

INSTANTIATE_TEST_SUITE_P(All, Vectors,
                         testing::Values(VectorFile{"coercion.jsonl", 825, check_coercion},
                                         VectorFile{"iso_timestamp.jsonl", 39,
                                                    check_iso_timestamp}),
                         [](const auto& test) {
                           const std::string name = test.param.name;
                           return name.substr(0, name.find('.'));
                         });

// The checks would say so if the code were wrong.
TEST(VectorChecks, TellWhatIsWrong) {
  EXPECT_EQ(check_coercion(Json::parse(R"({"to":"bigint","from":"text","value":"3","output":4})")),
            "expected 4, actual 3");
  EXPECT_EQ(check_coercion(Json::parse(
                R"({"to":"bigint","from":"text","value":"3","error":"cannot coerce"})")),
            "expected an error, actual 3");
  EXPECT_EQ(check_coercion(Json::parse(R"({"to":"bigint","from":"text","value":"x","output":4})")),
            "expected 4, actual an error");
  EXPECT_EQ(check_coercion(Json::parse(R"({"to":"complex","from":"text","value":"x","output":4})")),
            "no such data type");
  EXPECT_EQ(check_iso_timestamp(Json::parse(R"({"input":"2024-01-01","detected":"timestamp"})")),
            "expected \"timestamp\", actual null");
}

}  // namespace
}  // namespace dlt::conformance
