// SPDX-License-Identifier: Apache-2.0
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "conformance/case_destination.hpp"
#include "core/temporary_folder.hpp"
#include "core/thrown_error.hpp"
#include "destinations/destination.hpp"
#include "dlt/pipeline.hpp"

// Tables of the dataset that dlt did not make, and tables whose hints changed after they were made.
namespace dlt {
namespace {

using testing::HasSubstr;

class ExistingTablesTest : public testing::TestWithParam<const char*> {
 protected:
  ExistingTablesTest() { sql("CREATE SCHEMA d"); }

  PipelineOptions options() const {
    return {.pipeline_name = "p",
            .pipelines_dir = folder_ / "pipelines",
            .destination = database_.address,
            .dataset_name = "d"};
  }
  Pipeline open() const { return Pipeline(options()); }
  LoadInfo run(const Json& rows, const RunOptions& how = {.table_name = "t"}) const {
    return open().run(rows, how);
  }

  /// The rows of a query, columns joined by blanks and rows by commas, null as "-".
  std::string sql(const std::string& text) const {
    const auto client = make_destination(database_.address, "")->open("d", {});
    const auto rows = client->query(text);
    std::string answer;
    while (rows->next()) {
      if (!answer.empty()) answer += ',';
      for (std::size_t i = 0; i < rows->columns().size(); ++i)
        answer += (i == 0 ? "" : " ") + (rows->is_null(i) ? "-" : rows->text(i));
    }
    return answer;
  }

