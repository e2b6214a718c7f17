// SPDX-License-Identifier: Apache-2.0
#include "schema/hints.hpp"

#include <sstream>

#include <gmock/gmock.h>

#include "dlt/values.hpp"
#include "schema/document.hpp"
#include "schema/identifiers.hpp"
#include "schema/row_identity.hpp"
#include "schema/schema_data.hpp"
#include "schema/system_tables.hpp"

namespace dlt {
namespace {

using ::testing::HasSubstr;

struct HintCase {
  const char* name;
  const char* hints;
  // The table as a schema document has it.
  const char* table;
};

void PrintTo(const HintCase& hints, std::ostream* out) { *out << hints.name; }

constexpr HintCase kCases[] = {
    {"Nothing", "{}",
     R"({"name":"users","columns":{},"write_disposition":"append","resource":"users"})"},
    {"TableName", R"({"table_name": "MyUsers"})",
     R"({"name":"my_users","columns":{},"write_disposition":"append","resource":"users"})"},
    {"EmptyTableName", R"({"table_name": ""})",
     R"({"name":"users","columns":{},"write_disposition":"append","resource":"users"})"},
    {"Disposition", R"({"write_disposition": "replace"})",
     R"({"name":"users","columns":{},"write_disposition":"replace","resource":"users"})"},
    {"DispositionObject", R"({"write_disposition": {"disposition": "replace"}})",
     R"({"name":"users","columns":{},"write_disposition":"replace","resource":"users"})"},
    {"PrimaryKey", R"({"primary_key": "Id", "write_disposition": "merge"})",
     R"({"name":"users","columns":{"id":{"name":"id","nullable":false,"primary_key":true}},"write_disposition":"merge",)"
     R"("resource":"users"})"},
    {"CompoundKeys", R"({"primary_key": ["a", "b"], "merge_key": ["b"]})",
     R"({"name":"users","columns":{"a":{"name":"a","nullable":false,"primary_key":true},)"
     R"("b":{"name":"b","nullable":false,"primary_key":true,"merge_key":true}},"write_disposition":"append","resource":"users"})"},
    {"KeyOfADeclaredColumn",
     R"({"primary_key": "a", "columns": {"a": {"data_type": "bigint"}, "b": {"primary_key": true}}})",
     R"({"name":"users","columns":{"a":{"name":"a","data_type":"bigint","nullable":false,"primary_key":true},"b":{"name":"b"}},)"
     R"("write_disposition":"append","resource":"users"})"},
    {"KeyOfANullableColumn",
     R"({"primary_key": "a", "columns": [{"name": "a", "nullable": true}]})",
     R"({"name":"users","columns":{"a":{"name":"a","nullable":true,"primary_key":true}},"write_disposition":"append",)"
     R"("resource":"users"})"},
    {"NoKey",
     R"({"primary_key": [], "columns": {"a": {"data_type": "text", "primary_key": true}}})",
     R"({"name":"users","columns":{"a":{"name":"a","data_type":"text"}},"write_disposition":"append","resource":"users"})"},
    {"Columns",
     R"({"columns": {"Amount": {"data_type": "decimal", "precision": 10, "scale": 2, "x-mine": [1]}, "at": {"data_type": null,)"
     R"("timezone": false, "sort": true}, "c": {"data_type": "complex"}}})",
     R"({"name":"users","columns":{"amount":{"name":"amount","data_type":"decimal","precision":10,"scale":2,"x-mine":[1]},)"
     R"("at":{"name":"at","timezone":false,"sort":true},"c":{"name":"c","data_type":"json"}},"write_disposition":"append",)"
     R"("resource":"users"})"},
    {"Incremental",
     R"({"incremental": {"cursor_path": "updatedAt"}, "columns": {"updatedAt": {"data_type": "timestamp"}}})",
     R"({"name":"users","columns":{"updated_at":{"name":"updated_at","data_type":"timestamp","incremental":true}},)"
     R"("write_disposition":"append","resource":"users"})"},
    {"IncrementalPath", R"({"incremental": {"cursor_path": "meta.at"}})",
     R"({"name":"users","columns":{},"write_disposition":"append","resource":"users"})"},
    {"IncrementalAlone", R"({"incremental": {"cursor_path": "['u']", "lag": 2}})",
     R"({"name":"users","columns":{"u":{"name":"u","incremental":true}},"write_disposition":"append","resource":"users"})"},
    {"Upsert", R"({"write_disposition": {"disposition": "merge", "strategy": "upsert"}})",
     R"({"name":"users","columns":{},"x-merge-strategy":"upsert","write_disposition":"merge","resource":"users"})"},
    {"Deduplicated",
     R"({"write_disposition": {"disposition": "merge", "strategy": "delete-insert", "deduplicated": true}})",
     R"({"name":"users","columns":{},"x-merge-strategy":"delete-insert","x-stage-data-deduplicated":true,)"
     R"("write_disposition":"merge","resource":"users"})"},
    {"Scd2",
     R"({"write_disposition": {"disposition": "merge", "strategy": "scd2", "boundary_timestamp": "2024-01-01T00:00:00Z"}})",
     R"({"name":"users","columns":{"_dlt_valid_from":{"name":"_dlt_valid_from","data_type":"timestamp","nullable":true,)"
     R"("x-valid-from":true},"_dlt_valid_to":{"name":"_dlt_valid_to","data_type":"timestamp","nullable":true,"x-valid-to":true,)"
     R"("x-active-record-timestamp":null},"_dlt_id":{"name":"_dlt_id","nullable":false,"x-row-version":true,"unique":false,)"
     R"("row_key":false}},"x-merge-strategy":"scd2","x-boundary-timestamp":"2024-01-01T00:00:00Z","write_disposition":"merge",)"
     R"("resource":"users"})"},
    {"Scd2Named",
     R"({"write_disposition": {"disposition": "merge", "strategy": "scd2", "validity_column_names": ["From", "To"],)"
     R"("active_record_timestamp": "9999-12-31", "row_version_column_name": "RowHash"}})",
     R"({"name":"users","columns":{"from":{"name":"from","data_type":"timestamp","nullable":true,"x-valid-from":true},)"
     R"("to":{"name":"to","data_type":"timestamp","nullable":true,"x-valid-to":true,"x-active-record-timestamp":"9999-12-31"},)"
     R"("row_hash":{"name":"row_hash","nullable":false,"x-row-version":true,"unique":false,"row_key":false}},)"
     R"("x-merge-strategy":"scd2","write_disposition":"merge","resource":"users"})"},
    {"Parent", R"({"parent_table_name": "Accounts"})",
     R"({"name":"users","columns":{},"parent":"accounts"})"},
    {"ParentAndDisposition", R"({"parent_table_name": "accounts", "write_disposition": "append"})",
     R"({"name":"users","columns":{},"write_disposition":"append","parent":"accounts"})"},
    {"Others",
     R"({"schema_contract": {"columns": "freeze"}, "table_format": "delta", "file_format": "parquet", "max_table_nesting": 1,)"
     R"("references": [{"referenced_table": "Teams", "columns": ["TeamId"], "referenced_columns": ["Id"]}],)"
     R"("x-own": {"a": 1}, "additional_table_hints": {"description": "people"}})",
     R"({"name":"users","columns":{},"schema_contract":{"columns":"freeze"},"table_format":"delta","file_format":"parquet",)"
     R"("references":[{"referenced_table":"teams","columns":["team_id"],"referenced_columns":["id"]}],)"
     R"("x-normalizer":{"max_nesting":1},"description":"people","x-own":{"a":1},"write_disposition":"append","resource":"users"})"},
    {"EmptyHints",
     R"({"schema_contract": {}, "table_format": "", "references": [], "columns": [], "merge_key": ""})",
     R"({"name":"users","columns":{},"write_disposition":"append","resource":"users"})"},
};

class Hints : public ::testing::TestWithParam<HintCase> {};

TEST_P(Hints, MakeTheTable) {
  const ResourceHints hints = parse_resource_hints(Json::parse(GetParam().hints));
  const std::vector<Table> tables = tables_from_hints(Schema("golden"), "users", hints);
  ASSERT_EQ(tables.size(), 1);
  EXPECT_EQ(table_document(tables[0]).dump(), GetParam().table);
}

INSTANTIATE_TEST_SUITE_P(Each, Hints, ::testing::ValuesIn(kCases),
                         [](const auto& entry) { return std::string(entry.param.name); });

// The hashes that dlt's schemas had after the hints of a first run were applied, on a destination
// whose names have 63 characters at most: before and after the table of the pipeline state was
// added.
TEST(Hints, MakeTheSchemasThatDltMade) {
  const MergeStrategies strategies = {MergeStrategy::kDeleteInsert, MergeStrategy::kUpsert,
                                      MergeStrategy::kInsertOnly, MergeStrategy::kScd2};
  std::istringstream lines(schema_data("extracted.jsonl"));
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    const Json vector = Json::parse(line);
    SCOPED_TRACE(vector["from"].get<std::string>());
    Schema schema("golden", make_naming(vector.value("naming", "snake_case"), 63));
    if (vector.contains("max_table_nesting"))
      schema.set_normalizer_config("max_nesting", vector["max_table_nesting"]);
    if (vector.contains("root_key"))
      schema.set_normalizer_config("root_key_propagation", vector["root_key"]);
    for (const auto& [resource, hints] : vector["resources"].items()) {
      for (const Table& table : tables_from_hints(schema, resource, parse_resource_hints(hints))) {
        schema.update_table(table, CompoundHints::kReplace);
        propagate_root_key(schema, table.name, strategies);
      }
    }
    EXPECT_EQ(schema.compute_version_hash(), vector["hash"]) << schema.to_json().dump(1);
    schema.update_table(normalize_identifiers(pipeline_state_table(), schema.naming()));
    EXPECT_EQ(schema.compute_version_hash(), vector["hash_with_state_table"]);
  }
  EXPECT_EQ(count, 71);
}

TEST(Hints, TimestampsOfTheProgramAreStoredAsText) {
  ResourceHints hints;
  hints.write_disposition = {
      {"disposition", "merge"},
      {"strategy", "scd2"},
      {"boundary_timestamp", Timestamp{.seconds = 0, .utc_offset_minutes = 0}}};
  const Table table = tables_from_hints(Schema("golden"), "users", hints).front();
  EXPECT_EQ((*table.properties)["x-boundary-timestamp"], "1970-01-01T00:00:00+00:00");
}

TEST(Hints, NestedTablesComeByLengthOfTheirPath) {
  const ResourceHints hints =
      parse_resource_hints(Json::parse(R"({"table_name": "Orders", "nested_hints": [
      {"path": ["Items", "Tags"], "columns": {"V": {"data_type": "text"}}},
      {"path": "Items", "columns": {"price": {"data_type": "decimal"}}},
      {"path": ["Notes"], "primary_key": "id", "write_disposition": "merge"},
      {"path": ["Deep", "Er"], "parent_table_name": "Orders"}]})"));
  const std::vector<Table> tables = tables_from_hints(Schema("golden"), "orders_resource", hints);
  std::vector<std::string> documents;
  for (const Table& table : tables) documents.push_back(table_document(table).dump());
  EXPECT_THAT(
      documents,
      ::testing::ElementsAre(
          R"({"name":"orders","columns":{},"write_disposition":"append","resource":"orders_resource"})",
          R"({"name":"orders__items","columns":{"price":{"name":"price","data_type":"decimal"}},"parent":"orders"})",
          R"({"name":"orders__notes","columns":{"id":{"name":"id","nullable":false,"primary_key":true}},"write_disposition":"merge","resource":"orders_resource"})",
          R"({"name":"orders__items__tags","columns":{"v":{"name":"v","data_type":"text"}},"parent":"orders__items"})",
          R"({"name":"orders__deep__er","columns":{},"parent":"orders"})"));
  Schema schema("golden");
  for (const Table& table : tables) schema.update_table(table);
  EXPECT_EQ(schema.table_chain("orders").size(), 4);
}

