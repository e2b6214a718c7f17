// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "conformance/comparison.hpp"
#include "core/temporary_folder.hpp"
#include "dlt/naming.hpp"
#include "dlt/pipeline.hpp"
#include "postgres/test_server.hpp"

// Whole runs into PostgreSQL: datasets that Python dlt began, several machines and processes at
// once, and servers that go away.
namespace dlt {
namespace {

std::string read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

class PostgresPipelineTest : public testing::Test {
 protected:
  /// `machine`: its folder of working folders.
  PipelineOptions options(const std::string& machine = "a", const std::string& name = "p") const {
    return {.pipeline_name = name,
            .pipelines_dir = folder_ / machine,
            .destination = database_.address().location(),
            .dataset_name = "d"};
  }

  /// The first column of the rows of a query, joined by commas.
  std::string ask(const std::string& sql) const {
    postgres::Connection connection = database_.connect();
    postgres::QueryResult rows = connection.query(sql);
    std::string answer;
    while (rows.next()) answer += (answer.empty() ? "" : ",") + rows.text(0);
    return answer;
  }
  std::string ids() const { return ask("SELECT id FROM d.t ORDER BY id"); }

  /// As many pipelines at the same time, each on a machine of its own, with ten rows each.
  void run_at_once(int pipelines, const RunOptions& how) const {
    std::vector<std::thread> threads;
    std::vector<std::string> failures(static_cast<std::size_t>(pipelines));
    for (int i = 0; i < pipelines; ++i) {
      threads.emplace_back([&, i] {
        try {
          Pipeline pipeline(options("m" + std::to_string(i), "p" + std::to_string(i)));
          pipeline.run(rows(i * 10, 10), how);
        } catch (const Error& error) {
          failures[static_cast<std::size_t>(i)] = error.describe();
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    for (const std::string& failure : failures) EXPECT_EQ(failure, "");
  }

  /// Rows with an id each.
  static Json rows(int first, int count) {
    Json list = Json::array();
    for (int id = first; id < first + count; ++id) list.push_back({{"id", id}, {"l", {id}}});
    return list;
  }

  const TemporaryFolder folder_;
  const postgres::TestDatabase database_;
};

const RunOptions kIntoT = {.table_name = "t"};

TEST_F(PostgresPipelineTest, GoesOnWithADatasetOfPythonDlt) {
  const std::filesystem::path data =
      std::filesystem::path(DLTPP_TEST_DATA) / "conformance/data/interop";
  std::string dump;
  std::istringstream lines(read(data / "after_first_run.sql"));
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with('\\')) dump += line + "\n";  // commands of psql
  }
  database_.connect().execute(dump);

  const Json test = Json::parse(read(data / "case.json"));
  const Json& cursor = test.at("resource").at("incremental");
  ResourceHints hints{
      .write_disposition = test.at("resource").at("write_disposition"),
      .primary_key = test.at("resource").at("primary_key"),
      .incremental = Incremental{.cursor_path = cursor.at("cursor_path").get<std::string>(),
                                 .initial_value = cursor.at("initial_value")}};
  const Json items = test.at("runs").at(1);
  Pipeline pipeline({.pipeline_name = test.at("pipeline_name").get<std::string>(),
                     .pipelines_dir = folder_.path(),
                     .destination = database_.address().location(),
                     .dataset_name = test.at("dataset_name").get<std::string>()});
  pipeline.run(Source{.name = test.at("source").get<std::string>(),
                      .resources = {Resource(
                          "issues", [items](Out& out) { out.yield(items); }, hints)}});

  const Json expected = Json::parse(read(data / "after_second_run.json"));
  conformance::Differences differences;
  differences.contained("state", expected.at("state"), pipeline.state().at("sources"));
  for (const std::string& line : differences.lines()) ADD_FAILURE() << line;
  for (const auto& [name, table] : expected.at("tables").items()) {
    std::string columns;
    for (const Json& column : table.at("columns"))
      columns += (columns.empty() ? "" : ",") + column.at("name").get<std::string>();
    EXPECT_EQ(ask("SELECT column_name FROM information_schema.columns WHERE table_schema = "
                  "'interop_issues' AND table_name = '" +
                  name + "' ORDER BY ordinal_position"),
              columns)
        << name;
  }
  EXPECT_EQ(ask("SELECT concat_ws(' ', id, title, updated_at) FROM interop_issues.issues ORDER BY "
                "id"),
            "1 a2 2024-01-03 00:00:00+00,2 b 2024-01-02 00:00:00+00");
  EXPECT_EQ(ask("SELECT concat_ws(' ', n, c, _dlt_list_idx) FROM interop_issues.issues__labels"),
            "y 5 0");
  EXPECT_EQ(ask("SELECT count(*) FROM interop_issues.issues__labels l JOIN interop_issues.issues i "
                "ON i._dlt_id = l._dlt_parent_id AND i._dlt_id = l._dlt_root_id"),
            "1");
  // The stored schema follows from Python's.
  EXPECT_EQ(ask("SELECT count(*) FROM interop_issues._dlt_version"), "2");
  EXPECT_EQ(ask("SELECT count(*) FROM interop_issues._dlt_loads l JOIN interop_issues._dlt_version "
                "v ON v.version_hash = l.schema_version_hash"),
            "2");
}

TEST_F(PostgresPipelineTest, ManyAtOnceIntoAnEmptyDatabase) {
  run_at_once(8, kIntoT);
  EXPECT_EQ(ask("SELECT count(DISTINCT id) FROM d.t"), "80");
  EXPECT_EQ(ask("SELECT count(*) FROM d.t__l l JOIN d.t ON t._dlt_id = l._dlt_parent_id"), "80");
  EXPECT_EQ(ask("SELECT count(*) FROM d._dlt_loads"), "8");
}

TEST_F(PostgresPipelineTest, MergesAtOnceDoNotTouchEachOthersRows) {
  const RunOptions merge = {.table_name = "t", .write_disposition = "merge", .primary_key = "id"};
  Pipeline(options("first", "first")).run(rows(0, 40), merge);
  run_at_once(4, merge);
  EXPECT_EQ(ask("SELECT count(*) || ' ' || count(DISTINCT id) || ' ' || count(DISTINCT "
                "_dlt_load_id) FROM d.t"),
            "40 40 4");
  EXPECT_EQ(ask("SELECT count(*) FROM d.t__l l JOIN d.t ON t._dlt_id = l._dlt_root_id"), "40");
}

TEST_F(PostgresPipelineTest, OfLoadsOfTheSameKeysAtOnceEachKeyIsThereOnce) {
  constexpr int kPipelines = 4;
  const struct {
    const char* table;
    Json write_disposition;
    const char* replace_strategy;
  } kinds[] = {{"a", {{"disposition", "merge"}, {"strategy", "delete-insert"}}, ""},
               {"b", {{"disposition", "merge"}, {"strategy", "upsert"}}, ""},
               {"c", {{"disposition", "merge"}, {"strategy", "insert-only"}}, ""},
               {"d", "replace", "truncate-and-insert"},
               {"e", "replace", "insert-from-staging"},
               {"f", "replace", "staging-optimized"}};
  for (const auto& kind : kinds) {
    std::vector<std::thread> threads;
    std::vector<std::string> failures(kPipelines);
    for (int i = 0; i < kPipelines; ++i) {
      threads.emplace_back([&, i] {
        try {
          PipelineOptions settings = options("m" + std::to_string(i), "p" + std::to_string(i));
          if (*kind.replace_strategy != '\0')
            settings.destination_settings = {{"replace_strategy", kind.replace_strategy}};
          Pipeline(settings).run(rows(0, 400), {.table_name = kind.table,
                                                .write_disposition = kind.write_disposition,
                                                .primary_key = "id"});
        } catch (const Error& error) {
          failures[static_cast<std::size_t>(i)] = error.describe();
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    for (const std::string& failure : failures) EXPECT_EQ(failure, "") << kind.table;
    EXPECT_EQ(ask(std::string("SELECT count(*) || ' ' || count(DISTINCT id) FROM d.") + kind.table),
              "400 400")
        << kind.table;
    EXPECT_EQ(ask(std::string("SELECT count(*) FROM d.") + kind.table + "__l"), "400")
        << kind.table;
  }
}

TEST_F(PostgresPipelineTest, OfTwoMachinesWithOnePipelineTheSlowerStartsAgain) {
  const auto grow = [](int last) {
    return Source{.name = "s",
                  .resources = {Resource("t", [last](Out& out) { out.yield(rows(0, last)); },
                                         {.incremental = Incremental{.cursor_path = "id"}})}};
  };
  Pipeline first(options("a"));
  first.run(grow(2));
  Pipeline second(options("b"));
  second.sync_destination();
  second.extract(grow(4));
  second.normalize();
  first.run(grow(3));
  try {
    second.load();
    FAIL() << "the state there is another one";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kState);
  }
  EXPECT_EQ(ids(), "0,1,2");
  second.run(grow(4));
  EXPECT_EQ(ids(), "0,1,2,3");
}

// Its data is one transaction, with two locks a table.
TEST_F(PostgresPipelineTest, ThousandsOfTablesAtOnce) {
  Json record = {{"id", 1}};
  for (int i = 0; i < 5'000; ++i) record["list" + std::to_string(i)] = {i};
  Pipeline(options()).run(record, kIntoT);
  EXPECT_EQ(ask("SELECT count(*) FROM information_schema.tables WHERE table_schema = 'd' AND "
                "table_name LIKE 't%'"),
            "5001");
  EXPECT_EQ(ask("SELECT value FROM d.t__list4999"), "4999");
}

/// A naming convention that knows of no limit.
class Endless : public NamingConvention {
 public:
  Endless() : NamingConvention(NameLimit()) {}
  std::string_view name() const override { return "endless"; }
  bool case_sensitive() const override { return true; }

 protected:
  std::string convert(std::string_view stripped) const override { return std::string(stripped); }
};

std::shared_ptr<const NamingConvention> make_endless(NameLimit) {
  return std::make_shared<const Endless>();
}

// The server would cut them without an error, and two names could become one.
TEST_F(PostgresPipelineTest, NamesHaveNoMoreBytesThanTheServerTakes) {
  PipelineOptions settings = options();
  settings.naming = "direct";
  std::string name;
  for (int i = 0; i < 32; ++i) name += "é";
  const Json data = {{"id", 1}, {name, 2}, {name + "x", 3}};
  Pipeline(settings).run(data, kIntoT);
  EXPECT_EQ(ask("SELECT max(octet_length(column_name)) || ' ' || count(*) FROM "
                "information_schema.columns WHERE table_schema = 'd' AND table_name = 't'"),
            "62 5");

  register_naming("endless", make_endless);
  settings = options("a", "q");
  settings.naming = "endless";
  settings.dataset_name = "e";
  try {
    Pipeline(settings).run(data, kIntoT);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kSchema);
    EXPECT_NE(error.message().find("column '" + name + "' has 64"), std::string::npos)
        << error.message();
    EXPECT_EQ(error.context().table, "t");
  }
  EXPECT_EQ(ask("SELECT count(*) FROM pg_class WHERE relname = 't'"), "1");
}

class ReplaceStrategyTest : public PostgresPipelineTest,
                            public testing::WithParamInterface<const char*> {};

TEST_P(ReplaceStrategyTest, PutsNewRowsInThePlaceOfOldOnes) {
  PipelineOptions settings = options();
  settings.destination_settings = {{"replace_strategy", GetParam()}};
  Pipeline pipeline(settings);
  const RunOptions replace = {.table_name = "t", .write_disposition = "replace"};
  pipeline.run(rows(0, 3), replace);
  pipeline.run(rows(5, 2), replace);
  EXPECT_EQ(ids(), "5,6");
  pipeline.run(Json{{"id", 9}, {"added", 1}}, replace);
  EXPECT_EQ(ids(), "9");
  EXPECT_EQ(ask("SELECT count(*) FROM d.t__l"), "0");
  pipeline.run(rows(1, 2), replace);
  EXPECT_EQ(ask("SELECT count(*) FROM d.t__l l JOIN d.t ON t._dlt_id = l._dlt_parent_id"), "2");
  // Row ids are still unique, and nothing is left of the staging.
  EXPECT_EQ(ask("SELECT count(*) FROM pg_indexes WHERE schemaname = 'd' AND tablename = 't'"), "1");
  EXPECT_EQ(ask("SELECT relname FROM pg_class WHERE relnamespace = 'd'::regnamespace AND relkind = "
                "'r' ORDER BY 1"),
            "_dlt_loads,_dlt_pipeline_state,_dlt_version,t,t__l");
}

INSTANTIATE_TEST_SUITE_P(Strategies, ReplaceStrategyTest,
                         testing::Values("truncate-and-insert", "insert-from-staging",
                                         "staging-optimized"),
                         [](const auto& parameter) {
                           std::string name = parameter.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

TEST_F(PostgresPipelineTest, AReaderDoesNotWaitForALoadThatAddsAColumn) {
  Pipeline pipeline(options());
  pipeline.run(rows(0, 1), kIntoT);
  postgres::Connection reader = database_.connect();
  reader.begin();
  {
    postgres::QueryResult held = reader.query("SELECT id FROM d.t");
    while (held.next()) {
    }
  }
  // While somebody reads the table it cannot be changed; the load waits, others read on.
  std::thread load([&] {
    Pipeline other(options("b", "other"));
    other.run(Json{{"id", 1}, {"added", true}}, kIntoT);
  });
  while (ask("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = "
             "current_database()") == "0") {
    std::this_thread::yield();
  }
  EXPECT_EQ(ids(), "0");
  reader.rollback();
  load.join();
  EXPECT_EQ(ids(), "0,1");
}

TEST_F(PostgresPipelineTest, ABackendThatIsKilledIsTriedAgain) {
  Pipeline pipeline(options());
  pipeline.run(rows(0, 10), kIntoT);
  postgres::Connection blocker = database_.connect();
  blocker.begin();
  blocker.execute("LOCK TABLE d.t IN ACCESS EXCLUSIVE MODE");
  std::thread load([&] { pipeline.run(rows(10, 10), kIntoT); });
  // The backend that waits for the table is in the middle of the load.
  const std::string waiting =
      "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = "
      "current_database() LIMIT 1";
  std::string pid;
  while ((pid = ask(waiting)).empty()) std::this_thread::yield();
  EXPECT_EQ(ask("SELECT pg_terminate_backend(" + pid + ")::text"), "true");
  blocker.rollback();
  load.join();
  EXPECT_EQ(ask("SELECT count(*) || ' ' || count(DISTINCT id) FROM d.t"), "20 20");
  EXPECT_EQ(ask("SELECT count(*) FROM d._dlt_loads"), "2");
}

TEST_F(PostgresPipelineTest, WhatADatasetAnswersCanBeLoadedAgain) {
  Pipeline pipeline(options());
  pipeline.run(rows(0, 5000), {.table_name = "t"});
  ArrowArrayStream stream = {};
  pipeline.query(
      "SELECT id, id::int2::numeric(9,2) AS d, id % 2 = 0 AS b, id / 4.0::float8 AS f, "
      "'2024-01-02'::date + id::int AS day, '2024-01-02 03:04:05.25+01'::timestamptz AS at, "
      "'\\xaa00'::bytea AS bytes, CASE WHEN id > 0 THEN '10:00'::time END AS clock FROM t",
      &stream);
  pipeline.run(arrow_stream(&stream), {.table_name = "again"});
  EXPECT_EQ(ask("SELECT string_agg(column_name || ' ' || data_type, ',' ORDER BY ordinal_position) "
                "FROM information_schema.columns WHERE table_name = 'again'"),
            "id bigint,d character varying,b boolean,f double precision,day date,at timestamp with "
            "time zone,bytes bytea,clock time without time zone,_dlt_load_id character varying");
  EXPECT_EQ(
      ask("SELECT count(*) || ' ' || sum(id) || ' ' || sum(d::numeric) || ' ' || sum(f) || ' ' "
          "|| max(day) || ' ' || max(at) || ' ' || count(clock) || ' ' || max(encode(bytes, "
          "'hex')) "
          " FROM d.again"),
      "5000 12497500 12497500.00 3124375 2037-09-09 2024-01-02 02:04:05.25+00 4999 aa00");
}

TEST_F(PostgresPipelineTest, ATableWithoutIdsGetsThemForRowsThatNeedThem) {
  Pipeline pipeline(options());
  const auto load_csv = [&](const std::string& text) {
    pipeline.run(Resource::from_text("t", [text](Out& out) { out.yield_bytes(text); }, {},
                                     {.format = "csv"}));
  };
  load_csv("id,name\n1,x\n");
  pipeline.run(rows(2, 1), {.table_name = "t"});
  load_csv("id,name\n3,y\n");
  EXPECT_EQ(ask("SELECT id || ' ' || (_dlt_id IS NULL) FROM d.t ORDER BY id"),
            "1 true,2 false,3 false");
}

}  // namespace
}  // namespace dlt
