// SPDX-License-Identifier: Apache-2.0
#include <ctime>
#include <ranges>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "core/files/file.hpp"
#include "core/thrown_error.hpp"
#include "dlt/values.hpp"
#include "pipeline/workspace.hpp"

namespace dlt {

struct Person {
  int id;
  std::string name;
};

void to_json(Json& json, const Person& person) {
  json = {{"id", person.id}, {"name", person.name}};
}

namespace {

class RunDataTest : public testing::Test {
 protected:
  std::string columns(const std::string& table) const {
    return workspace_.ask(
        "SELECT column_name || ' ' || data_type FROM duckdb_columns() WHERE table_name = '" +
        table + "' AND column_name NOT LIKE '\\_dlt%' ESCAPE '\\' ORDER BY column_index");
  }
  std::string tables() const {
    return workspace_.ask(
        "SELECT table_name FROM duckdb_tables() WHERE table_name NOT LIKE '\\_dlt%' ESCAPE '\\' "
        "ORDER BY 1");
  }

  const Workspace workspace_;
};

struct DataKind {
  std::string name;
  std::function<Data(const Workspace&)> make;
};

void PrintTo(const DataKind& kind, std::ostream* out) { *out << kind.name; }

class DataKindTest : public testing::TestWithParam<DataKind> {};

TEST_P(DataKindTest, EveryItemIsARow) {
  const Workspace workspace;
  workspace.open().run(GetParam().make(workspace), {.table_name = "people"});
  EXPECT_EQ(workspace.ask("SELECT id || ' ' || name FROM people ORDER BY id"), "1 Ada,2 Bob");
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, DataKindTest,
    testing::Values(
        DataKind{"list",
                 [](const Workspace&) {
                   return Data(Json{{{"id", 1}, {"name", "Ada"}}, {{"id", 2}, {"name", "Bob"}}});
                 }},
        DataKind{"page",
                 [](const Workspace&) {
                   return Data(Json::array({Json::array(
                       {{{"id", 1}, {"name", "Ada"}}, {{"id", 2}, {"name", "Bob"}}})}));
                 }},
        DataKind{"structs",
                 [](const Workspace&) {
                   return Data(std::vector<Person>{{1, "Ada"}, {2, "Bob"}});
                 }},
        DataKind{"range",
                 [](const Workspace&) {
                   return Data(std::vector<int>{1, 2} | std::views::transform([](int id) {
                                 return Person{id, id == 1 ? "Ada" : "Bob"};
                               }));
                 }},
        DataKind{"generator",
                 [](const Workspace&) {
                   return Data([](Out& out) {
                     out.yield(Person{1, "Ada"});
                     out.yield({{"id", 2}, {"name", "Bob"}});
                   });
                 }},
        DataKind{"bytes",
                 [](const Workspace&) {
                   return Data([](Out& out) {
                     for (const char byte :
                          std::string(R"([{"id":1,"name":"Ada"},{"id":2,"name":"Bob"}])"))
                       out.yield_bytes({&byte, 1});
                   });
                 }},
        DataKind{"values_and_text",
                 [](const Workspace&) {
                   return Data([](Out& out) {
                     out.yield_text(R"({"id":2,"name":"Bob"})");
                     out.yield(Person{1, "Ada"});
                   });
                 }},
        DataKind{"text",
                 [](const Workspace&) {
                   return json_text(R"({"id":1,"name":"Ada"} {"id":2,"name":"Bob"})");
                 }},
        DataKind{"files",
                 [](const Workspace& workspace) {
                   const auto write = [&](const std::string& name, const std::string& text) {
                     files::write_atomically(workspace.path() / name, text);
                     return workspace.path() / name;
                   };
                   return record_files({write("a.jsonl", "{\"id\":1,\"name\":\"Ada\"}\n"),
                                        write("b.json", R"([{"id":2,"name":"Bob"}])")});
                 }},
        DataKind{"records_within_files",
                 [](const Workspace& workspace) {
                   files::write_atomically(
                       workspace.path() / "a.json",
                       R"({"n":2,"all":[{"id":1,"name":"Ada"},{"id":2,"name":"Bob"}]})");
                   return record_files({workspace.path() / "a.json"},
                                       {.format = "json", .records = "$.all[*]"});
                 }},
        DataKind{"resources",
                 [](const Workspace&) {
                   const auto one = [](int id, const std::string& name) {
                     return Resource(name, [=](Out& out) {
                       out.yield({{"id", id}, {"name", name}});
                     });
                   };
                   return Data(std::vector<Resource>{one(1, "Ada"), one(2, "Bob")});
                 }}),
    [](const auto& drawn) { return drawn.param.name; });

TEST_F(RunDataTest, ValuesThatAreNoObjects) {
  workspace_.open().run(Json{1, 2}, kIntoT);
  EXPECT_EQ(workspace_.ask("SELECT value FROM t ORDER BY value"), "1,2");
}

TEST_F(RunDataTest, TypedValuesKeepTheirType) {
  const Json record = {
      {"moment",
       Timestamp{.seconds = 1'700'000'000, .nanoseconds = 250'000'000, .utc_offset_minutes = 60}},
      {"day", Date{.days = 19'000}},
      {"hour", Time{.nanoseconds = 45'296'000'000'000}},
      {"price", Decimal{.negative = true, .digits = "1250", .exponent = -2}},
      {"bytes", Binary{std::string("\0\xff", 2)}},
      {"key", Uuid{"6ba7b810-9dad-11d1-80b4-00c04fd430c8"}},
      {"text", "2024-13-45"}};
  workspace_.open().run(record, kIntoT);
  EXPECT_EQ(columns("t"),
            "moment TIMESTAMP WITH TIME ZONE,day DATE,hour TIME,price DECIMAL(38,9),bytes BLOB,key "
            "VARCHAR,text VARCHAR");
  EXPECT_EQ(workspace_.ask("SELECT epoch_us(moment) FROM t"), "1700000000250000");
  EXPECT_EQ(workspace_.ask("SELECT day::VARCHAR FROM t"), "2022-01-08");
  EXPECT_EQ(workspace_.ask("SELECT hour::VARCHAR FROM t"), "12:34:56");
  EXPECT_EQ(workspace_.ask("SELECT price FROM t"), "-12.500000000");
  EXPECT_EQ(workspace_.ask("SELECT hex(bytes) FROM t"), "00FF");
  EXPECT_EQ(workspace_.ask("SELECT key FROM t"), "6ba7b810-9dad-11d1-80b4-00c04fd430c8");
}

// A type that the schema prefers, or detects in numbers, takes what can be made into it, in the
// first package and in those after it.
TEST_F(RunDataTest, PreferredAndDetectedTypesTakeNumbers) {
  Schema schema("s", make_naming("snake_case"));
  schema.set_settings({{"detections", {"timestamp", "iso_timestamp"}}});
  schema.add_preferred_types({{"day", "date"}});
  const RunOptions options{.table_name = "t", .schema = std::make_shared<const Schema>(schema)};
  const auto now = std::time(nullptr);
  for (int run = 0; run < 2; ++run)
    workspace_.open().run(Json{{{"at", now}, {"day", 1'700'000'000}}}, options);
  EXPECT_EQ(columns("t"), "at TIMESTAMP WITH TIME ZONE,day DATE");
  EXPECT_EQ(workspace_.ask("SELECT day || ' ' || epoch(\"at\")::BIGINT FROM t"),
            fmt::format("2023-11-14 {0},2023-11-14 {0}", now));
}

TEST_F(RunDataTest, TextIsNeverTypedJson) {
  // The mark of a decimal, before a number.
  const std::string marked =
      "\xEF\x80\xA6"
      "1.5";
  workspace_.open().run(json_text(Json{{"x", marked}}.dump()), kIntoT);
  EXPECT_EQ(workspace_.ask("SELECT x FROM t"), marked);
}

// --- nesting

const Json kNested = {{"id", 1}, {"a", {{"b", {{"c", 1}}}}}, {"l", {{{"m", {{{"y", 1}}}}}}}};

Source nested(std::optional<int> of_source, std::optional<int> of_resource) {
  return {.name = "s",
          .resources = {Resource("t", [](Out& out) { out.yield(kNested); },
                                 {.max_table_nesting = of_resource})},
          .max_table_nesting = of_source};
}

struct NestingCase {
  std::optional<int> of_run;
  std::optional<int> of_source;
  std::optional<int> of_resource;
  std::string tables;
  std::string columns;
};

TEST_F(RunDataTest, NestingStopsWhereRunSourceOrResourceSay) {
  const NestingCase cases[] = {
      {{}, {}, {}, "t,t__l,t__l__m", "id BIGINT,a__b__c BIGINT"},
      {0, {}, {}, "t", "id BIGINT,a JSON,l JSON"},
      {{}, 0, {}, "t", "id BIGINT,a JSON,l JSON"},
      {{}, {}, 0, "t", "id BIGINT,a JSON,l JSON"},
      {1, {}, {}, "t,t__l", "id BIGINT,a__b JSON"},
      {{}, 1, {}, "t,t__l", "id BIGINT,a__b JSON"},
      {{}, {}, 1, "t,t__l", "id BIGINT,a__b JSON"},
      // A table's own limit is nearer to it than its schema's; the run's is the last word.
      {{}, 0, 1, "t,t__l", "id BIGINT,a__b JSON"},
      {1, 0, {}, "t,t__l", "id BIGINT,a__b JSON"},
      {0, 1, 1, "t", "id BIGINT,a JSON,l JSON"}};
  int number = 0;
  for (const NestingCase& test : cases) {
    SCOPED_TRACE(number);
    const Workspace workspace;
    workspace.open().run(nested(test.of_source, test.of_resource),
                         {.max_table_nesting = test.of_run});
    const std::string data = "table_name NOT LIKE '\\_dlt%' ESCAPE '\\'";
    EXPECT_EQ(workspace.ask("SELECT table_name FROM duckdb_tables() WHERE " + data + " ORDER BY 1"),
              test.tables);
    EXPECT_EQ(workspace.ask("SELECT column_name || ' ' || data_type FROM duckdb_columns() WHERE "
                            "table_name = 't' AND column_name NOT LIKE '\\_dlt%' ESCAPE '\\' ORDER "
                            "BY column_index"),
              test.columns);
    ++number;
  }
}

// --- contracts

Source frozen(const Json& of_source, const Json& of_resource, const Json& record) {
  return {.name = "s",
          .resources = {Resource("t", [record](Out& out) { out.yield(record); },
                                 {.schema_contract = of_resource})},
          .schema_contract = of_source};
}

TEST_F(RunDataTest, AContractIsTheRunsOrTheResourcesOrTheSources) {
  const Json freeze = {{"columns", "freeze"}};
  const Json discard = {{"columns", "discard_value"}};
  struct {
    const char* name;
    Json of_run;
    Json of_source;
    Json of_resource;
    /// What becomes of a new column: "thrown" or the columns that are there after it.
    const char* result;
  } const cases[] = {{"none", nullptr, nullptr, nullptr, "id,extra"},
                     {"run", freeze, nullptr, nullptr, "thrown"},
                     {"source", nullptr, freeze, nullptr, "thrown"},
                     {"resource", nullptr, nullptr, freeze, "thrown"},
                     {"run over resource", discard, nullptr, freeze, "id"},
                     {"resource over source", nullptr, freeze, discard, "id"},
                     {"evolve over freeze", "evolve", freeze, freeze, "id,extra"}};
  for (const auto& test : cases) {
    SCOPED_TRACE(test.name);
    const Workspace workspace;
    Pipeline pipeline = workspace.open();
    pipeline.run(frozen(test.of_source, test.of_resource, {{"id", 1}}));
    std::string result;
    try {
      pipeline.run(frozen(test.of_source, test.of_resource, {{"id", 2}, {"extra", 1}}),
                   {.schema_contract = test.of_run});
      result = workspace.ask(
          "SELECT column_name FROM duckdb_columns() WHERE table_name = 't' AND column_name NOT "
          "LIKE '\\_dlt%' ESCAPE '\\' ORDER BY column_index");
      EXPECT_EQ(workspace.ids(), "1,2");
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kContract) << error.describe();
      result = "thrown";
      EXPECT_EQ(workspace.ids(), "1");
    }
    EXPECT_EQ(result, test.result);
  }
}

TEST_F(RunDataTest, AFrozenSetOfTablesRefusesANewOne) {
  Pipeline pipeline = workspace_.open();
  pipeline.run(Json{{"id", 1}}, kIntoT);
  const Json freeze = {{"tables", "freeze"}};
  pipeline.run(Json{{"id", 2}}, {.table_name = "t", .schema_contract = freeze});
  // The schema keeps the contract.
  const Error error = thrown_by([&] { pipeline.run(Json{{"id", 3}}, {.table_name = "u"}); });
  EXPECT_EQ(error.code(), ErrorCode::kContract);
  EXPECT_EQ(error.context().table, "u");
  EXPECT_TRUE(pipeline.list_failed_load_packages().empty());
  EXPECT_EQ(tables(), "t");
}

// --- columns

TEST_F(RunDataTest, DeclaredColumnsHaveTheirTypes) {
  const Json columns_hint = {
      {"Id", {{"data_type", "text"}}},
      {"amount", {{"data_type", "decimal"}, {"precision", 10}, {"scale", 2}}},
      {"moment", {{"data_type", "timestamp"}}},
      {"never", {{"data_type", "bigint"}}}};
  workspace_.open().run(Json{{"Id", 7}, {"amount", "1.5"}, {"moment", 0}, {"n", 1}},
                        {.table_name = "t", .columns = columns_hint});
  EXPECT_EQ(workspace_.ask("SELECT id || ' ' || amount FROM t"), "7 1.50");
  EXPECT_EQ(workspace_.ask("SELECT epoch_us(moment) FROM t"), "0");
  EXPECT_EQ(
      columns("t"),
      "id VARCHAR,amount DECIMAL(10,2),moment TIMESTAMP WITH TIME ZONE,never BIGINT,n BIGINT");
}

TEST_F(RunDataTest, APrimaryKeyIsNotNullable) {
  workspace_.open().run(Json{{"id", 1}}, {.table_name = "t", .primary_key = "id"});
  const Schema schema = workspace_.open().default_schema();
  const Column* column = schema.find_table("t")->find("id");
  ASSERT_NE(column, nullptr);
  EXPECT_TRUE(column->flag("primary_key"));
  EXPECT_FALSE(column->is_nullable());
  EXPECT_EQ(workspace_.ask("SELECT is_nullable FROM duckdb_columns() WHERE table_name = 't' AND "
                           "column_name = 'id'"),
            "false");
}

TEST_F(RunDataTest, ANameIsNeeded) {
  Pipeline pipeline = workspace_.open();
  EXPECT_EQ(thrown_by([&] { pipeline.run(Json{{"id", 1}}); }).code(), ErrorCode::kInvalidArgument);
  EXPECT_EQ(thrown_by([&] { pipeline.run(record_files({"/nowhere/x.json"}), kIntoT); }).code(),
            ErrorCode::kNotFound);
  EXPECT_FALSE(pipeline.has_pending_data());
  EXPECT_TRUE(pipeline.list_failed_load_packages().empty());
}

// --- write dispositions

TEST_F(RunDataTest, AppendReplaceAndSkip) {
  Pipeline pipeline = workspace_.open();
  const auto run = [&](int id, const char* disposition) {
    pipeline.run(Json{{"id", id}, {"list", {id}}},
                 {.table_name = "t", .write_disposition = disposition});
    return workspace_.ids() + " " + workspace_.ask("SELECT value FROM t__list ORDER BY value");
  };
  EXPECT_EQ(run(1, "append"), "1 1");
  EXPECT_EQ(run(2, "append"), "1,2 1,2");
  EXPECT_EQ(run(3, "skip"), "1,2 1,2");
  EXPECT_EQ(run(4, "replace"), "4 4");
  EXPECT_EQ(run(5, "append"), "4,5 4,5");
  // Nothing came: the table is as empty as its source, the list below it too.
  pipeline.run([](Out&) {}, {.table_name = "t", .write_disposition = "replace"});
  EXPECT_EQ(workspace_.ask("SELECT (SELECT count(*) FROM t) + (SELECT count(*) FROM t__list)"),
            "0");
  EXPECT_EQ(thrown_by([&] { run(6, "upsert"); }).code(), ErrorCode::kInvalidArgument);
}

TEST_F(RunDataTest, ReplacingWithFilesLoadsThemUnlessTheTableHoldsJustThem) {
  for (const int id : {1, 2, 3}) workspace_.write(std::to_string(id), {id});
  const auto run = [&](const std::vector<std::string>& names) {
    const LoadInfo info = workspace_.open().run(
        workspace_.remembered(names), {.table_name = "t", .write_disposition = "replace"});
    workspace_.expect_whole();
    return workspace_.ids() + (info.load_packages.empty() ? " known" : "");
  };
  EXPECT_EQ(run({"1", "2"}), "1,2");
  EXPECT_EQ(run({"1", "2"}), "1,2 known");
  EXPECT_EQ(run({"2", "1"}), "1,2 known");
  EXPECT_EQ(run({"1"}), "1");
  EXPECT_EQ(run({"1"}), "1 known");
  EXPECT_EQ(run({"1", "3"}), "1,3");
  workspace_.write("3", {30, 31});
  EXPECT_EQ(run({"1", "3"}), "1,30,31");
  EXPECT_EQ(remembered_files(stored_state(workspace_)), "1,3");
}

TEST_F(RunDataTest, ATableThatSeveralResourcesReplaceHoldsAllOfThem) {
  for (const int id : {1, 2}) workspace_.write(std::to_string(id), {id});
  const auto run = [&](const std::vector<std::string>& names, bool remember = true) {
    std::vector<Resource> resources;
    for (const std::string& name : names) {
      resources.push_back(Resource::from_files("resource " + name, {workspace_.path() / name},
                                               {.table_name = "t", .write_disposition = "replace"},
                                               {.remember = remember}));
    }
    const LoadInfo info = workspace_.open().run(Data(std::move(resources)));
    workspace_.expect_whole();
    return workspace_.ids() + (info.load_packages.empty() ? " known" : "");
  };
  EXPECT_EQ(run({"1", "2"}), "1,2");
  EXPECT_EQ(run({"2", "1"}), "1,2 known");
  EXPECT_EQ(run({"2"}), "2");
  EXPECT_EQ(run({"1"}), "1");
  EXPECT_EQ(run({"2"}), "2");
  EXPECT_EQ(run({"1"}, false), "1");
  EXPECT_EQ(run({"2"}), "2");
  workspace_.open().run(Json{{"id", 7}}, {.table_name = "t", .write_disposition = "replace"});
  EXPECT_EQ(run({"2"}), "2");
  workspace_.write("2", {20});
  EXPECT_EQ(run({"1", "2"}), "1,20");
  EXPECT_EQ(run({"1", "2"}), "1,20 known");
}

TEST_F(RunDataTest, AFileThatChangedIsNotAppendedAgain) {
  workspace_.write("one", {1});
  workspace_.open().run(workspace_.remembered({"one"}), kIntoT);
  // Written again, with another time and the same content: it is the same.
  workspace_.write("one", {1});
  EXPECT_TRUE(workspace_.open().run(workspace_.remembered({"one"}), kIntoT).load_packages.empty());
  workspace_.write("one", {1, 2});
  const Error error =
      thrown_by([&] { workspace_.open().run(workspace_.remembered({"one"}), kIntoT); });
  EXPECT_EQ(error.code(), ErrorCode::kState);
  EXPECT_EQ(error.context().file, (workspace_.path() / "one").string());
  EXPECT_EQ(workspace_.ids(), "1");
  workspace_.open().run(
      record_files({workspace_.path() / "one"}, {.remember = true, .reload = true}), kIntoT);
  EXPECT_EQ(workspace_.ids(), "1,1,2");
  EXPECT_TRUE(workspace_.open().run(workspace_.remembered({"one"}), kIntoT).load_packages.empty());
}

}  // namespace
}  // namespace dlt
