// SPDX-License-Identifier: Apache-2.0
#include "schema/document.hpp"

#include <sstream>

#include <gmock/gmock.h>

#include "schema/migrations.hpp"
#include "schema/properties.hpp"
#include "schema/schema_data.hpp"
#include "schema/yaml.hpp"

namespace dlt {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Json document_in(const std::string& file) {
  const std::string text = schema_data(file);
  return file.ends_with("json") ? Json::parse(text) : read_yaml(text);
}

class StoredHash : public ::testing::TestWithParam<const char*> {};

TEST_P(StoredHash, IsTheOneOfTheDocument) {
  Json document = document_in(GetParam());
  const std::string stored = document["version_hash"];
  apply_defaults(document);
  EXPECT_EQ(version_hash(document), stored);
}

INSTANTIATE_TEST_SUITE_P(Dlt, StoredHash,
                         ::testing::Values("ethereum_v6.yml", "ethereum_v8.yml", "ethereum_v9.yml",
                                           "ethereum_v10.yml", "ethereum_v11.yml",
                                           "ethereum.schema.yaml", "event.schema.json"));

// The recorded schemas stand in the short form: names are left out.
TEST(RecordedSchemas, HashAndRoundTrip) {
  std::istringstream lines(schema_data("recorded.jsonl"));
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    const Json vector = Json::parse(line);
    SCOPED_TRACE(vector["from"].get<std::string>());
    const Json& recorded = vector["schema"];
    Schema schema = Schema::from_json(recorded);
    EXPECT_EQ(schema.compute_version_hash(), recorded["version_hash"]);
    EXPECT_EQ(schema.stored_version_hash(), recorded["version_hash"]);
    EXPECT_EQ(schema.version(), recorded["version"]);
    EXPECT_FALSE(schema.bump_version());
    EXPECT_TRUE(Schema::from_yaml(schema.to_yaml()).to_json() == schema.to_json());
    EXPECT_TRUE(Schema::from_yaml(schema.to_yaml_without_defaults()).to_json() == schema.to_json());
    EXPECT_TRUE(Schema::from_json(schema.to_json_without_defaults()).to_json() == schema.to_json());
    const Json written = schema.to_json_without_defaults();
    for (const auto& [name, table] : written["tables"].items()) {
      EXPECT_TRUE(same_content(table, recorded["tables"][name])) << name;
    }
  }
  EXPECT_EQ(count, 126);
}

TEST(SchemaDocument, KeysStandInTheOrderOfDlt) {
  Schema schema("golden");
  schema.set_imported_version_hash("abc=");
  std::vector<std::string> keys;
  const Json document = schema.to_json();
  for (const auto& item : document.items()) keys.push_back(item.key());
  EXPECT_THAT(keys,
              ElementsAre("version", "version_hash", "engine_version", "name", "tables", "settings",
                          "normalizers", "previous_hashes", "imported_version_hash"));
  EXPECT_FALSE(schema.to_json_without_defaults().contains("imported_version_hash"));
}

TEST(SchemaDocument, FreshSchemaIsTheOneOfDlt) {
  // Recorded: the schema of a run that extracted nothing but its state begins like this.
  const Json document = Schema("golden").to_json();
  EXPECT_EQ(document["version"], 1);
  EXPECT_EQ(
      document["settings"].dump(),
      R"({"detections":["iso_timestamp"],"default_hints":{"not_null":["_dlt_id","_dlt_root_id",)"
      R"("_dlt_parent_id","_dlt_list_idx","_dlt_load_id"],"parent_key":["_dlt_parent_id"],)"
      R"("root_key":["_dlt_root_id"],"unique":["_dlt_id"],"row_key":["_dlt_id"]}})");
  EXPECT_EQ(document["normalizers"].dump(),
            R"({"names":"snake_case","json":{"module":"dlt.common.normalizers.json.relational"}})");
  EXPECT_EQ(document["tables"]["_dlt_loads"]["columns"]["load_id"].dump(),
            R"({"name":"load_id","data_type":"text","nullable":false,"precision":64})");
  EXPECT_EQ(document["tables"].size(), 2);
}