  const TemporaryFolder folder_;
  const conformance::CaseDestination database_ =
      conformance::case_destination(GetParam(), folder_.path());
};

TEST_P(ExistingTablesTest, AnEmptyOneGetsWhatItLacks) {
  sql("CREATE TABLE d.t (id BIGINT, own INTEGER DEFAULT 7)");
  run(Json{{{"id", 1}, {"name", "a"}, {"tags", {"x"}}}});
  EXPECT_EQ(sql("SELECT id, own, name, _dlt_id IS NOT NULL FROM d.t").substr(0, 6), "1 7 a ");
  EXPECT_EQ(sql("SELECT value FROM d.t__tags"), "x");
  // Without rows it could be made what it would have been.
  EXPECT_EQ(sql("SELECT is_nullable FROM information_schema.columns WHERE table_schema = 'd' AND "
                "table_name = 't' AND column_name = '_dlt_id'"),
            "NO");
  EXPECT_EQ(open().default_schema().find_table("t")->find("own"), nullptr);
}

TEST_P(ExistingTablesTest, RowsOfOthersStay) {
  sql("CREATE TABLE d.t (id BIGINT, name VARCHAR)");
  sql("INSERT INTO d.t VALUES (10, 'old')");
  run(Json{{{"id", 1}, {"name", "a"}}, {{"id", 2}, {"name", nullptr}}});
  EXPECT_EQ(sql("SELECT id, name FROM d.t ORDER BY id"), "1 a,2 -,10 old");
  EXPECT_EQ(sql("SELECT id FROM d.t WHERE _dlt_id IS NULL"), "10");
  // They take part in a merge by their key, with rows below them too.
  sql("INSERT INTO d.t (id, name) VALUES (11, 'old')");
  const RunOptions merge = {.table_name = "t", .write_disposition = "merge", .primary_key = "id"};
  run(Json{{{"id", 10}, {"name", "new"}}}, merge);
  EXPECT_EQ(sql("SELECT id, name FROM d.t ORDER BY id"), "1 a,2 -,10 new,11 old");
  run(Json{{{"id", 11}, {"name", "new"}, {"tags", {"x"}}}}, merge);
  EXPECT_EQ(sql("SELECT id, name FROM d.t ORDER BY id"), "1 a,2 -,10 new,11 new");
  EXPECT_EQ(sql("SELECT value FROM d.t__tags"), "x");
}

TEST_P(ExistingTablesTest, AColumnOfAnotherTypeIsNamed) {
  sql("CREATE TABLE d.t (id DATE)");
  const Error error = thrown_by([&] { run(Json{{{"id", 1}}}); });
  EXPECT_EQ(error.context().table, "t");
  EXPECT_EQ(error.context().column, "id");
  EXPECT_FALSE(error.hint().empty()) << error.describe();
  // It is loaded once the column is mended.
  sql("DROP TABLE d.t");
  open().run();
  EXPECT_EQ(sql("SELECT id FROM d.t"), "1");
}

TEST_P(ExistingTablesTest, AColumnThatNeedsAValueIsNamed) {
  sql("CREATE TABLE d.t (id BIGINT, own INTEGER NOT NULL)");
  const Error error = thrown_by([&] { run(Json{{{"id", 1}}}); });
  EXPECT_EQ(error.code(), ErrorCode::kNullViolation) << error.describe();
  EXPECT_EQ(error.context().table, "t");
  EXPECT_EQ(error.context().column, "own");
  EXPECT_THAT(error.hint(), HasSubstr("NOT NULL of the column at the destination"));
}

// The column was made nullable, and stays so.
TEST_P(ExistingTablesTest, APrimaryKeyNamedLaterRefusesOnlyNulls) {
  run(Json{{{"id", 1}, {"v", 1}}, {{"id", nullptr}, {"v", 2}}, {{"id", 3}, {"v", 3}}});
  for (const char* strategy : {"delete-insert", "upsert", "insert-only"}) {
    const RunOptions merge = {
        .table_name = "t",
        .write_disposition = {{"disposition", "merge"}, {"strategy", strategy}},
        .primary_key = "id"};
    run(Json{{{"id", 3}, {"v", 3}}}, merge);
    EXPECT_EQ(sql("SELECT id, v FROM d.t ORDER BY v"), "1 1,- 2,3 3") << strategy;
    // Without a value it would come once more with each load.
    const Error absent = thrown_by([&] { run(Json{{{"v", 4}}}, merge); });
    EXPECT_EQ(absent.code(), ErrorCode::kBadRecord) << absent.describe();
    EXPECT_THAT(absent.message(), testing::ContainsRegex("no value for .*primary key"));
    EXPECT_EQ(absent.context().table, "t");
    const Error null = thrown_by([&] { run(Json{{{"id", nullptr}, {"v", 4}}}, merge); });
    EXPECT_EQ(null.code(), ErrorCode::kNullViolation) << null.describe();
    EXPECT_EQ(sql("SELECT id, v FROM d.t ORDER BY v"), "1 1,- 2,3 3") << strategy;
  }
}

// It can be no version of a record: the package goes aside, and does not hold the next one up.
TEST_P(ExistingTablesTest, ADoubledKeyOfAnUpsertIsSetAside) {
  const RunOptions upsert = {
      .table_name = "t",
      .write_disposition = {{"disposition", "merge"}, {"strategy", "upsert"}},
      .primary_key = "id"};
  const Error error = thrown_by([&] {
    run(Json{{{"id", 1}, {"v", 1}}, {{"id", 1}, {"v", 2}}}, upsert);
  });
  EXPECT_EQ(error.code(), ErrorCode::kBadRecord);
  EXPECT_THAT(error.message(), HasSubstr("'id' = 1"));
  EXPECT_EQ(open().list_failed_load_packages().size(), 1U);
  run(Json{{{"id", 1}, {"v", 3}}}, upsert);
  EXPECT_EQ(sql("SELECT id, v FROM d.t"), "1 3");
}

TEST_P(ExistingTablesTest, TablesThatDifferInCaseAreToldApartOrRefused) {
  const auto ingest = [&](const char* table, int id) {
    PipelineOptions direct = options();
    direct.naming = "direct";
    return Pipeline(direct).run(Json{{{"id", id}}}, {.table_name = table});
  };
  ingest("T", 1);
  if (GetParam() == std::string("postgres")) {
    ingest("t", 2);
    EXPECT_EQ(sql("SELECT id FROM d.t"), "2");
    return;
  }
  const Error error = thrown_by([&] { ingest("t", 2); });
  EXPECT_EQ(error.code(), ErrorCode::kInvalidArgument);
  EXPECT_THAT(error.message(), HasSubstr("'T' and 't'"));
  ingest("T", 3);
  EXPECT_EQ(sql("SELECT id FROM d.t ORDER BY id"), "1,3");
}

// What a destination does not take today, it may take tomorrow.
TEST_P(ExistingTablesTest, APackageWaitsUntilTheDestinationIsMended) {
  run(Json{{{"id", 1}, {"name", "a"}}});
  sql("ALTER TABLE d.t RENAME TO t_before");
  sql("CREATE VIEW d.t AS SELECT * FROM d.t_before");
  EXPECT_THROW(run(Json{{{"id", 2}, {"name", "b"}}}), Error);
  EXPECT_TRUE(open().list_failed_load_packages().empty());
  EXPECT_TRUE(open().has_pending_data());
  sql("DROP VIEW d.t");
  sql("ALTER TABLE d.t_before RENAME TO t");
  open().run();
  EXPECT_EQ(sql("SELECT id FROM d.t ORDER BY id"), "1,2");
}

INSTANTIATE_TEST_SUITE_P(Destinations, ExistingTablesTest, testing::Values("duckdb", "postgres"),
                         [](const auto& test) { return std::string(test.param); });

}  // namespace
}  // namespace dlt
