// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "destinations/loading.hpp"

namespace dlt {
namespace {

Column number(const std::string& name, const Json& hints = Json::object()) {
  return {
      .name = name, .data_type = DataType::kBigint, .hints = std::make_shared<const Json>(hints)};
}

/// A table `t` with a key and a value, merged by upsert.
class DuckDbUpsertTest : public testing::Test {
 protected:
  void connect(const Json& settings = nullptr) {
    client_ = make_destination((folder_ / "d.duckdb").string(), "", settings)->open("d", {});
  }

  void upsert(const std::vector<std::pair<std::int64_t, std::int64_t>>& rows) {
    const std::filesystem::path file = folder_ / std::to_string(files_++);
    RecordBatch batch;
    batch.add_column({.name = "id", .type = DataType::kBigint});
    batch.add_column({.name = "v", .type = DataType::kBigint});
    for (const auto& [id, value] : rows) {
      batch.columns[0].set_int64(batch.rows, id);
      batch.columns[1].set_int64(batch.rows, value);
      ++batch.rows;
    }
    batch.finish();
    BatchFileWriter writer(file);
    writer.write(batch);
    writer.finish();
    const auto transaction = client_->begin();
    transaction->migrate(schema_, data_tables(schema_));
    transaction->load(
        {.disposition = MergeStrategy::kUpsert, .tables = {{schema_.find_table("t"), {file}}}}, {});
    transaction->commit();
  }

  /// Each row as `id:v`, or `id:v:own` when the table has a column `own`.
  std::string rows(const std::string& own = "") const {
    return ask(*client_, "SELECT concat_ws(':', id, v" + own + ") FROM t ORDER BY id");
  }

  const TemporaryFolder folder_;
  const Schema schema_ = schema_with(
      {{.name = "t",
        .columns = {number("id", {{"primary_key", true}}), number("v", {{"unique", true}})}}});
  std::unique_ptr<DestinationClient> client_;
  int files_ = 0;
};

TEST_F(DuckDbUpsertTest, UpdatesAndInserts) {
  connect();
  upsert({{1, 10}, {2, 20}, {3, 30}});
  upsert({{2, 21}, {4, 40}});
  EXPECT_EQ(rows(), "1:10,2:21,3:30,4:40");
}

TEST_F(DuckDbUpsertTest, ColumnsThatTheSchemaDoesNotKnowKeepTheirValues) {
  connect();
  upsert({{1, 10}, {2, 20}});
  client_->query("ALTER TABLE t ADD COLUMN own BIGINT DEFAULT 7");
  client_->query("UPDATE t SET own = 8 WHERE id = 2");
  upsert({{1, 11}, {2, 21}, {3, 31}});
  EXPECT_EQ(rows(", own"), "1:11:7,2:21:8,3:31:7");
}

TEST_F(DuckDbUpsertTest, UniqueValuesStayOrChangePlaces) {
  connect({{"create_indexes", true}});
  upsert({{1, 10}, {2, 20}, {3, 30}});
  EXPECT_EQ(ask(*client_,
                "SELECT count(*) FROM duckdb_constraints() WHERE table_name = 't' AND "
                "constraint_type = 'UNIQUE'"),
            "1");
  upsert({{1, 20}, {2, 10}, {3, 30}});
  EXPECT_EQ(rows(), "1:20,2:10,3:30");
}

}  // namespace
}  // namespace dlt