TEST(SchemaDocument, AnythingAtTopLevelIsKept) {
  Json document = Schema("golden").to_json();
  document["description"] = "mine";
  document["x-owner"] = {{"team", "data"}};
  const Json read = Schema::from_json(document).to_json();
  EXPECT_EQ(read["description"], "mine");
  EXPECT_EQ(read["x-owner"]["team"], "data");
}

TEST(SchemaDocument, UnsaidAndNullPropertiesKeepTheirHash) {
  Json document = Schema("golden").to_json();
  document["tables"]["t"] = {
      {"name", "t"},
      {"write_disposition", "append"},
      {"resource", "t"},
      {"columns",
       {{"a", {{"name", "a"}, {"data_type", nullptr}, {"nullable", nullptr}}},
        {"b", {{"name", "b"}, {"precision", nullptr}, {"unique", false}}}}}};
  document["version_hash"] = version_hash(document);
  const Schema schema = Schema::from_json(document);
  EXPECT_EQ(schema.stored_version_hash(), document["version_hash"]);
  EXPECT_EQ(schema.compute_version_hash(), document["version_hash"]);
  EXPECT_FALSE(schema.find_table("t")->find("a")->is_complete());
  EXPECT_TRUE(schema.find_table("t")->find("a")->is_nullable());
}

TEST(SchemaDocument, AChangedDocumentGetsTheNextVersion) {
  Json document = Schema("golden").to_json();
  const std::string old_hash = document["version_hash"];
  document["settings"]["schema_contract"] = "freeze";
  const Schema schema = Schema::from_json(document);
  EXPECT_EQ(schema.version(), 2);
  EXPECT_NE(schema.stored_version_hash(), old_hash);
  EXPECT_THAT(schema.previous_hashes(), ElementsAre(old_hash));
}

TEST(VersionChain, GrowsByOneAndKeepsTenHashes) {
  Schema schema("golden");
  EXPECT_THAT(schema.stored_version_hash(), IsEmpty());
  EXPECT_TRUE(schema.bump_version());
  EXPECT_EQ(schema.version(), 1);
  EXPECT_FALSE(schema.bump_version());

  std::vector<std::string> hashes = {schema.stored_version_hash()};
  for (int i = 0; i < 12; ++i) {
    schema.update_table(make_table("t" + std::to_string(i), {}));
    const Json written = schema.to_json();
    EXPECT_TRUE(schema.bump_version());
    EXPECT_EQ(written, schema.to_json()) << "to_json is already what bump_version makes of it";
    hashes.insert(hashes.begin(), schema.stored_version_hash());
  }
  EXPECT_EQ(schema.version(), 13);
  EXPECT_THAT(schema.previous_hashes(), SizeIs(10));
  EXPECT_TRUE(std::equal(schema.previous_hashes().begin(), schema.previous_hashes().end(),
                         hashes.begin() + 1));
}

TEST(VersionChain, AHashThatIsThereAlreadyIsNotRepeated) {
  Schema schema("golden");
  schema.bump_version();
  const std::string first = schema.stored_version_hash();
  schema.set_contract("freeze");
  schema.bump_version();
  const std::string second = schema.stored_version_hash();
  schema.set_contract(nullptr);
  schema.bump_version();
  EXPECT_EQ(schema.stored_version_hash(), first);
  schema.set_contract("freeze");
  schema.bump_version();
  EXPECT_EQ(schema.version(), 4);
  EXPECT_THAT(schema.previous_hashes(), ElementsAre(second, first));
}

TEST(VersionChain, OrderOfColumnsCountsOrderOfTablesDoesNot) {
  const Column a = make_column("a", DataType::kText);
  const Column b = make_column("b", DataType::kText);
  const auto hash = [](std::initializer_list<Table> tables) {
    Schema schema("golden");
    for (const Table& table : tables) schema.update_table(table);
    return schema.compute_version_hash();
  };
  EXPECT_EQ(hash({make_table("t", {a}), make_table("u", {b})}),
            hash({make_table("u", {b}), make_table("t", {a})}));
  EXPECT_NE(hash({make_table("t", {a, b})}), hash({make_table("t", {b, a})}));
}