TEST(Hints, NestedHintsByName) {
  const ResourceHints hints =
      parse_resource_hints(Json::parse(R"({"nested_hints": {"items": {"merge_key": "day"}}})"));
  const std::vector<Table> tables = tables_from_hints(Schema("golden"), "t", hints);
  EXPECT_EQ(
      table_document(tables.at(1)).dump(),
      R"({"name":"t__items","columns":{"day":{"name":"day","nullable":false,"merge_key":true}},"resource":"t"})");
}

TEST(Hints, SeparatorsInTableNamesDependOnTheSchema) {
  ResourceHints hints;
  hints.table_name = "My__Table";
  Schema schema("golden");
  EXPECT_EQ(tables_from_hints(schema, "r", hints).front().name, "my__table");
  schema.set_normalizers({{"use_break_path_on_normalize", false}});
  EXPECT_EQ(tables_from_hints(schema, "r", hints).front().name, "my_table");
}

struct WrongHint {
  const char* hints;
  const char* message;
};

TEST(Hints, ThatAreWrongAreNamed) {
  constexpr WrongHint kWrong[] = {
      {R"([])", "hint 'hints': expected an object, got []"},
      {R"({"wride_disposition": "merge"})", "unknown hint 'wride_disposition'"},
      {R"({"write_disposition": "upsert"})",
       "hint 'write_disposition': expected one of skip, append, replace, merge, got \"upsert\""},
      {R"({"write_disposition": {"strategy": "upsert"}})", "hint 'write_disposition'"},
      {R"({"write_disposition": 1})", "hint 'write_disposition'"},
      {R"({"write_disposition": {"disposition": "merge", "strategy": "replace"}})",
       "hint 'write_disposition.strategy'"},
      {R"({"write_disposition": {"disposition": "merge", "strategy": "scd2", "boundary_timestamp": "soon"}})",
       "hint 'boundary_timestamp': expected a timestamp, got \"soon\""},
      {R"({"write_disposition": {"disposition": "merge", "strategy": "scd2", "active_record_timestamp": []}})",
       "hint 'active_record_timestamp'"},
      {R"({"write_disposition": {"disposition": "merge", "strategy": "scd2", "validity_column_names": ["a"]}})",
       "hint 'validity_column_names': expected two names"},
      {R"({"write_disposition": {"disposition": "merge", "strategy": "scd2", "row_version_column_name": 1}})",
       "hint 'row_version_column_name'"},
      {R"({"primary_key": 1})", "hint 'primary_key': expected a name or a list of names, got 1"},
      {R"({"merge_key": [1]})", "hint 'merge_key'"},
      {R"({"columns": "a"})", "hint 'columns': expected an object or a list"},
      {R"({"columns": {"a": "text"}})",
       "hint 'columns': expected an object for each column, got \"text\""},
      {R"({"columns": [{"data_type": "text"}]})",
       "hint 'columns': expected a name for each column"},
      {R"({"columns": [1]})", "hint 'columns': expected a name for each column"},
      {R"({"columns": {"a": {"data_type": "number"}}})",
       "property 't.columns.a.data_type' has a wrong value"},
      {R"({"columns": {"a": {"foreign_key": true}}})",
       "unknown property 't.columns.a.foreign_key'"},
      {R"({"schema_contract": "never"})", "property 't.schema_contract' has a wrong value"},
      {R"({"table_format": "hudi"})", "property 't.table_format' has a wrong value"},
      {R"({"file_format": 1})", "hint 'file_format': expected text, got 1"},
      {R"({"references": 1})", "property 't.references' has a wrong value"},
      {R"({"max_table_nesting": -1})",
       "hint 'max_table_nesting': expected a number of levels, got -1"},
      {R"({"max_table_nesting": "1"})", "hint 'max_table_nesting'"},
      {R"({"nested_hints": 1})", "hint 'nested_hints': expected an object or a list"},
      {R"({"nested_hints": [{"columns": {}}]})", "hint 'nested_hints': expected a path"},
      {R"({"nested_hints": [{"path": []}]})", "hint 'nested_hints': expected a path"},
      {R"({"nested_hints": {"a": {"key": 1}}})", "unknown hint 'key'"},
      {R"({"additional_table_hints": 1})", "hint 'additional_table_hints': expected an object"},
      {R"({"additional_table_hints": {"owner": "me"}})", "unknown property 't.owner'"},
  };
  for (const WrongHint& entry : kWrong) {
    const Error error = error_of([&] {
      tables_from_hints(Schema("golden"), "t", parse_resource_hints(Json::parse(entry.hints)));
    });
    EXPECT_THAT(error.message(), HasSubstr(entry.message)) << entry.hints;
    EXPECT_TRUE(error.code() == ErrorCode::kInvalidArgument || error.code() == ErrorCode::kSchema);
  }
}

