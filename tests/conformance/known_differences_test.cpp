// SPDX-License-Identifier: Apache-2.0
#include "conformance/known_differences.hpp"

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dlt::conformance {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class KnownDifferencesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::path(::testing::TempDir()) /
              ::testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(folder_);
    write("a/expected.json");
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  void write(const std::string& file, const std::string& text = "[]") {
    std::filesystem::create_directories((folder_ / file).parent_path());
    std::ofstream(folder_ / file) << text;
  }

  std::vector<std::string> check(const Differences& from_recorded) {
    Differences found;
    KnownDifferences(folder_).check("a", folder_ / "a/expected.duckdb.json", from_recorded, found);
    return found.lines();
  }

  static Differences one() {
    Differences differences;
    differences.add("x");
    return differences;
  }

  std::filesystem::path folder_;
};

TEST_F(KnownDifferencesTest, AListedCaseHasAnExpectationOfItsOwnAndDiffers) {
  write("differences.json", R"({"a": "because"})");
  EXPECT_THAT(check(one()), ElementsAre(HasSubstr("there is no ")));
  write("a/expected.duckdb.json");
  EXPECT_THAT(check(one()), IsEmpty());
  EXPECT_THAT(check({}), ElementsAre(HasSubstr("it does what was recorded")));
  EXPECT_EQ(KnownDifferences(folder_).reason("a"), "because");
}

TEST_F(KnownDifferencesTest, AnExpectationOfItsOwnIsListed) {
  write("a/expected.duckdb.json");
  EXPECT_THAT(check(one()), IsEmpty()) << "a folder without a list";
  write("differences.json", "{}");
  EXPECT_THAT(check(one()), ElementsAre(HasSubstr("expected.duckdb.json is not listed")));
}

TEST_F(KnownDifferencesTest, ListsCasesThatAreThereWithReasons) {
  write("differences.json", R"({"b": "because"})");
  Differences found;
  KnownDifferences(folder_).check_names(folder_, found);
  EXPECT_THAT(found.lines(), ElementsAre("differences.json: there is no case 'b'"));
  write("differences.json", R"({"a": ""})");
  EXPECT_THROW(KnownDifferences{folder_}, std::runtime_error);
}

}  // namespace
}  // namespace dlt::conformance
