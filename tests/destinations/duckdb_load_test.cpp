// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "core/thrown_error.hpp"
#include "destinations/loading.hpp"

namespace dlt {
namespace {

using enum DataType;

const Column kNumber = {.name = "i", .data_type = kBigint};

class DuckDbLoadTest : public testing::Test {
 protected:
  std::filesystem::path file(std::string_view name) const { return folder_ / name; }
  std::filesystem::path numbers(std::int64_t first, std::int64_t rows) {
    return write_numbers(file(std::to_string(files_++)), "i", first, rows);
  }

  const TemporaryFolder folder_;
  // The dataset has the name of the file, and so of DuckDB's database: that must not be ambiguous.
  const std::shared_ptr<Destination> destination_ =
      make_destination((folder_ / "d.duckdb").string(), "");
  int files_ = 0;
};

TEST_F(DuckDbLoadTest, AnEmptyDestinationHasNothing) {
  const auto client = destination_->open("d", {});
  EXPECT_FALSE(client->has_dataset());
  EXPECT_EQ(client->stored_state("p"), std::nullopt);
  EXPECT_EQ(client->stored_schema("golden"), std::nullopt);
  EXPECT_EQ(client->stored_schema_by_hash("x"), std::nullopt);
  EXPECT_FALSE(client->has_load("1.5", "golden"));
  EXPECT_EQ(client->last_load_id(), "");
  EXPECT_EQ(ask(*client, "SELECT 1"), "1");
  EXPECT_TRUE(destination_->datasets({}).empty());
}

TEST_F(DuckDbLoadTest, KeepsRowsSchemaAndLoad) {
  const Schema schema = schema_with({{.name = "t", .columns = {kNumber}}});
  {
    const auto client = destination_->open("d", {});
    load(*client, schema, "1.5", {numbers(0, 3), numbers(3, 2)});
  }
  const auto client = destination_->open("d", {});
  EXPECT_TRUE(client->has_dataset());
  EXPECT_EQ(ask(*client, "SELECT i FROM t"), "0,1,2,3,4");
  EXPECT_EQ(ask(*client, "SELECT i FROM d.d.t LIMIT 1"), "0");
  EXPECT_EQ(client->last_load_id(), "1.5");
  EXPECT_TRUE(client->has_load("1.5", "golden"));
  EXPECT_TRUE(client->has_load("1.5", "golden", schema.stored_version_hash()));
  EXPECT_FALSE(client->has_load("1.5", "golden", "other"));
  EXPECT_FALSE(client->has_load("1.5", "other"));
  EXPECT_FALSE(client->has_load("1.6", "golden"));
  const std::optional<std::string> document = client->stored_schema("golden");
  ASSERT_TRUE(document.has_value());
  EXPECT_EQ(Json::parse(*document), schema.to_json());
  EXPECT_EQ(client->stored_schema_by_hash(schema.stored_version_hash()), document);
  EXPECT_EQ(client->stored_schema("other"), std::nullopt);
  EXPECT_EQ(destination_->datasets({}), (std::vector<std::string>{"d"}));
}

TEST_F(DuckDbLoadTest, ColumnsOfTheSystemTablesAreDlts) {
  load(*destination_->open("d", {}), schema_with({}), "1.5", {});
  const std::string columns =
      "SELECT string_agg(column_name || ' ' || data_type || CASE WHEN is_nullable THEN '' ELSE ' "
      "NOT NULL' END, '; ' "
      "ORDER BY column_index) FROM duckdb_columns() WHERE table_name = ";
  EXPECT_EQ(ask(*destination_, columns + "'_dlt_loads'"),
            "load_id VARCHAR NOT NULL; schema_name VARCHAR; status BIGINT NOT NULL; inserted_at "
            "TIMESTAMP WITH TIME "
            "ZONE NOT NULL; schema_version_hash VARCHAR");
  EXPECT_EQ(ask(*destination_, columns + "'_dlt_version'"),
            "version BIGINT NOT NULL; engine_version BIGINT NOT NULL; inserted_at TIMESTAMP WITH "
            "TIME ZONE NOT NULL; "
            "schema_name VARCHAR NOT NULL; version_hash VARCHAR NOT NULL; schema VARCHAR NOT NULL");
}

TEST_F(DuckDbLoadTest, ANewMigrationTwiceDoesNothing) {
  const Schema schema = schema_with(
      {{.name = "t", .columns = {kNumber, {.name = "s", .data_type = kText, .nullable = false}}}});
  const auto client = destination_->open("d", {});
  const SchemaUpdate first = load(*client, schema, "1.5", {});
  EXPECT_EQ(first.at("t"), (std::vector<std::string>{"i", "s"}));
  EXPECT_TRUE(first.contains("_dlt_loads"));
  EXPECT_TRUE(load(*client, schema, "1.6", {}).empty());
  EXPECT_EQ(ask(*client, "SELECT count(*) FROM _dlt_version"), "1");
  EXPECT_EQ(ask(*client, "SELECT count(*) FROM _dlt_loads"), "2");
}

TEST_F(DuckDbLoadTest, AddsColumnsAndComparesNamesWithoutCase) {
  const auto client = destination_->open("d", {});
  load(*client, schema_with({{.name = "t", .columns = {{.name = "I", .data_type = kBigint}}}}),
       "1.5", {numbers(0, 1)});
  const Schema later = schema_with(
      {{.name = "t",
        .columns = {kNumber, {.name = "x", .data_type = kDouble}, {.name = "incomplete"}}}});
  EXPECT_EQ(load(*client, later, "1.6", {numbers(1, 1)}), (SchemaUpdate{{"t", {"x"}}}));
  EXPECT_EQ(ask(*client, "SELECT i FROM t WHERE x IS NULL"), "0,1");
  EXPECT_EQ(ask(*client, "SELECT count(*) FROM _dlt_version"), "2");
  EXPECT_EQ(Json::parse(*client->stored_schema("golden")), later.to_json());
}

TEST_F(DuckDbLoadTest, ATableWithoutCompleteColumnsIsNotCreated) {
  const auto client = destination_->open("d", {});
  EXPECT_FALSE(load(*client, schema_with({{.name = "t", .columns = {{.name = "x"}}}}), "1.5", {})
                   .contains("t"));
  EXPECT_EQ(ask(*client, "SELECT count(*) FROM duckdb_tables() WHERE table_name = 't'"), "0");
}

TEST_F(DuckDbLoadTest, AColumnThatIsNotNullableIsAddedToTablesWithAndWithoutRows) {
  const auto client = destination_->open("d", {});
  const Column required = {.name = "x", .data_type = kText, .nullable = false};
  const std::string nullable =
      "SELECT is_nullable FROM duckdb_columns() WHERE column_name = 'x' ORDER BY table_name";
  const Table with_rows = {.name = "t", .columns = {kNumber}};
  const Table without_rows = {.name = "u", .columns = {kNumber}};
  load(*client, schema_with({with_rows, without_rows}), "1.5", {numbers(0, 2)});
  load(*client,
       schema_with({{.name = "t", .columns = {kNumber, required}},
                    {.name = "u", .columns = {kNumber, required}}}),
       "1.6", {});
  EXPECT_EQ(ask(*client, nullable), "true,false");
  EXPECT_EQ(ask(*client, "SELECT x FROM t"), "NULL,NULL");
}

TEST_F(DuckDbLoadTest, UniqueColumnsHaveAConstraintWithIndexesOnly) {
  const auto indexed =
      make_destination((folder_ / "u.duckdb").string(), "", Json{{"create_indexes", true}});
  Column unique = kNumber;
  unique.set_hint("unique", true);
  const Schema schema = schema_with({{.name = "t", .columns = {unique}}});
  load(*destination_->open("d", {}), schema, "1.5", {numbers(0, 1), numbers(0, 1)});
  EXPECT_EQ(ask(*destination_, "SELECT count(*) FROM t"), "2");

  const auto client = indexed->open("d", {});
  load(*client, schema, "1.5", {numbers(0, 1)});
  const Error error = thrown_by([&] { load(*client, schema, "1.6", {numbers(0, 1)}); });
  EXPECT_EQ(error.code(), ErrorCode::kDestination);
  EXPECT_FALSE(error.retryable());
  EXPECT_EQ(ask(*client, "SELECT count(*) FROM t"), "1");
  EXPECT_FALSE(client->has_load("1.6", "golden"));
  // A column that comes later cannot get one.
  Column later = {.name = "x", .data_type = kText};
  later.set_hint("unique", true);
  EXPECT_NO_THROW(
      load(*client, schema_with({{.name = "t", .columns = {unique, later}}}), "1.7", {}));
}

TEST_F(DuckDbLoadTest, TruncateEmptiesATable) {
  const Schema schema = schema_with({{.name = "t", .columns = {kNumber}}});
  const auto client = destination_->open("d", {});
  load(*client, schema, "1.5", {numbers(0, 5)});
  {
    const auto transaction = client->begin();
    transaction->load({.disposition = ReplaceStrategy::kTruncateAndInsert,
                       .tables = {{schema.find_table("t"), {numbers(10, 1)}}}},
                      {});
    transaction->commit();
  }
  EXPECT_EQ(ask(*client, "SELECT i FROM t"), "10");
}

TEST_F(DuckDbLoadTest, WithoutCommitNothingHappened) {
  const Schema schema = schema_with({{.name = "t", .columns = {kNumber}}});
  const auto client = destination_->open("d", {});
  {
    const auto transaction = client->begin();
    transaction->migrate(schema, data_tables(schema));
    transaction->load({.tables = {{schema.find_table("t"), {numbers(0, 200'000)}}}}, {});
    transaction->store_schema(schema);
    transaction->complete_load("1.5", schema);
  }
  EXPECT_FALSE(client->has_dataset());
  EXPECT_EQ(ask(*client, "SELECT count(*) FROM duckdb_schemas() WHERE schema_name = 'd'"), "0");
}

TEST_F(DuckDbLoadTest, DropsTablesAndDatasets) {
  const auto client = destination_->open("d", {});
  const Schema schema =
      schema_with({{.name = "t", .columns = {kNumber}}, {.name = "u", .columns = {kNumber}}});
  load(*client, schema, "1.5", {});
  client->drop_tables({"t", "missing"});
  EXPECT_EQ(ask(*client, "SELECT table_name FROM duckdb_tables() WHERE table_name IN ('t', 'u')"),
            "u");
  client->drop_dataset();
  client->drop_dataset();
  EXPECT_FALSE(client->has_dataset());
}

TEST_F(DuckDbLoadTest, StateIsThatOfTheNewestCompletedLoad) {
  const auto client = destination_->open("d", {});
  load(*client, schema_with({}), "1.5", {});
  client
      ->query(R"(CREATE TABLE _dlt_pipeline_state AS SELECT * FROM (VALUES
    (1, 'first', 'h1', 'p', '1.5'), (2, 'newest', 'h2', 'p', '1.7'), (3, 'not completed', 'h3', 'p', '1.8'),
    (4, 'another', 'h4', 'q', '1.7'), (5, 'failed', 'h5', 'p', '1.9'))
    s(version, state, version_hash, pipeline_name, _dlt_load_id))")
      ->next();
  client
      ->query(
          "INSERT INTO _dlt_loads VALUES ('1.7', 'golden', 0, now(), 'x'), ('1.9', 'golden', 1, "
          "now(), 'x')")
      ->next();
  const std::optional<StoredState> state = client->stored_state("p");
  ASSERT_TRUE(state.has_value());
  EXPECT_EQ(state->state, "newest");
  EXPECT_EQ(state->version, 2);
  EXPECT_EQ(state->version_hash, "h2");
  EXPECT_EQ(state->load_id, "1.7");
  EXPECT_EQ(client->stored_state("nobody"), std::nullopt);
}

struct Conversion {
  const char* name;
  const char* type;
  Field field;
  std::function<void(ColumnArray&)> set;
  const char* stored;  // null: refused
};

class DuckDbConversion : public DuckDbLoadTest, public testing::WithParamInterface<Conversion> {};

TEST_P(DuckDbConversion, LosesNothing) {
  const Conversion& test = GetParam();
  Field field = test.field;
  field.name = "i";
  const Schema schema =
      schema_with({{.name = "t", .columns = {{.name = "i", .data_type = field.type}}}});
  const auto client = destination_->open("d", {});
  client->query(std::string("CREATE SCHEMA d"))->next();
  client->query(std::string("CREATE TABLE d.d.t(i ") + test.type + ")")->next();
  const auto path = write_value(file("value"), field, test.set);
  if (test.stored != nullptr) {
    load(*client, schema, "1.5", {path});
    EXPECT_EQ(ask(*client, "SELECT i FROM t"), test.stored);
    return;
  }
  const Error error = thrown_by([&] { load(*client, schema, "1.5", {path}); });
  EXPECT_EQ(error.code(), ErrorCode::kDestination);
  EXPECT_FALSE(error.retryable());
  EXPECT_EQ(error.context().table, "t");
  EXPECT_EQ(error.context().column, "i");
  EXPECT_EQ(ask(*client, "SELECT count(*) FROM t"), "0");
}

std::function<void(ColumnArray&)> integer(std::int64_t value) {
  return [value](ColumnArray& column) { column.set_int64(0, value); };
}
std::function<void(ColumnArray&)> decimal(std::int64_t value) {
  return [value](ColumnArray& column) { column.set_int128(0, value); };
}
std::function<void(ColumnArray&)> text(std::string value) {
  return [value](ColumnArray& column) { column.set_bytes(0, value); };
}

INSTANTIATE_TEST_SUITE_P(
    Narrower, DuckDbConversion,
    testing::Values(Conversion{"fits_tinyint", "TINYINT", {.type = kBigint}, integer(-128), "-128"},
                    Conversion{
                        "beyond_tinyint", "TINYINT", {.type = kBigint}, integer(128), nullptr},
                    Conversion{"hugeint", "HUGEINT", {.type = kBigint}, integer(7), "7"},
                    Conversion{"fewer_digits",
                               "DECIMAL(5,2)",
                               {.type = kDecimal, .precision = 38, .scale = 9},
                               decimal(1'500'000'000),
                               "1.50"},
                    Conversion{"rounded",
                               "DECIMAL(5,2)",
                               {.type = kDecimal, .precision = 38, .scale = 9},
                               decimal(1'005'000'000),
                               nullptr},
                    Conversion{"coarser_time",
                               "TIMESTAMP_S",
                               {.type = kTimestamp, .precision = 6, .timezone = false},
                               integer(1),
                               nullptr},
                    Conversion{"same_time",
                               "TIMESTAMP_S",
                               {.type = kTimestamp, .precision = 6, .timezone = false},
                               integer(1'000'000),
                               "1970-01-01T00:00:01"},
                    Conversion{"text_to_number", "BIGINT", {.type = kText}, text("007"), nullptr},
                    Conversion{"text_as_number", "BIGINT", {.type = kText}, text("7"), "7"},
                    Conversion{"no_number", "BIGINT", {.type = kText}, text("seven"), nullptr},
                    Conversion{"null", "TINYINT", {.type = kBigint}, [](ColumnArray&) {}, "NULL"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST_F(DuckDbLoadTest, ANullInARequiredColumnIsNamed) {
  const Schema schema = schema_with(
      {{.name = "t", .columns = {{.name = "i", .data_type = kBigint, .nullable = false}}}});
  const auto client = destination_->open("d", {});
  const auto path = write_value(file("null"), {.name = "i", .type = kBigint}, [](ColumnArray&) {});
  const Error error = thrown_by([&] { load(*client, schema, "1.5", {path}); });
  EXPECT_EQ(error.code(), ErrorCode::kNullViolation);
  EXPECT_EQ(error.context().table, "t");
  EXPECT_EQ(error.context().column, "i");
  EXPECT_FALSE(client->has_dataset());
}

TEST_F(DuckDbLoadTest, AColumnThatTheTableLacksIsNamed) {
  const Schema schema = schema_with({{.name = "t", .columns = {kNumber}}});
  const auto client = destination_->open("d", {});
  const auto path = write_value(file("x"), {.name = "x", .type = kBigint}, integer(1));
  const Error error = thrown_by([&] { load(*client, schema, "1.5", {path}); });
  EXPECT_EQ(error.code(), ErrorCode::kDestination);
  EXPECT_EQ(error.context().column, "x");
}

TEST_F(DuckDbLoadTest, ATypeThatDuckDBLacksIsNamed) {
  const Schema schema = schema_with(
      {{.name = "t", .columns = {{.name = "i", .data_type = kDecimal, .precision = 39}}}});
  const Error error = thrown_by([&] { load(*destination_->open("d", {}), schema, "1.5", {}); });
  EXPECT_EQ(error.code(), ErrorCode::kSchema);
  EXPECT_EQ(error.context().table, "t");
}

TEST_F(DuckDbLoadTest, RowsKeepTheirOrderUpToAHundredThousand) {
  const Schema schema = schema_with({{.name = "t", .columns = {kNumber}}});
  const auto client = destination_->open("d", {});
  load(*client, schema, "1.5", {numbers(0, 50'000), numbers(50'000, 50'000)});
  EXPECT_EQ(ask(*client, "SELECT count(*) FROM t WHERE i = rowid"), "100000");
}

TEST_F(DuckDbLoadTest, ManyRowsInManyFilesAllArriveOnce) {
  const Schema schema = schema_with({{.name = "t", .columns = {kNumber}}});
  std::atomic<std::int64_t> copied = 0;
  const auto client = destination_->open("d", {.rows_copied = &copied});
  std::vector<std::filesystem::path> files;
  for (int i = 0; i < 150; ++i) files.push_back(numbers(i * 2000, 2000));
  load(*client, schema, "1.5", files);
  EXPECT_EQ(copied, 300'000);
  EXPECT_EQ(
      ask(*client,
          "SELECT count(DISTINCT i) = 300000 AND count(*) = 300000 AND max(i) = 299999 FROM t"),
      "true");
  EXPECT_EQ(ask(*client, "SELECT current_setting('preserve_insertion_order')"), "true");
}

TEST_F(DuckDbLoadTest, InMemoryDataLivesAsLongAsTheDestination) {
  const auto memory = make_destination(":memory:", "");
  load(*memory->open("d", {}), schema_with({{.name = "t", .columns = {kNumber}}}), "1.5",
       {numbers(0, 2)});
  EXPECT_EQ(ask(*memory, "SELECT i FROM t"), "0,1");
  EXPECT_FALSE(make_destination(":memory:", "")->open("d", {})->has_dataset());
}

TEST_F(DuckDbLoadTest, ReadingNeedsADatabase) {
  const Error error =
      thrown_by([&] { destination_->open("d", {.access = QueryAccess::kReadOnly}); });
  EXPECT_EQ(error.code(), ErrorCode::kNotFound);
}

}  // namespace
}  // namespace dlt