TEST(ApplyHints, ReplacesMergesAndTakesBack) {
  ResourceHints hints = parse_resource_hints(
      Json::parse(R"({"table_name": "a", "write_disposition": "merge", "primary_key": "id",
      "columns": {"a": {"data_type": "text", "unique": true}, "b": {"sort": true}}, "max_table_nesting": 1,
      "references": [{"referenced_table": "u", "columns": ["a"], "referenced_columns": ["id"]}],
      "table_format": "delta", "x-one": 1, "nested_hints": {"n": {}}})"));
  const ResourceHints before = hints;
  apply_hints(hints, {});
  EXPECT_EQ(table_document(tables_from_hints(Schema("golden"), "r", hints).front()),
            table_document(tables_from_hints(Schema("golden"), "r", before).front()));

  apply_hints(hints, parse_resource_hints(
                         Json::parse(R"({"table_name": "c", "primary_key": [], "table_format": "",
      "columns": [{"name": "b", "data_type": "date"}, {"name": "a", "nullable": false}, {"name": "c"}], "max_table_nesting": 2,
      "references": [{"referenced_table": "v", "columns": ["b"], "referenced_columns": ["id"]}],
      "x-two": 2, "nested_hints": {"m": {}}})")));
  const std::vector<Table> tables = tables_from_hints(Schema("golden"), "r", hints);
  EXPECT_EQ(
      table_document(tables[0]).dump(),
      R"({"name":"c","columns":{"a":{"name":"a","data_type":"text","nullable":false,"unique":true},)"
      R"("b":{"name":"b","data_type":"date","sort":true},"c":{"name":"c"}},"write_disposition":"merge",)"
      R"("references":[{"referenced_table":"u","columns":["a"],"referenced_columns":["id"]},)"
      R"({"referenced_table":"v","columns":["b"],"referenced_columns":["id"]}],"x-normalizer":{"max_nesting":2},)"
      R"("x-one":1,"x-two":2,"resource":"r"})");
  EXPECT_EQ(tables[1].name, "c__m");

  apply_hints(
      hints,
      parse_resource_hints(Json::parse(
          R"({"columns": {}, "additional_table_hints": {}, "references": [], "table_name": ""})")));
  EXPECT_EQ(
      table_document(tables_from_hints(Schema("golden"), "r", hints)[0]).dump(),
      R"({"name":"r","columns":{},"write_disposition":"merge","x-normalizer":{"max_nesting":2},"resource":"r"})");
}

TEST(EvolveColumnsOnce, KeepsTheOtherHints) {
  Table table = make_table("t", {}, {{"x-normalizer", {{"max_nesting", 1}}}});
  evolve_columns_once(table);
  EXPECT_EQ(table.properties->dump(),
            R"({"x-normalizer":{"max_nesting":1,"evolve-columns-once":true}})");
  Table bare = make_table("t", {});
  evolve_columns_once(bare);
  EXPECT_EQ(bare.properties->dump(), R"({"x-normalizer":{"evolve-columns-once":true}})");
}

}  // namespace
}  // namespace dlt
