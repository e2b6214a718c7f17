// SPDX-License-Identifier: Apache-2.0
#include "conformance/units.hpp"

#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dlt::conformance {
namespace {

using ::testing::HasSubstr;

class Units : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::path(::testing::TempDir()) /
              ::testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  void write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name) << text;
  }

  Tally run() {
    std::ostringstream out;
    const Tally tally = run_units(folder_, out);
    printed_ = out.str();
    return tally;
  }

  std::filesystem::path folder_;
  std::string printed_;
};

TEST_F(Units, CountsWhatHoldsAndNamesWhatDoesNot) {
  write(
      "naming.jsonl",
      R"({"convention": "snake_case", "max_length": null, "function": "identifier", "input": "userId", "output": "user_id"}
{"convention": "snake_case", "max_length": null, "function": "identifier", "input": "userId", "output": "userid"}
{"convention": "snake_case", "max_length": null, "function": "identifier", "input": "a", "error": "ValueError"}
{"convention": "snake_case", "max_length": 30, "function": "identifier", "input": " ", "error": "ValueError"}
{"convention": "snake_case", "max_length": null, "function": "identifier", "input": " ", "output": "x"}
{"convention": "snake_case", "max_length": 3, "function": "identifier", "input": "a", "error": "ValueError"}
{"convention": "snake_case", "max_length": null, "function": "length", "input": "a", "output": "a"}
)");
  write("hashes.jsonl", R"({"function": "digest128", "input": "a", "output": "hcjeiNKIZr8IaAkLOWEW"}
{"function": "digest128", "input": "b", "output": "hcjeiNKIZr8IaAkLOWEW"}
{"function": "row_hash", "row": {"id": 1, "name": "Alice"}, "output": "y3/tSNvBipNZyQ"}
{"function": "md5", "input": "b", "output": ""}
)");
  const Tally tally = run();
  EXPECT_EQ(tally.passed, 4);
  EXPECT_EQ(tally.failed, 7);
  EXPECT_THAT(printed_, HasSubstr("naming.jsonl:2: expected \"userid\", actual \"user_id\"\n"));
  EXPECT_THAT(printed_, HasSubstr("naming.jsonl:3: expected refusal, actual \"a\"\n"));
  EXPECT_THAT(printed_, HasSubstr("naming.jsonl:5: expected \"x\", actual refusal\n"));
  EXPECT_THAT(printed_, HasSubstr("naming.jsonl:6: error: max_length is too small"));
  EXPECT_THAT(printed_, HasSubstr("naming.jsonl:7: error: function is not known: 'length'\n"));
  EXPECT_THAT(printed_, HasSubstr("naming.jsonl: 2 passed, 5 failed\n"));
  EXPECT_THAT(printed_, HasSubstr("hashes.jsonl:2: expected hcjeiNKIZr8IaAkLOWEW, actual "));
  EXPECT_THAT(printed_, HasSubstr("hashes.jsonl:4: error: function is not known: 'md5'\n"));
  EXPECT_THAT(printed_, HasSubstr("hashes.jsonl: 2 passed, 2 failed\n"));
}

TEST_F(Units, ALineMustBeAJsonObject) {
  write("hashes.jsonl", "{\"function\": \n[1]\n\n{}\n");
  const Tally tally = run();
  EXPECT_EQ(tally.passed, 0);
  EXPECT_EQ(tally.failed, 4);
  EXPECT_THAT(printed_, HasSubstr("hashes.jsonl:1: error: "));
  EXPECT_THAT(printed_, HasSubstr("hashes.jsonl:2: expected a JSON object, actual array\n"));
}

TEST_F(Units, WhatCannotBeCheckedFails) {
  EXPECT_EQ(run().failed, 1);
  EXPECT_THAT(printed_, HasSubstr("no *.jsonl in"));
  write("naming.jsonl", "");
  EXPECT_EQ(run().failed, 1);
  EXPECT_THAT(printed_, HasSubstr("naming.jsonl: no lines could be read\n"));
  write("surprise.jsonl", "{}\n");
  EXPECT_EQ(run().failed, 2);
  EXPECT_THAT(printed_, HasSubstr("surprise.jsonl: no check is known"));
  EXPECT_THROW(run_units(folder_ / "missing", std::cerr), std::filesystem::filesystem_error);
}

}  // namespace
}  // namespace dlt::conformance
