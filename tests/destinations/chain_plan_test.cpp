// SPDX-License-Identifier: Apache-2.0
#include "destinations/sql/chain_plan.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace dlt::sql {
namespace {

constexpr Dialect kDialect = {.analyze = "ANALYZE"};

Column column(const std::string& name, const Json& hints = Json::object()) {
  return {.name = name, .data_type = DataType::kText, .hints = std::make_shared<const Json>(hints)};
}

/// The steps that gather statistics.
std::vector<std::string> analyzed(const TableChain& chain) {
  std::vector<std::string> found;
  for (const Step& step : plan_chain(kDialect, Place("d"), chain)) {
    if (step.sql.starts_with("ANALYZE")) found.push_back(step.sql);
  }
  return found;
}

class AnalyzeTest : public testing::Test {
 protected:
  TableChain chain(const Disposition& disposition) const {
    return {.disposition = disposition,
            .tables = {{&root_, {"f"}}, {&nested_, {"f"}}, {&without_rows_, {}}},
            .row_id = "_dlt_id"};
  }

  const Table root_ = {
      .name = "t",
      .columns = {column("body"), column("id", {{"primary_key", true}}),
                  column("gone", {{"hard_delete", true}}), column("_dlt_id"),
                  Column{.name = "never", .hints = column("", {{"merge_key", true}}).hints}}};
  const Table nested_ = {
      .name = "t__n",
      .columns = {column("body"), column("_dlt_id", {{"row_key", true}}),
                  column("up", {{"parent_key", true}}), column("root", {{"root_key", true}})}};
  const Table without_rows_ = {
      .name = "t__e",
      .columns = {column("_dlt_id", {{"row_key", true}}), column("up", {{"parent_key", true}}),
                  column("root", {{"root_key", true}})}};
};

TEST_F(AnalyzeTest, MergesLookRowsUpByTheirKeysOnly) {
  const std::vector<std::string> expected = {R"(ANALYZE pg_temp."t" ("id", "gone", "_dlt_id"))",
                                             R"(ANALYZE pg_temp."t__n" ("_dlt_id", "up", "root"))"};
  for (const MergeStrategy strategy : {MergeStrategy::kDeleteInsert, MergeStrategy::kUpsert})
    EXPECT_EQ(analyzed(chain(strategy)), expected) << to_string(strategy);
}

TEST_F(AnalyzeTest, AReplacedTableIsNotSearched) {
  EXPECT_TRUE(analyzed(chain(ReplaceStrategy::kInsertFromStaging)).empty());
}

}  // namespace
}  // namespace dlt::sql