// Each document is the one before, read and saved by the next engine: migrating either gives the
// same tables.
TEST(Migrations, LeadWhereDltCame) {
  const Schema newest = Schema::from_yaml(schema_data("ethereum_v11.yml"));
  const Schema ten = Schema::from_yaml(schema_data("ethereum_v10.yml"));
  EXPECT_EQ(newest.version(), 18) << "a current document is not changed by reading";
  EXPECT_EQ(ten.version(), 19) << "a migrated one is";
  EXPECT_EQ(ten.previous_hashes().front(), "veEmgbCPXCIiqyfabeQWwz6UIQ2liETv7LLMpyktCos=");
  EXPECT_EQ(ten.normalizers()["use_break_path_on_normalize"], false);
  EXPECT_FALSE(ten.normalizes_paths());
  EXPECT_EQ(ten.to_json()["tables"], newest.to_json()["tables"]);
}

Json migrated(Json document) {
  migrate_schema_document(document);
  return document;
}

TEST(Migrations, EveryEngineVersionIsReadAndKeepsItsColumns) {
  for (int engine = 3; engine <= 11; ++engine) {
    SCOPED_TRACE(engine);
    const Json before = document_in("ethereum_v" + std::to_string(engine) + ".yml");
    ASSERT_EQ(before["engine_version"], engine);
    const Schema schema = Schema::from_json(before);
    EXPECT_EQ(schema.to_json()["engine_version"], 11);
    EXPECT_EQ(schema.find_table("_dlt_version")->columns.size(), 6);
    EXPECT_TRUE(schema.find_table("_dlt_loads")->find("schema_version_hash") != nullptr);
    EXPECT_EQ(schema.find_table("blocks")->columns.size(),
              before["tables"]["blocks"]["columns"].size());
    EXPECT_TRUE(schema.find_table("blocks")->has_seen_data());
    EXPECT_TRUE(schema.find_table("blocks")->find("_dlt_id")->flag("row_key"));
  }
  const Schema sheets = Schema::from_json(document_in("google_spreadsheet_v4.json"));
  EXPECT_TRUE(sheets.find_table("_dlt_version") != nullptr);
}

// A document of an engine version with one table and the settings that its migration looks at.
Json old_document(int engine, Json table, Json settings = Json::object()) {
  Json document{{"version", 2},
                {"engine_version", engine},
                {"name", "old"},
                {"tables", {{"t", std::move(table)}}},
                {"settings", std::move(settings)},
                {"normalizers",
                 {{"names", "snake_case"},
                  {"json", {{"module", "m"}, {"config", {{"generate_dlt_id", true}}}}}}}};
  return document;
}

TEST(Migrations, From3And4HashAndSystemTables) {
  const Json three = migrated(old_document(3, {{"columns", Json::object()}}));
  EXPECT_EQ(three["version_hash"], "");
  EXPECT_TRUE(three["tables"].contains("_dlt_version"));
  EXPECT_TRUE(three["tables"].contains("_dlt_loads"));
  EXPECT_TRUE(
      migrated(old_document(5, {{"columns", Json::object()}}))["tables"].contains("_dlt_loads"));
}

TEST(Migrations, From6SealsGo) {
  const Json document = migrated(old_document(
      6, {{"columns", Json::object()}, {"table_sealed", true}}, {{"schema_sealed", true}}));
  EXPECT_FALSE(document["tables"]["t"].contains("table_sealed"));
  EXPECT_FALSE(document["settings"].contains("schema_sealed"));
}

TEST(Migrations, From7HistoryStarts) {
  EXPECT_EQ(migrated(old_document(7, {{"columns", Json::object()}}))["previous_hashes"],
            Json::array());
}

TEST(Migrations, From8TablesWithIdsHaveSeenData) {
  Json document = old_document(8, {{"columns", {{"_dlt_id", {{"unique", true}}}}}});
  document["tables"]["u"] = {{"columns", {{"a", Json::object()}}}};
  document = migrated(document);
  EXPECT_EQ(document["tables"]["t"]["x-normalizer"]["seen-data"], true);
  EXPECT_FALSE(document["tables"]["u"].contains("x-normalizer"));
}

