// SPDX-License-Identifier: Apache-2.0
#include "schema/validation.hpp"

#include <gmock/gmock.h>

#include "schema/schema_data.hpp"

namespace dlt {
namespace {

using ::testing::HasSubstr;

struct Wrong {
  const char* name;
  // Where in the document, as a JSON pointer, and what is put there.
  const char* pointer;
  const char* value;
  const char* message;
};

void PrintTo(const Wrong& wrong, std::ostream* out) { *out << wrong.name; }

class WrongDocument : public ::testing::TestWithParam<Wrong> {};

Json valid_document() {
  Schema schema("golden");
  schema.update_table(make_table("users", {make_column("id", DataType::kBigint)}));
  Json document = schema.to_json();
  document["settings"]["preferred_types"] = {{"re:_at$", "timestamp"}};
  document["tables"]["users"]["x-anything"] = Json::array({1, "two"});
  document["tables"]["users"]["columns"]["id"]["x-mine"] = nullptr;
  return document;
}

TEST(ValidDocument, IsTaken) { EXPECT_NO_THROW(validate_schema_document(valid_document())); }

TEST_P(WrongDocument, IsRefusedWithItsPath) {
  Json document = valid_document();
  document[Json::json_pointer(GetParam().pointer)] = Json::parse(GetParam().value);
  const Error error = error_of([&] { validate_schema_document(document); });
  EXPECT_EQ(error.code(), ErrorCode::kSchema);
  EXPECT_THAT(error.message(), HasSubstr(GetParam().message));
  EXPECT_EQ(error_of([&] { Schema::from_json(document); }).message(), error.message());
}

constexpr Wrong kWrong[] = {
    {"TopLevel", "/tabels", "{}", "unknown property 'tabels'"},
    {"Version", "/version", "\"2\"", "'version' has a wrong value: expected an integer, got \"2\""},
    {"LargeVersion", "/version", "99999999999", "expected an integer"},
    {"FractionalVersion", "/version", "1.5", "expected an integer"},
    {"Hash", "/version_hash", "1", "'version_hash' has a wrong value: expected text, got 1"},
    {"PreviousHashes", "/previous_hashes", "[1]", "'previous_hashes[0]'"},
    {"NullPreviousHash", "/previous_hashes", "[null]",
     "'previous_hashes[0]' has a wrong value: expected a value"},
    {"PreviousHashesNoList", "/previous_hashes", "{}", "expected a list, got {}"},
    {"Name", "/name", "null", "needs the property 'name'"},
    {"Tables", "/tables", "[]", "'tables' has a wrong value: expected an object"},
    {"Table", "/tables/users", "[]", "'tables.users' has a wrong value"},
    {"NullTable", "/tables/users", "null",
     "'tables.users' has a wrong value: expected a value, got null"},
    {"TableProperty", "/tables/users/sealed", "true", "unknown property 'tables.users.sealed'"},
    {"Disposition", "/tables/users/write_disposition", "\"upsert\"",
     "'tables.users.write_disposition' has a wrong value: expected one of skip, append, replace, "
     "merge, got "
     "\"upsert\""},
    {"Resource", "/tables/users/resource", "[]", "'tables.users.resource'"},
    {"TableFormat", "/tables/users/table_format", "\"hudi\"", "'tables.users.table_format'"},
    {"FileFormat", "/tables/users/file_format", "\"avro\"", "'tables.users.file_format'"},
    {"Contract", "/tables/users/schema_contract", "\"never\"", "'tables.users.schema_contract'"},
    {"ContractEntity", "/tables/users/schema_contract", "{\"rows\": \"freeze\"}",
     "unknown property 'tables.users.schema_contract.rows'"},
    {"ContractMode", "/tables/users/schema_contract", "{\"tables\": 1}",
     "'tables.users.schema_contract.tables'"},
    {"ContractNumber", "/tables/users/schema_contract", "1",
     "expected a mode or an object of modes, got 1"},
    {"Filters", "/tables/users/filters", "{\"excludes\": \"a\"}",
     "'tables.users.filters.excludes'"},
    {"FilterPattern", "/tables/users/filters", "{\"excludes\": [\"re:(\"]}",
     "'tables.users.filters.excludes[0]'"},
    {"FilterNoPrefix", "/tables/users/filters", "{\"includes\": [\"^a\"]}",
     "'tables.users.filters.includes[0]': a name looks like a regular expression: '^a'"},
    {"Reference", "/tables/users/references", "[{\"columns\": [1]}]",
     "'tables.users.references[0].columns[0]'"},
    {"ReferenceCardinality", "/tables/users/references", "[{\"cardinality\": \"some\"}]",
     "'tables.users.references[0].cardinality'"},
    {"Column", "/tables/users/columns/id", "\"bigint\"",
     "'tables.users.columns.id' has a wrong value"},
    {"ColumnProperty", "/tables/users/columns/id/foreign_key", "true",
     "unknown property 'tables.users.columns.id.foreign_key'"},
    {"DataType", "/tables/users/columns/id/data_type", "\"complex\"",
     "'tables.users.columns.id.data_type' has a wrong value: expected a data type, got "
     "\"complex\""},
    {"Nullable", "/tables/users/columns/id/nullable", "\"yes\"",
     "expected true or false, got \"yes\""},
    {"Precision", "/tables/users/columns/id/precision", "true",
     "'tables.users.columns.id.precision'"},
    {"Scale", "/tables/users/columns/id/scale", "2.5", "'tables.users.columns.id.scale'"},
    {"PrimaryKey", "/tables/users/columns/id/primary_key", "1",
     "'tables.users.columns.id.primary_key'"},
    {"DedupSort", "/tables/users/columns/id/dedup_sort", "\"up\"", "expected one of asc, desc"},
    {"Settings", "/settings/hints", "{}", "unknown property 'settings.hints'"},
    {"Detections", "/settings/detections", "[\"iso\"]", "'settings.detections[0]'"},
    {"DefaultHint", "/settings/default_hints/foreign_key", "[\"a\"]",
     "unknown property 'settings.default_hints.foreign_key'"},
    {"DefaultHintPattern", "/settings/default_hints/unique", "[\"re:[\"]",
     "'settings.default_hints.unique[0]'"},
    {"DefaultHintNumber", "/settings/default_hints/unique", "[1]",
     "'settings.default_hints.unique[0]'"},
    {"PreferredType", "/settings/preferred_types/a", "\"number\"", "'settings.preferred_types.a'"},
    {"PreferredPattern", "/settings/preferred_types/re:*", "\"text\"",
     "'settings.preferred_types.re:*'"},
    {"Normalizers", "/normalizers/naming", "\"direct\"", "unknown property 'normalizers.naming'"},
    {"Names", "/normalizers/names", "1", "'normalizers.names'"},
    {"JsonModule", "/normalizers/json/module", "1", "'normalizers.json.module'"},
    {"JsonConfig", "/normalizers/json/config", "{\"nesting\": 1}",
     "unknown property 'normalizers.json.config.nesting'"},
    {"MaxNesting", "/normalizers/json/config", "{\"max_nesting\": \"1\"}",
     "'normalizers.json.config.max_nesting'"},
    {"Propagation", "/normalizers/json/config",
     "{\"propagation\": {\"tables\": {\"t\": {\"a\": 1}}}}",
     "'normalizers.json.config.propagation.tables.t.a'"},
    {"NoParent", "/tables/users/parent", "\"people\"",
     "the parent of table 'users' is not in the schema: 'people'"},
    {"OwnParent", "/tables/users/parent", "\"users\"", "table 'users' is nested in itself"},
};

INSTANTIATE_TEST_SUITE_P(Properties, WrongDocument, ::testing::ValuesIn(kWrong),
                         [](const auto& wrong) { return std::string(wrong.param.name); });

TEST(WrongDocuments, RingsOfParents) {
  Json document = valid_document();
  document["tables"]["a"] = {{"parent", "b"}, {"columns", Json::object()}};
  document["tables"]["b"] = {{"parent", "a"}, {"columns", Json::object()}};
  EXPECT_THAT(error_of([&] { validate_schema_document(document); }).message(),
              HasSubstr("nested in itself"));
}

TEST(WrongDocuments, NoObject) {
  EXPECT_EQ(error_of([] { validate_schema_document(Json::array()); }).code(), ErrorCode::kSchema);
  EXPECT_EQ(error_of([] { validate_schema_document(nullptr); }).code(), ErrorCode::kSchema);
  EXPECT_THAT(error_of([] { validate_table_document("x", "t"); }).message(), HasSubstr("'t'"));
}

TEST(WrongDocuments, LackOfSystemTables) {
  for (const char* table : {"_dlt_version", "_dlt_loads"}) {
    Json document = valid_document();
    document["tables"].erase(table);
    EXPECT_THAT(error_of([&] { Schema::from_json(document); }).message(), HasSubstr(table));
  }
}

TEST(WrongDocuments, NamesOfSchemas) {
  for (const char* name : {"", "1a", "a-b", "a b", "a.b", "a\xff"}) {
    EXPECT_THAT(error_of([&] { Schema schema{name}; }).message(),
                HasSubstr("not a name of a schema"))
        << name;
    Json document = valid_document();
    document["name"] = name;
    EXPECT_EQ(error_of([&] { Schema::from_json(document); }).code(), ErrorCode::kSchema);
  }
  EXPECT_NO_THROW(Schema(std::string(64, 'a')));
  EXPECT_THROW(Schema(std::string(65, 'a')), Error);
  // 64 letters of two bytes each.
  std::string cyrillic;
  for (int i = 0; i < 64; ++i) cyrillic += "ж";
  EXPECT_NO_THROW(Schema{cyrillic});
}

}  // namespace
}  // namespace dlt
