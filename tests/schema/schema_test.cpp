// SPDX-License-Identifier: Apache-2.0
#include "dlt/schema.hpp"

#include <gmock/gmock.h>

#include "schema/document.hpp"
#include "schema/identifiers.hpp"
#include "schema/merge.hpp"
#include "schema/properties.hpp"
#include "schema/schema_data.hpp"
#include "schema/system_tables.hpp"

namespace dlt {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> names_of(const Table& table) {
  std::vector<std::string> names;
  for (const Column& column : table.columns) names.push_back(column.name);
  return names;
}

std::vector<std::string> names_of(const std::vector<const Table*>& tables) {
  std::vector<std::string> names;
  for (const Table* table : tables) names.push_back(table->name);
  return names;
}

Schema with_tables(std::initializer_list<Table> tables) {
  Schema schema("golden");
  for (const Table& table : tables) schema.update_table(table);
  return schema;
}

TEST(Columns, HintsAreFlagsOnlyWhenTrue) {
  Column column =
      make_column("a", DataType::kText, {{"unique", true}, {"sort", false}, {"x-order", 1}});
  EXPECT_TRUE(column.flag("unique"));
  EXPECT_FALSE(column.flag("sort"));
  EXPECT_FALSE(column.flag("x-order"));
  EXPECT_FALSE(column.flag("primary_key"));
  const Column copy = column;
  column.set_hint("sort", true).erase_hint("unique").erase_hint("never");
  EXPECT_EQ(column.hints->dump(), R"({"sort":true,"x-order":1})");
  EXPECT_EQ(copy.hints->dump(), R"({"unique":true,"sort":false,"x-order":1})")
      << "hints are shared, not changed";
}

TEST(Columns, AreEqualWhateverTheOrderOfTheirHints) {
  const Column a = make_column("a", DataType::kText, {{"x", {{"p", 1}, {"q", {1, 2}}}}, {"y", 2}});
  EXPECT_EQ(a, make_column("a", DataType::kText, {{"y", 2}, {"x", {{"q", {1, 2}}, {"p", 1}}}}));
  EXPECT_FALSE(a ==
               make_column("a", DataType::kText, {{"y", 2}, {"x", {{"q", {2, 1}}, {"p", 1}}}}));
  EXPECT_FALSE(a == make_column("a", DataType::kText, {{"y", 2}}));
  EXPECT_FALSE(a ==
               make_column("a", DataType::kJson, {{"x", {{"p", 1}, {"q", {1, 2}}}}, {"y", 2}}));
}

TEST(Tables, ChainsListParentsFirst) {
  const Schema schema = with_tables(
      {make_table("a", {}), make_table("b", {}), make_table("a__x", {}, {{"parent", "a"}}),
       make_table("a__y", {}, {{"parent", "a"}}), make_table("a__x__z", {}, {{"parent", "a__x"}})});
  EXPECT_THAT(names_of(schema.table_chain("a")), ElementsAre("a", "a__x", "a__x__z", "a__y"));
  EXPECT_THAT(names_of(schema.table_chain("a__x")), ElementsAre("a__x", "a__x__z"));
  EXPECT_THAT(schema.table_chain("none"), IsEmpty());
  EXPECT_EQ(schema.root_table(*schema.find_table("a__x__z")).name, "a");
  EXPECT_EQ(schema.root_table(*schema.find_table("b")).name, "b");
}

TEST(Tables, InheritProperties) {
  Schema schema = with_tables({make_table("a", {}, {{"write_disposition", "merge"}, {"x-top", 1}}),
                               make_table("a__x", {}, {{"parent", "a"}, {"x-top", nullptr}}),
                               make_table("a__x__z", {}, {{"parent", "a__x"}})});
  EXPECT_EQ(*schema.inherited_property("a__x__z", "write_disposition"), "merge");
  EXPECT_TRUE(schema.inherited_property("a__x__z", "x-top")->is_null()) << "a null is said";
  EXPECT_EQ(schema.inherited_property("a__x", "x-none"), nullptr);
  EXPECT_EQ(schema.inherited_property("none", "write_disposition"), nullptr);
}

TEST(Tables, AreNewUntilTheyHaveACompleteColumn) {
  const Schema schema = with_tables({make_table("a", {make_column("x", {})}),
                                     make_table("b", {make_column("x", DataType::kText)})});
  EXPECT_TRUE(schema.is_new_table("a"));
  EXPECT_FALSE(schema.is_new_table("b"));
  EXPECT_TRUE(schema.is_new_table("none"));
}

TEST(UpdateTable, RootTablesAreAppendAndTheirOwnResource) {
  const Schema schema =
      with_tables({make_table("a", {}),
                   make_table("b", {}, {{"resource", "r"}, {"write_disposition", "replace"}}),
                   make_table("a__x", {}, {{"parent", "a"}})});
  EXPECT_EQ(schema.find_table("a")->properties->dump(),
            R"({"write_disposition":"append","resource":"a"})");
  EXPECT_EQ(schema.find_table("b")->properties->dump(),
            R"({"resource":"r","write_disposition":"replace"})");
  EXPECT_EQ(schema.find_table("a__x")->properties->dump(), R"({"parent":"a"})");
}

TEST(UpdateTable, WhatIsSaidWinsAndTheRestStays) {
  Schema schema = with_tables({make_table(
      "t",
      {make_column("a", DataType::kText, {{"unique", true}}), make_column("b", DataType::kBigint)},
      {{"description", "old"}, {"x-kept", 1}})});
  Column a = make_column("a", {}, {{"sort", true}});
  a.nullable = false;
  a.precision = 10;
  schema.update_table(
      make_table("t", {make_column("c", DataType::kDate), a}, {{"description", "new"}}));
  const Table& table = *schema.find_table("t");
  EXPECT_THAT(names_of(table), ElementsAre("a", "b", "c"));
  EXPECT_EQ(
      column_document(*table.find("a")).dump(),
      R"({"name":"a","data_type":"text","nullable":false,"precision":10,"unique":true,"sort":true})");
  EXPECT_EQ(table.properties->dump(),
            R"({"description":"new","x-kept":1,"write_disposition":"append","resource":"t"})");
}

TEST(UpdateTable, AColumnThatBecomesCompleteMovesToTheEnd) {
  Schema schema =
      with_tables({make_table("t", {make_column("a", {}, {{"primary_key", true}}),
                                    make_column("b", DataType::kText), make_column("c", {})})});
  schema.update_table(make_table(
      "t", {make_column("a", DataType::kBigint), make_column("c", {}, {{"sort", true}})}));
  const Table& table = *schema.find_table("t");
  EXPECT_THAT(names_of(table), ElementsAre("b", "c", "a"));
  EXPECT_TRUE(table.find("a")->flag("primary_key"));
  EXPECT_TRUE(table.find("c")->flag("sort"));
}

struct CompoundCase {
  const char* name;
  CompoundHints how;
  Json update;
  std::vector<const char*> keys;
};

TEST(UpdateTable, CompoundHintsAreMergedOrReplacedTogether) {
  const CompoundCase cases[] = {
      {"merged", CompoundHints::kMerge, {{"primary_key", true}}, {"a", "b"}},
      {"replaced", CompoundHints::kReplace, {{"primary_key", true}}, {"b"}},
      {"not said", CompoundHints::kReplace, {{"unique", true}}, {"a"}},
      {"said as default", CompoundHints::kReplace, {{"primary_key", false}}, {"a"}},
      {"another one", CompoundHints::kReplace, {{"merge_key", true}}, {"a"}},
  };
  for (const CompoundCase& entry : cases) {
    SCOPED_TRACE(entry.name);
    Schema schema = with_tables({make_table(
        "t", {make_column("a", DataType::kText, {{"primary_key", true}, {"sort", true}}),
              make_column("b", DataType::kText)})});
    schema.update_table(make_table("t", {make_column("b", {}, entry.update)}), entry.how);
    std::vector<std::string> keys;
    for (const Column& column : schema.find_table("t")->columns) {
      if (column.flag("primary_key")) keys.push_back(column.name);
    }
    EXPECT_EQ(keys, std::vector<std::string>(entry.keys.begin(), entry.keys.end()));
    EXPECT_TRUE(schema.find_table("t")->find("a")->flag("sort")) << "no compound hint";
  }
  for (const char* hint : {"partition", "cluster", "primary_key", "merge_key", "incremental"}) {
    EXPECT_TRUE(is_compound_property(hint)) << hint;
  }
  for (const char* hint : {"unique", "sort", "row_key", "x-primary_key"})
    EXPECT_FALSE(is_compound_property(hint)) << hint;
}

TEST(UpdateTable, ProcessingHintsAndReferencesAreMerged) {
  const Json reference = {
      {"referenced_table", "u"}, {"columns", {"a"}}, {"referenced_columns", {"id"}}};
  Schema schema = with_tables({make_table(
      "t", {},
      {{"x-normalizer", {{"seen-data", true}}}, {"references", Json::array({reference})}})});
  Json changed = reference;
  changed["columns"] = {"b"};
  Json other = reference;
  other["referenced_table"] = "v";
  schema.update_table(make_table(
      "t", {},
      {{"x-normalizer", {{"max_nesting", 1}}}, {"references", Json::array({changed, other})}}));
  const Table& table = *schema.find_table("t");
  EXPECT_TRUE(table.has_seen_data());
  EXPECT_EQ((*table.properties)["x-normalizer"]["max_nesting"], 1);
  EXPECT_EQ((*table.properties)["references"], Json::array({changed, other}));
}

TEST(UpdateTable, RefusesConflictsAndChangesNothing) {
  Schema schema = with_tables({make_table("t", {make_column("a", DataType::kText)}),
                               make_table("t__x", {}, {{"parent", "t"}}), make_table("u", {})});
  const Json before = schema.to_json();
  const Error type = error_of([&] {
    schema.update_table(make_table(
        "t", {make_column("new", DataType::kText), make_column("a", DataType::kBigint)}));
  });
  EXPECT_EQ(type.message(),
            "the data type of a column cannot change: column 'a', schema text, update bigint");
  EXPECT_EQ(type.context().table, "t");
  EXPECT_EQ(type.context().column, "a");
  const Error parent = error_of([&] {
    schema.update_table(make_table("t__x", {}, {{"parent", "u"}}));
  });
  EXPECT_EQ(parent.message(), "the parent of table 't__x' cannot change: schema 't', update 'u'");
  EXPECT_THAT(error_of([&] { schema.update_table(make_table("t__x", {})); }).message(),
              HasSubstr("cannot change"));
  EXPECT_THAT(error_of([&] {
                schema.update_table(make_table("v__x", {}, {{"parent", "v"}}));
              }).message(),
              HasSubstr("is not in schema 'golden': 'v'"));
  EXPECT_THAT(error_of([&] {
                schema.update_table(make_table("v", {}, {{"parent", "v"}}));
              }).message(),
              HasSubstr("is not in schema"));
  EXPECT_THAT(error_of([&] {
                schema.update_table(make_table("t__x", {}, {{"parent", "t"}, {"resource", "r"}}));
              }).message(),
              HasSubstr("cannot have a resource of its own: 'r'"));
  EXPECT_TRUE(schema.to_json() == before);
}

TEST(DropTable, TakesItsPropagationAlong) {
  Schema schema = with_tables({make_table("t", {}), make_table("u", {})});
  schema.set_normalizer_config(
      "propagation", {{"tables", {{"t", {{"_dlt_id", "_dlt_root_id"}}}, {"u", {{"a", "b"}}}}}});
  schema.drop_table("t");
  schema.drop_table("none");
  EXPECT_EQ(schema.find_table("t"), nullptr);
  EXPECT_EQ(schema.normalizer_config()["propagation"].dump(), R"({"tables":{"u":{"a":"b"}}})");
}

TEST(DiffTable, HoldsOnlyWhatIsNewOrChanged) {
  const Table existing = make_table("t",
                                    {make_column("a", DataType::kText, {{"unique", true}}),
                                     make_column("b", {}), make_column("c", DataType::kText)},
                                    {{"parent", "p"}, {"description", "old"}, {"x-same", 1}});
  Column a = make_column("a", {});
  a.nullable = false;
  const Table incoming = make_table("t",
                                    {a, make_column("b", DataType::kDate),
                                     make_column("c", DataType::kText), make_column("d", {})},
                                    {{"parent", "p"}, {"description", "new"}, {"x-same", 1}});
  const Table diff = diff_table(existing, incoming);
  EXPECT_EQ(
      table_document(diff).dump(),
      R"({"name":"t","columns":{"a":{"name":"a","data_type":"text","nullable":false,"unique":true},)"
      R"("b":{"name":"b","data_type":"date"},"d":{"name":"d"}},"parent":"p","description":"new"})");

  Table by_diff = existing;
  Table by_all = existing;
  merge_table(by_diff, diff, CompoundHints::kMerge);
  merge_table(by_all, incoming, CompoundHints::kMerge);
  EXPECT_EQ(names_of(by_diff), names_of(by_all));
  EXPECT_TRUE(same_content(table_document(by_diff), table_document(by_all)));
  EXPECT_THAT(diff_table(existing, existing).columns, IsEmpty());
  EXPECT_THROW(diff_table(existing, make_table("u", {})), Error);
}

TEST(Naming, SystemTablesAreNamedByTheConvention) {
  const Schema schema("golden", make_naming("s3_tables"));
  EXPECT_EQ(schema.version_table_name(), "dlt_version");
  EXPECT_NE(schema.find_table("dlt_version"), nullptr);
  EXPECT_NE(schema.find_table("dlt_loads"), nullptr);
  EXPECT_EQ(schema.normalizers()["names"], "s3_tables");
  EXPECT_TRUE(schema.is_system_name("dlt_pipeline_state"));
  EXPECT_FALSE(schema.is_system_name("_dlt"));
  EXPECT_TRUE(Schema::from_json(schema.to_json()).to_json() == schema.to_json());
}

TEST(Naming, ANewConventionRenamesEverything) {
  Schema schema("golden", make_naming("direct"));
  schema.add_default_hints({{"unique", {"MyId", "re:Key$"}}});
  schema.add_preferred_types({{"BornAt", "date"}});
  schema.update_table(
      make_table("MyTable", {make_column("ColA", DataType::kText)},
                 {{"references", Json::array({Json{{"referenced_table", "MyOther"},
                                                   {"columns", {"ColA"}},
                                                   {"referenced_columns", {"IdB"}}}})}}));
  schema.update_table(make_table("MyTable→Sub", {}, {{"parent", "MyTable"}}));
  schema.set_normalizer_config("propagation", {{"root", {{"ColA", "RootA"}}}});
  schema.set_naming(make_naming("snake_case", 40));
  EXPECT_EQ(schema.naming().max_length(), 40);
  const Table* table = schema.find_table("my_table");
  ASSERT_NE(table, nullptr);
  EXPECT_NE(table->find("col_a"), nullptr);
  EXPECT_EQ(table->property("resource"), "MyTable") << "the resource keeps its name";
  EXPECT_EQ(
      (*table->properties)["references"].dump(),
      R"([{"referenced_table":"my_other","columns":["col_a"],"referenced_columns":["id_b"]}])");
  const Json expected_unique = {"_dlt_id", "my_id", "re:Key$"};
  EXPECT_EQ(schema.settings()["default_hints"]["unique"], expected_unique);
  EXPECT_EQ(schema.settings()["preferred_types"].dump(), R"({"born_at":"date"})");
  EXPECT_EQ(schema.normalizer_config()["propagation"]["root"].dump(), R"({"col_a":"root_a"})");
  EXPECT_EQ(schema.normalizers()["names"], "snake_case");
}

TEST(Naming, TheSameConventionOnlyChangesItsLimit) {
  Schema schema = with_tables(
      {make_table("a_very_long_name_of_a_table", {}, {{"x-normalizer", {{"seen-data", true}}}})});
  schema.set_naming(make_naming("snake_case", 10));
  EXPECT_NE(schema.find_table("a_very_long_name_of_a_table"), nullptr);
  EXPECT_EQ(schema.naming().max_length(), 10);
}

TEST(Naming, DoesNotChangeOverDataUnlessAllowed) {
  Schema schema = with_tables({make_table("t", {make_column("a", DataType::kText)},
                                          {{"x-normalizer", {{"seen-data", true}}}})});
  const Json before = schema.to_json();
  const Error error = error_of([&] { schema.set_naming(make_naming("sql_cs_v1")); });
  EXPECT_THAT(error.message(),
              HasSubstr("cannot change from 'snake_case' to 'sql_cs_v1': table 't' has data"));
  EXPECT_EQ(schema.naming_name(), "snake_case");
  EXPECT_TRUE(schema.to_json() == before);
  EXPECT_THROW(schema.set_normalizers({{"names", "sql_cs_v1"}}), Error);
  EXPECT_TRUE(schema.to_json() == before) << "a refused change leaves nothing behind";

  schema.set_normalizers(
      {{"names", "sql_cs_v1"}, {"allow_identifier_change_on_table_with_data", true}});
  EXPECT_EQ(schema.naming().name(), "sql_cs_v1");
}

TEST(Naming, SystemTablesWithDataKeepTheirNames) {
  Schema schema("golden");
  Table state = pipeline_state_table();
  state.set_property("x-normalizer", {{"seen-data", true}});
  schema.update_table(state);
  EXPECT_THAT(error_of([&] { schema.set_naming(make_naming("s3_tables")); }).message(),
              HasSubstr("'_dlt_pipeline_state'"));
  schema.set_naming(make_naming("sql_ci_v1"));
  EXPECT_NE(schema.find_table("_dlt_pipeline_state")->find("_dlt_id"), nullptr);
}

TEST(Naming, ColumnsThatGetTheSameNameAreMerged) {
  Column second = make_column("colA", {}, {{"sort", true}, {"unique", false}});
  second.nullable = true;
  Column first = make_column("ColA", DataType::kText, {{"unique", true}});
  first.nullable = false;
  const Table table =
      normalize_identifiers(make_table("T", {first, second}), *make_naming("snake_case"));
  ASSERT_EQ(table.columns.size(), 1);
  EXPECT_EQ(column_document(table.columns[0]).dump(),
            R"({"name":"col_a","data_type":"text","nullable":false,"unique":true,"sort":true})");
}

struct PatternCase {
  const char* pattern;
  const char* normalized;
};

TEST(Naming, PatternsAreNormalizedWhenTheyArePlain) {
  const auto naming = make_naming("snake_case");
  const PatternCase cases[] = {{"MyCol", "my_col"},        {"re:^MyCol$", "re:^my_col$"},
                               {"re:MyCol", "re:my_col"},  {"re:^My", "re:^My"},
                               {"re:My|Col", "re:My|Col"}, {"re:^My.*$", "re:^My.*$"},
                               {"^MyCol$", "^my_col$"},    {"re:", "re:"}};
  for (const auto& entry : cases)
    EXPECT_EQ(normalize_pattern(entry.pattern, *naming), entry.normalized);
}

TEST(Settings, HintsAndTypesAreAddedOnce) {
  Schema schema("golden");
  schema.add_default_hints({{"unique", {"re:^_dlt_id$", "other", "re:x"}}, {"sort", {"OtherCol"}}});
  const Json expected_unique = {"_dlt_id", "other", "re:x"};
  EXPECT_EQ(schema.settings()["default_hints"]["unique"], expected_unique);
  EXPECT_EQ(schema.settings()["default_hints"]["sort"], Json::array({"other_col"}));
  schema.add_preferred_types({{"a", "text"}, {"re:b", "date"}});
  schema.add_preferred_types({{"re:^a$", "bigint"}, {"re:b", "json"}});
  EXPECT_EQ(schema.settings()["preferred_types"].dump(), R"({"a":"bigint","re:b":"json"})");
  EXPECT_THROW(schema.add_preferred_types({{"a", "number"}}), Error);
  EXPECT_THROW(schema.add_default_hints({{"foreign_key", {"a"}}}), Error);
}

TEST(Settings, HintsOfSystemColumnsCanBeAddedLater) {
  Schema schema("golden");
  const Json settings = schema.settings();
  schema.add_system_column_hints();
  EXPECT_EQ(schema.settings(), settings);
  schema.set_settings(
      {{"detections", {"iso_timestamp"}}, {"default_hints", {{"row_key", {"re:^_dlt_id$"}}}}});
  schema.add_system_column_hints();
  EXPECT_EQ(schema.settings()["default_hints"]["row_key"], Json::array({"re:^_dlt_id$"}));
  EXPECT_EQ(schema.settings()["default_hints"]["unique"], Json::array({"_dlt_id"}));
}

TEST(Settings, NormalizersAreFilledIn) {
  Schema schema("golden");
  schema.set_normalizers({{"json", {{"module", "relational_no_coercion"}}}});
  EXPECT_EQ(
      schema.normalizers().dump(),
      R"({"json":{"module":"dlt.common.normalizers.json.relational_no_coercion"},"names":"snake_case"})");
  schema.set_normalizers(nullptr);
  EXPECT_EQ(schema.normalizers()["json"]["module"], "dlt.common.normalizers.json.relational");
  schema.set_normalizer_config("max_nesting", 2);
  EXPECT_EQ(schema.normalizer_config().dump(), R"({"max_nesting":2})");
  schema.set_normalizer_config("max_nesting", nullptr);
  EXPECT_FALSE(schema.normalizers()["json"].contains("config"));
  EXPECT_THROW(schema.set_normalizer_config("max_nesting", "2"), Error);
  EXPECT_THROW(schema.set_normalizers({{"names", "camel_case"}}), Error);
  EXPECT_THROW(schema.set_settings({{"hints", 1}}), Error);
  EXPECT_EQ(schema.naming_name(), "snake_case");
}

TEST(UpdateSchema, TakesSettingsNormalizersAndTables) {
  Schema schema =
      with_tables({make_table("t", {make_column("a", DataType::kText)}), make_table("u", {})});
  Json flags = schema.normalizers();
  flags["use_break_path_on_normalize"] = false;
  schema.set_normalizers(flags);
  Schema other("golden", make_naming("direct"));
  other.set_settings({{"schema_contract", "freeze"}});
  other.update_table(make_table("t", {make_column("B", DataType::kText)}));
  other.update_table(make_table("t→C", {}, {{"parent", "t"}}));
  other.set_normalizers({{"names", "snake_case"}});
  schema.update_schema(other);
  EXPECT_THAT(names_of(*schema.find_table("t")), ElementsAre("a", "b"));
  EXPECT_NE(schema.find_table("u"), nullptr);
  EXPECT_EQ(schema.settings()["schema_contract"], "freeze");
  EXPECT_EQ(schema.settings()["default_hints"]["row_key"], Json::array({"_dlt_id"}))
      << "dlt's own hints come back";
  EXPECT_FALSE(schema.normalizes_paths()) << "the flag stays when the other one does not say";
}

TEST(UpdateSchema, ThatFailsChangesNothing) {
  Schema schema = with_tables({make_table("t", {make_column("a", DataType::kText)})});
  const Json before = schema.to_json();
  Schema other =
      with_tables({make_table("b", {}), make_table("t", {make_column("a", DataType::kBigint)})});
  other.set_contract("freeze");
  EXPECT_THROW(schema.update_schema(other), Error);
  EXPECT_TRUE(schema.to_json() == before);
}

TEST(ProcessingHints, CanBeLeftOut) {
  Schema schema = with_tables({make_table(
      "t", {make_column("a", DataType::kText, {{"x-normalizer", {{"a", 1}}}, {"x-mine", 1}})},
      {{"x-normalizer", {{"seen-data", true}}},
       {"x-loader", {{"a", 1}}},
       {"x-extractor", {{"a", 1}}},
       {"x-mine", 2}})});
  const Schema cleaned = schema.without_processing_hints();
  EXPECT_EQ(cleaned.find_table("t")->properties->dump(),
            R"({"x-mine":2,"write_disposition":"append","resource":"t"})");
  EXPECT_EQ(cleaned.find_table("t")->columns[0].hints->dump(), R"({"x-mine":1})");
  EXPECT_TRUE(schema.find_table("t")->has_seen_data());
}

TEST(ReplaceContent, LinksToTheReplacedSchema) {
  Schema schema = with_tables({make_table("t", {})});
  schema.bump_version();
  const std::string replaced = schema.stored_version_hash();
  Schema other = with_tables({make_table("u", {})});
  other.bump_version();
  schema.replace_content(other);
  EXPECT_EQ(schema.find_table("t"), nullptr);
  EXPECT_EQ(schema.stored_version_hash(), other.stored_version_hash());
  EXPECT_THAT(schema.previous_hashes(), ElementsAre(replaced));
  schema.replace_content(other);
  EXPECT_THAT(schema.previous_hashes(), IsEmpty()) << "the same content replaces nothing";
}

}  // namespace
}  // namespace dlt