TEST(Migrations, From9KeysAreNamedAndComplexIsJson) {
  const Json columns = {{"_dlt_id", {{"unique", true}}},
                        {"_dlt_parent_id", {{"foreign_key", true}}},
                        {"c", {{"data_type", "complex"}, {"foreign_key", false}}}};
  const Json document =
      migrated(old_document(9, {{"columns", columns}},
                            {{"default_hints", {{"foreign_key", Json::array({"_dlt_parent_id"})}}},
                             {"preferred_types", {{"re:_c$", "complex"}, {"d", "text"}}}}));
  const Json& migrated_columns = document["tables"]["t"]["columns"];
  EXPECT_EQ(migrated_columns["_dlt_id"], Json({{"unique", true}, {"row_key", true}}));
  EXPECT_EQ(migrated_columns["_dlt_parent_id"], Json({{"parent_key", true}}));
  EXPECT_EQ(migrated_columns["c"], Json({{"data_type", "json"}}));
  EXPECT_EQ(document["settings"]["default_hints"].dump(),
            R"({"row_key":["_dlt_id"],"parent_key":["_dlt_parent_id"]})");
  EXPECT_EQ(document["settings"]["preferred_types"].dump(), R"({"re:_c$":"json","d":"text"})");
  EXPECT_EQ(document["normalizers"]["json"]["config"], Json::object());
}

TEST(Migrations, From9KeysThatWereNotSaidAreFalse) {
  const Json columns = {{"_dlt_id", Json::object()}, {"_dlt_parent_id", Json::object()}};
  const Json document = migrated(old_document(9, {{"columns", columns}}));
  EXPECT_EQ(document["tables"]["t"]["columns"]["_dlt_id"]["row_key"], false);
  EXPECT_EQ(document["tables"]["t"]["columns"]["_dlt_parent_id"]["parent_key"], false);
}

TEST(Migrations, ColumnsThatOnlySawNullsGo) {
  const Json seen = {{"seen-null-first", true}};
  const Json columns = {
      {"a", {{"x-normalizer", seen}}},
      {"b", {{"data_type", "text"}, {"x-normalizer", seen}}},
      {"c", {{"data_type", "text"}, {"x-normalizer", {{"seen-null-first", true}, {"other", 1}}}}},
      {"d", {{"nullable", true}}}};
  const Json document = migrated(old_document(11, {{"columns", columns}}));
  EXPECT_EQ(
      document["tables"]["t"]["columns"].dump(),
      R"({"b":{"data_type":"text"},"c":{"data_type":"text","x-normalizer":{"other":1}},"d":{"nullable":true}})");
}

TEST(Migrations, RefuseOtherEngineVersions) {
  EXPECT_THAT(error_of([] { migrated(old_document(2, Json::object())); }).message(),
              HasSubstr("got 2"));
  const Error newer = error_of([] { migrated(old_document(12, Json::object())); });
  EXPECT_THAT(newer.message(), HasSubstr("expected 3 to 11, got 12"));
  EXPECT_THAT(newer.hint(), HasSubstr("newer program"));
  EXPECT_EQ(newer.code(), ErrorCode::kSchema);
  EXPECT_THAT(error_of([] { migrated({{"name", "x"}}); }).message(), HasSubstr("engine_version"));
  EXPECT_THAT(error_of([] { migrated(Json::array()); }).message(), HasSubstr("engine_version"));
}

TEST(Migrations, RefuseMalformedDocuments) {
  Json document = old_document(4, {{"columns", Json::object()}});
  document["tables"] = "none";
  EXPECT_EQ(error_of([&] { migrated(document); }).code(), ErrorCode::kSchema);
  document =
      old_document(8, {{"columns", {{"_dlt_id", Json::object()}}}, {"x-normalizer", "text"}});
  EXPECT_EQ(error_of([&] { migrated(document); }).code(), ErrorCode::kSchema);
}

}  // namespace
}  // namespace dlt
