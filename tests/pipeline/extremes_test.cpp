// SPDX-License-Identifier: Apache-2.0
// Records that are as large, as wide or as oddly named as they can be.
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/files/file.hpp"
#include "core/thrown_error.hpp"
#include "pipeline/workspace.hpp"

namespace dlt {
namespace {

class ExtremesTest : public testing::Test {
 protected:
  std::filesystem::path write(const std::string& name, std::string_view text) const {
    File(workspace_.path() / name, OpenMode::kCreateOrTruncate).write(text);
    return workspace_.path() / name;
  }
  void load(const std::filesystem::path& file, const PipelineOptions& options) const {
    Pipeline(options).run(record_files({file}, {.format = "jsonl"}), kIntoT);
  }
  static std::string wide(int columns) {
    std::string record = "{";
    for (int i = 0; i < columns; ++i)
      record += fmt::format("{}\"c{}\":{}", i == 0 ? "" : ",", i, i);
    return record + "}\n";
  }

  const Workspace workspace_;
};

TEST_F(ExtremesTest, ARecordOfAHundredThousandColumnsIsRefused) {
  const std::filesystem::path file =
      write("a.jsonl", "{\"c0\":1}\n" + wide(100'000) + "{\"c0\":3}\n");
  const Error error = thrown_by([&] { load(file, workspace_.options()); });
  EXPECT_EQ(error.code(), ErrorCode::kBadRecord);
  EXPECT_EQ(error.message(),
            "column 'c9998' is one more than the 10000 that a table of the destination can have");
  EXPECT_EQ(error.context().line, 2U);
  Pipeline(workspace_.options()).drop_failed_packages();
  PipelineOptions options = workspace_.options();
  options.on_bad_record = "quarantine";
  load(file, options);
  EXPECT_EQ(workspace_.ask("SELECT c0 FROM t ORDER BY c0"), "1,3");
}

TEST_F(ExtremesTest, ATableOfTwoThousandColumnsIsLoaded) {
  load(write("a.jsonl", wide(2000) + wide(2000)), workspace_.options());
  EXPECT_EQ(workspace_.ask("SELECT sum(c1999) FROM t"), "3998");
}

// DuckDB holds 2,048 rows of a table at a time, however large they are.
TEST_F(ExtremesTest, RowsThatExceedDuckDbsShareOfTheMemoryAreLoaded) {
  std::string text;
  for (int id = 0; id < 60; ++id)
    text += fmt::format("{{\"id\":{},\"s\":\"{}\"}}\n", id, std::string(1 << 20, 'x'));
  const std::filesystem::path file = write("a.jsonl", text);
  PipelineOptions options = workspace_.options();
  options.memory_budget = std::size_t{64} << 20;
  load(file, options);
  EXPECT_EQ(workspace_.ask("SELECT sum(length(s)) FROM t"), "62914560");
  for (int i = 0; i < 2; ++i) {
    Pipeline(options).run(record_files({file}, {.format = "jsonl"}),
                          {.table_name = "m", .write_disposition = "merge", .primary_key = "id"});
    EXPECT_EQ(workspace_.ask("SELECT sum(length(s)) FROM m"), "62914560");
  }
  // A limit that the user gave is kept.
  options.destination_settings = {{"credentials", {{"global_config", {{"memory_limit", "36MB"}}}}}};
  const Error error = thrown_by([&] { load(file, options); });
  EXPECT_THAT(error.message(), testing::HasSubstr("failed to pin block"));
  EXPECT_THAT(error.hint(), testing::StartsWith("give DuckDB more memory"));
}

TEST_F(ExtremesTest, AStringOf200MegabytesIsRefusedByItsPlace) {
  const std::filesystem::path file =
      write("a.jsonl",
            "{\"id\":1}\n{\"id\":2,\"s\":\"" + std::string(200 << 20, 'x') + "\"}\n{\"id\":3}\n");
  const Error error = thrown_by([&] { load(file, workspace_.options()); });
  EXPECT_EQ(error.message(),
            "the record that begins here is larger than max_record_bytes (16777216)");
  EXPECT_EQ(error.context().line, 2U);
  EXPECT_EQ(error.context().byte, 10U);
}

TEST_F(ExtremesTest, KeysOfTenKilobytesAreTwoColumns) {
  const std::string key(10'240, 'k');
  load(write("a.jsonl", fmt::format("{{\"{0}a\":1,\"{0}b\":2}}\n", key)), workspace_.options());
  EXPECT_EQ(workspace_.ask("SELECT count(DISTINCT column_name) FROM duckdb_columns() WHERE "
                           "table_name = 't' AND column_name LIKE 'kkk%'"),
            "2");
}

TEST_F(ExtremesTest, NamesThatAreSqlOrPathsAreNames) {
  const std::vector<std::string> names = {"x'; DROP TABLE t; --",
                                          "\"; DROP TABLE t; --",
                                          "../../etc/passwd",
                                          "a/b",
                                          "select",
                                          "$(touch x)",
                                          "%s%n",
                                          "{0}"};
  for (const char* naming : {"snake_case", "direct"}) {
    const Place place{.machine = naming, .database = naming};
    PipelineOptions options = workspace_.options(place);
    options.naming = naming;
    for (const std::string& name : names) {
      const Json record = {{name, 1}, {"list", {{{name, 2}}}}};
      Pipeline(options).run(Data(record), {.table_name = name});
    }
    EXPECT_EQ(
        workspace_.ask(fmt::format("SELECT count(*) FROM duckdb_tables() WHERE table_name NOT "
                                   "LIKE '\\_dlt%' ESCAPE '\\' AND estimated_size = 1"),
                       place),
        std::to_string(2 * names.size()));
  }
}

}  // namespace
}  // namespace dlt
