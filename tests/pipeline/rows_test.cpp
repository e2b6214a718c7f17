// SPDX-License-Identifier: Apache-2.0
// Rows of typed columns: CSV, Parquet and Arrow.
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "arrow/arrays.hpp"
#include "core/batch_file.hpp"
#include "core/files/file.hpp"
#include "core/thrown_error.hpp"
#include "engine/database.hpp"
#include "pipeline/workspace.hpp"

namespace dlt {
namespace {

class RowsTest : public testing::Test {
 protected:
  std::filesystem::path csv(const std::string& name, const std::string& text) const {
    File file(workspace_.path() / name, OpenMode::kCreateOrTruncate);
    file.write(text);
    return file.path();
  }
  std::filesystem::path parquet(const std::string& name, const std::string& sql) const {
    const std::filesystem::path path = workspace_.path() / name;
    const engine::Database database = engine::Database::in_memory();
    database.connect().execute(
        fmt::format("COPY ({}) TO '{}' (FORMAT parquet)", sql, path.string()));
    return path;
  }
  void load(const std::vector<std::filesystem::path>& files, const RunOptions& run = kIntoT,
            const FileOptions& options = {}) const {
    Pipeline pipeline = workspace_.open();
    pipeline.run(record_files(files, options), run);
  }
  std::string columns(const std::string& table = "t") const {
    return workspace_.ask(
        "SELECT column_name || ' ' || data_type FROM duckdb_columns() WHERE table_name = '" +
        table + "' ORDER BY column_index");
  }

  const Workspace workspace_;
};

TEST_F(RowsTest, TheTypeOfAColumnOfCsvIsWhatAllOfItsValuesAre) {
  // The 3,000th row decides: nothing is guessed from the first ones.
  std::string text = "i,z,d,b,day,at,zoned,long,mixed,none\n";
  for (int row = 0; row < 3000; ++row) {
    text += fmt::format(
        "{},{:03},{}.5,true,2024-01-02,2024-01-02 03:04:05,2024-01-02T03:04:05Z,"
        "12345678901234567890,{},\n",
        row, row % 1000, row, row);
  }
  text += "3000,1,1e3,FALSE,2024-02-29,2024-01-02T03:04,2024-01-02 03:04:05.25+02:00,1,x,\n";
  load({csv("a.csv", text)});
  EXPECT_EQ(columns(),
            "i BIGINT,z VARCHAR,d DOUBLE,b BOOLEAN,day DATE,at TIMESTAMP,zoned TIMESTAMP WITH TIME "
            "ZONE,long VARCHAR,mixed VARCHAR,_dlt_load_id VARCHAR");
  EXPECT_EQ(workspace_.ask("SELECT count(*) FROM t WHERE z = '007'"), "3");
  EXPECT_EQ(workspace_.ask("SELECT d || ' ' || b || ' ' || zoned FROM t WHERE i = 3000"),
            "1000.0 false 2024-01-02 01:04:05.25+00");
}

struct CsvText {
  std::string name;
  std::string text;
  CsvOptions options;
  std::string rows;
};

void PrintTo(const CsvText& text, std::ostream* out) { *out << text.name; }

class CsvTextTest : public RowsTest, public testing::WithParamInterface<CsvText> {};

TEST_P(CsvTextTest, IsReadAsItIsWritten) {
  load({csv("a.csv", GetParam().text)}, kIntoT, {.csv = GetParam().options});
  EXPECT_EQ(workspace_.ask("SELECT to_json(struct_pack(a, b)) FROM t ORDER BY a"), GetParam().rows);
}

INSTANTIATE_TEST_SUITE_P(
    Texts, CsvTextTest,
    testing::Values(
        CsvText{"commas", "a,b\n1,x\n2,y\n", {}, R"({"a":1,"b":"x"},{"a":2,"b":"y"})"},
        CsvText{"semicolons", "a;b\n1;x\n2;y\n", {}, R"({"a":1,"b":"x"},{"a":2,"b":"y"})"},
        CsvText{"tabs", "a\tb\n1\tx\n2\ty\n", {}, R"({"a":1,"b":"x"},{"a":2,"b":"y"})"},
        CsvText{"given_delimiter", "a:b\n1:x\n", {.delimiter = ":"}, R"({"a":1,"b":"x"})"},
        CsvText{"doubled_names", "a,a,b\n1,2,x\n", {}, R"({"a":1,"b":"x"})"},
        CsvText{"quote_within_a_name", "a,x\",b\n1,,x\n", {}, R"({"a":1,"b":"x"})"},
        CsvText{"quoted_names", "\"a\",\"b\"\n1,x\n", {}, R"({"a":1,"b":"x"})"},
        CsvText{"blank_lines_before", "\n\na,b\n1,x\n", {}, R"({"a":1,"b":"x"})"},
        CsvText{"crlf", "a,b\r\n1,x\r\n", {}, R"({"a":1,"b":"x"})"},
        CsvText{"no_newline_at_the_end", "a,b\n1,x", {}, R"({"a":1,"b":"x"})"},
        CsvText{"byte_order_mark",
                "\xEF\xBB\xBF"
                "a,b\n1,x\n",
                {},
                R"({"a":1,"b":"x"})"},
        CsvText{"quotes", "a,b\n1,\"x, \"\"y\"\"\nz\"\n", {}, R"({"a":1,"b":"x, \"y\"\nz"})"},
        CsvText{"other_quotes", "a,b\n1,'x,y'\n", {.quote = "'"}, R"({"a":1,"b":"x,y"})"},
        CsvText{"empty_and_quoted",
                "a,b\n1,\n2,\"\"\n3,x\n",
                {},
                R"({"a":1,"b":null},{"a":2,"b":""},{"a":3,"b":"x"})"},
        CsvText{"empty_numbers",
                "a,b\n1,\n2,\"\"\n3,\"4\"\n",
                {},
                R"({"a":1,"b":null},{"a":2,"b":null},{"a":3,"b":4})"}),
    [](const auto& tested) { return tested.param.name; });

TEST_F(RowsTest, TheFirstLineNamesTheColumnsUnlessItHoldsValues) {
  load({csv("a.csv", "1,x\n2,y\n")}, {.table_name = "values"});
  EXPECT_EQ(columns("values"), "column0 BIGINT,column1 VARCHAR,_dlt_load_id VARCHAR");
  load({csv("b.csv", ",x\n0,y\n")}, {.table_name = "gap"});
  EXPECT_EQ(columns("gap"), "column0 BIGINT,x VARCHAR,_dlt_load_id VARCHAR");
  load({csv("c.csv", "x,y\nz,w\n")}, {.table_name = "names"});
  EXPECT_EQ(columns("names"), "x VARCHAR,y VARCHAR,_dlt_load_id VARCHAR");
  load({csv("d.csv", "x,y\nz,w\n")}, {.table_name = "said"}, {.csv = {.header = false}});
  EXPECT_EQ(columns("said"), "column0 VARCHAR,column1 VARCHAR,_dlt_load_id VARCHAR");
  load({csv("e.csv", "2023,2024\n1,2\n")}, {.table_name = "years"}, {.csv = {.header = true}});
  EXPECT_EQ(columns("years"), "_2023 BIGINT,_2024 BIGINT,_dlt_load_id VARCHAR");
}

TEST_F(RowsTest, ParquetKeepsItsTypesAndUnnestsItsLists) {
  load({parquet("a.parquet",
                "SELECT 1::INTEGER AS i, 1.25::DECIMAL(9,2) AS d, TIMESTAMP '2024-01-02' AS ts, "
                "'x'::BLOB AS bytes, NULL::DATE AS nothing, 'nan'::DOUBLE AS nan, "
                "{'a': [{'b': 1}, {'b': 2}]} AS s")});
  EXPECT_EQ(columns(),
            "i BIGINT,d DECIMAL(9,2),ts TIMESTAMP,bytes BLOB,nothing DATE,nan DOUBLE,_dlt_load_id "
            "VARCHAR,_dlt_id VARCHAR");
  EXPECT_EQ(workspace_.ask("SELECT c.b FROM t__s__a c JOIN t ON c._dlt_parent_id = t._dlt_id"),
            "1,2");
  EXPECT_EQ(workspace_.ask("SELECT nan FROM t"), "NaN");
}

TEST_F(RowsTest, IdsAreMadeWhereTheyAreNeeded) {
  const std::filesystem::path flat = parquet("flat.parquet", "SELECT 1 AS id");
  const auto has_ids = [&](const std::string& table) {
    return workspace_.ask(
               "SELECT count(*) FROM duckdb_columns() WHERE column_name = '_dlt_id' AND "
               "table_name = '" +
               table + "'") == "1";
  };
  load({flat}, {.table_name = "plain"});
  EXPECT_FALSE(has_ids("plain"));
  load({flat}, {.table_name = "merged", .write_disposition = "merge", .primary_key = "id"});
  EXPECT_TRUE(has_ids("merged"));
  PipelineOptions options = workspace_.options();
  options.add_dlt_id = true;
  Pipeline(options).run(record_files({flat}), {.table_name = "asked"});
  EXPECT_TRUE(has_ids("asked"));
  // A table has them, or it does not.
  load({workspace_.write("x.jsonl", {2})}, {.table_name = "mixed"});
  load({flat}, {.table_name = "mixed"});
  EXPECT_EQ(workspace_.ask("SELECT count(*) FROM mixed WHERE _dlt_id IS NOT NULL"), "2");
}

TEST_F(RowsTest, ATableWithoutIdsGetsThemForRowsThatNeedThem) {
  load({parquet("flat.parquet", "SELECT 1 AS id")});
  load({workspace_.write("x.jsonl", {2})});
  EXPECT_EQ(workspace_.ask("SELECT id || ' ' || (_dlt_id IS NULL) FROM t ORDER BY id"),
            "1 true,2 false");
}

TEST_F(RowsTest, FilesOfDifferentAgesAndFormatsAreOneTable) {
  load({parquet("a.parquet", "SELECT 1 AS id, 10::TINYINT AS n"),
        parquet("b.parquet", "SELECT 2 AS id, 3000000000 AS n, 'x' AS added"),
        csv("c.csv", "id,n,added\n3,half,\n"), workspace_.write("d.jsonl", {4})});
  EXPECT_EQ(workspace_.ask("SELECT id || ' ' || coalesce(n::VARCHAR, n__v_text, '-') || ' ' || "
                           "coalesce(added, '-') FROM t ORDER BY id"),
            "1 10 -,2 3000000000 x,3 half -,4 - -");
}

TEST_F(RowsTest, OnlyRowsBeyondTheCursorAreLoaded) {
  RunOptions run = kIntoT;
  const auto load_new = [&](const std::filesystem::path& file) {
    Resource resource = Resource::from_files("t", {file});
    resource.hints().incremental = Incremental{.cursor_path = "at"};
    workspace_.open().run(resource, run);
  };
  load_new(parquet("a.parquet",
                   "SELECT i AS id, TIMESTAMP '2024-01-01' + INTERVAL (i) DAY AS at, 'nan'::FLOAT "
                   "AS nan FROM range(1, 4) r(i)"));
  load_new(parquet("b.parquet",
                   "SELECT i AS id, TIMESTAMP '2024-01-01' + INTERVAL (i) DAY AS at, 'nan'::FLOAT "
                   "AS nan FROM range(2, 7) r(i)"));
  EXPECT_EQ(workspace_.ids(), "1,2,3,4,5,6");
  EXPECT_EQ(workspace_.ask("SELECT nan FROM t WHERE id = 1"), "NaN");
}

TEST_F(RowsTest, ACursorLooksAtEveryRowOfEveryBatch) {
  // DuckDB hands over some 2,000 rows at a time: the first batch is taken in part.
  std::string text = "id,t\n";
  for (int id = 0; id < 5000; ++id) text += fmt::format("{},x\n", id);
  for (const std::filesystem::path& file :
       {csv("a.csv", text), parquet("a.parquet", "SELECT i AS id FROM range(5000) r(i)")}) {
    const std::string table = file.extension().string().substr(1);
    Resource resource = Resource::from_files(table, {file});
    resource.hints().incremental = Incremental{.cursor_path = "id", .initial_value = 1000};
    workspace_.open().run(resource);
    EXPECT_EQ(workspace_.ask("SELECT count(*) || ' ' || min(id) || ' ' || max(id) FROM " + table),
              "4000 1000 4999");
  }
}

TEST_F(RowsTest, OnlyTheFileThatIsNamedIsRead) {
  for (const char* folder : {"year=2024", "a[1]"})
    std::filesystem::create_directories(workspace_.path() / folder);
  csv("a1.csv", "year,region\n1,other\n");
  load({csv("a[1].csv", "year,region\n2,x\n"), csv("b*.csv", "year,region\n3,y\n"),
        csv("b?.csv", "year,region\n4,y\n"), csv("year=2024/c.csv", "year,region\n5,z\n"),
        parquet("a[1]/p.parquet", "SELECT 6 AS year, 'p' AS region")});
  EXPECT_EQ(workspace_.ask("SELECT year || region FROM t ORDER BY year"), "2x,3y,4y,5z,6p");
}

TEST_F(RowsTest, WhatNoTypeHoldsStaysText) {
  for (const char* value :
       {"1e-400", "1e400", "0000-01-01", "0001-01-01T00:00:00+02:00", "9999-12-31 23:59:59-02",
        "+1", "01", "1.", ".5", "inf", "nan", "2024-02-30", "2024-01-01T00:00:00.1234567"}) {
    SCOPED_TRACE(value);
    const std::string table = fmt::format("t{}", std::hash<std::string>()(value));
    load({csv("a.csv", fmt::format("a\n{}\n", value))}, {.table_name = table},
         {.csv = {.header = true}});
    EXPECT_EQ(workspace_.ask("SELECT a || ' ' || typeof(a) FROM " + table),
              std::string(value) + " VARCHAR");
  }
}

// A column that holds text takes text as it is written, whatever it looks like in the next file.
TEST_F(RowsTest, TextStaysAsItIsWritten) {
  load({csv("a.csv", "id,v\n1,1.50x\n"), csv("b.csv", "id,v\n2,1.50\n3,TRUE\n")});
  load({csv("c.csv", "id,v\n4,2024-01-01 00:00\n")});
  Resource resource = Resource::from_files("t", {csv("d.csv", "id,v\n5,007.10\n6,7.10\n")});
  resource.hints().incremental = Incremental{.cursor_path = "id"};
  workspace_.open().run(resource);
  EXPECT_EQ(workspace_.ask("SELECT v FROM t ORDER BY id"),
            "1.50x,1.50,TRUE,2024-01-01 00:00,007.10,7.10");
}

TEST_F(RowsTest, BrokenRowsAreSetAsideWithTheirPlace) {
  PipelineOptions options = workspace_.options();
  options.on_bad_record = "quarantine";
  Pipeline pipeline(options);
  pipeline.run(record_files({csv("a.csv", "id,name\n1,x\n2,\n3,y\n")}),
               {.table_name = "t", .columns = Json::parse(R"({"name": {"nullable": false}})")});
  EXPECT_EQ(workspace_.ids(), "1,3");
  const std::vector<Json> aside = pipeline.quarantined();
  ASSERT_EQ(aside.size(), 1U);
  EXPECT_EQ(aside[0].at("row"), 2);
  EXPECT_EQ(files::read_all(aside[0].at("raw").get<std::string>()), "{\"id\":2,\"name\":null}\n");
}

struct BadFile {
  std::string name;
  std::string file;
  std::string content;
  std::string message;
  std::uint64_t line;
};

void PrintTo(const BadFile& bad, std::ostream* out) { *out << bad.name; }

class BadFileTest : public RowsTest, public testing::WithParamInterface<BadFile> {};

TEST_P(BadFileTest, IsRefusedByNameAndLine) {
  const std::filesystem::path file = csv(GetParam().file, GetParam().content);
  const Error error = thrown_by([&] { load({file}); });
  EXPECT_THAT(error.message(), testing::StartsWith(GetParam().message));
  EXPECT_EQ(error.context().file, file.string());
  EXPECT_EQ(error.context().line, GetParam().line);
  EXPECT_EQ(error.code(), ErrorCode::kBadRecord);
}

INSTANTIATE_TEST_SUITE_P(
    Files, BadFileTest,
    testing::Values(BadFile{"short_line", "a.csv", "a,b\n1,2\n3\n4,5\n",
                            "the line has 1 field, the first one has 2", 3},
                    BadFile{"long_line", "a.csv", "a,b\n1,2\n3,4,5\n",
                            "the line has 3 fields, the first one has 2", 3},
                    BadFile{"not_utf8", "a.csv", "a,b\n1,\xE4\n", "the line is not UTF-8", 2},
                    BadFile{"utf16", "a.csv",
                            std::string("\xFF\xFE"
                                        "a\0,\0b\0",
                                        8),
                            "the file is UTF-16, not UTF-8", 1},
                    BadFile{"no_parquet", "a.parquet", "this is no parquet file at all",
                            "No magic bytes found at end of file", 0}),
    [](const auto& tested) { return tested.param.name; });

TEST_F(RowsTest, EmptyFilesOfRowsAreFilesWithoutRows) {
  load({csv("empty.csv", ""), csv("names.csv", "id,b\n"),
        parquet("none.parquet", "SELECT 1 AS id WHERE false"), csv("a.csv", "id\n1\n")});
  EXPECT_EQ(workspace_.ids(), "1");
}

TEST_F(RowsTest, RowsKeepTheirOrderAtAnyNumberOfThreads) {
  constexpr std::int64_t kRows = 300'000;
  const std::vector<std::filesystem::path> files = {
      parquet("a.parquet", fmt::format("SELECT i AS id FROM range({}) r(i)", kRows)),
      workspace_.path() / "b.csv"};
  engine::Database::in_memory().connect().execute(
      fmt::format("COPY (SELECT i AS id FROM range({0}, 2 * {0}) r(i)) TO '{1}' (FORMAT csv)",
                  kRows, files[1].string()));
  for (const int workers : {1, 4}) {
    const Place place{.machine = std::to_string(workers)};
    PipelineOptions options = workspace_.options(place);
    options.workers = workers;
    Pipeline pipeline(options);
    pipeline.extract(record_files(files), kIntoT);
    const std::string load_id = pipeline.normalize().loads_ids.front();
    const Json package = pipeline.load_package_info(load_id);
    std::int64_t next = 0;
    for (const Json& job : package.at("jobs")) {
      if (job.at("table") != "t") continue;
      const BatchFileReader reader(std::filesystem::path(package.at("path").get<std::string>()) /
                                   "new_jobs" / job.at("name").get<std::string>());
      RecordBatch batch;
      for (std::size_t i = 0; i < reader.batch_count(); ++i) {
        reader.read(i, batch);
        for (std::int64_t row = 0; row < batch.rows; ++row, ++next)
          ASSERT_EQ(batch.columns[0].int64_at(row), next);
      }
    }
    EXPECT_EQ(next, 2 * kRows);
  }
}

TEST_F(RowsTest, AnArrowStreamIsLoadedOnce) {
  ArrowArrayStream stream = arrow::make_stream(
      {{.format = "l",
        .name = "id",
        .length = 2,
        .buffers = {"", arrow::bytes_of<std::int64_t>({1, 2})}},
       {.format = "+l",
        .name = "tags",
        .length = 2,
        .buffers = {"", arrow::bytes_of<std::int32_t>({0, 1, 3})},
        .children = {{.format = "u",
                      .name = "item",
                      .length = 3,
                      .buffers = {"", arrow::bytes_of<std::int32_t>({0, 1, 2, 3}), "abc"}}}}});
  const Data data = arrow_stream(&stream);
  EXPECT_EQ(stream.release, nullptr);
  workspace_.open().run(data, kIntoT);
  EXPECT_EQ(workspace_.ids(), "1,2");
  EXPECT_EQ(workspace_.ask("SELECT string_agg(value, '' ORDER BY value) FROM t__tags"), "abc");
  const Error error = thrown_by([&] { workspace_.open().run(data, kIntoT); });
  EXPECT_EQ(error.message(), "an Arrow stream can be loaded once only");
}

TEST_F(RowsTest, AGeneratorMayYieldStreamsAndValues) {
  const auto ids = [](std::int64_t id) {
    return arrow::make_stream({{.format = "l",
                                .name = "id",
                                .length = 1,
                                .buffers = {"", arrow::bytes_of<std::int64_t>({id})}}});
  };
  // Ids are made of numbers of rows: those of two streams differ.
  PipelineOptions options = workspace_.options();
  options.add_dlt_id = true;
  Pipeline(options).run(Resource("t", [&](Out& out) {
    ArrowArrayStream first = ids(1);
    out.yield(&first);
    out.yield(Json{{"id", 2}});
    ArrowArrayStream second = ids(3);
    out.yield(&second);
  }));
  EXPECT_EQ(workspace_.ids(), "1,2,3");
  EXPECT_EQ(workspace_.ask("SELECT count(DISTINCT _dlt_id) FROM t"), "3");
}

TEST_F(RowsTest, WhatAStreamReportsFailsTheExtract) {
  ArrowArrayStream stream =
      arrow::make_stream({{.format = "l",
                           .name = "id",
                           .length = 1,
                           .buffers = {"", arrow::bytes_of<std::int64_t>({1})}}},
                         "the wire was cut");
  const Error error = thrown_by([&] { workspace_.open().run(arrow_stream(&stream), kIntoT); });
  EXPECT_EQ(error.message(), "the Arrow stream failed: the wire was cut");
  EXPECT_FALSE(workspace_.open().has_pending_data());
}

TEST_F(RowsTest, WhatADatasetAnswersCanBeLoadedAgain) {
  load(
      {parquet("a.parquet",
               "SELECT i AS id, i::DECIMAL(9,2) AS d, TIMESTAMP '2024-01-02' AS ts, 'x' || i AS t, "
               "[i, i + 1] AS l FROM range(5000) r(i)")});
  ArrowArrayStream stream = {};
  {
    Pipeline pipeline = workspace_.open();
    pipeline.query("SELECT id, d, ts, t FROM t ORDER BY id DESC", &stream);
  }
  // The stream holds the database, and only to read it, until its end.
  const Place copy{.machine = "b", .database = "y"};
  workspace_.open(copy).run(arrow_stream(&stream), kIntoT);
  EXPECT_EQ(
      workspace_.ask("SELECT count(*) || ' ' || sum(id) || ' ' || sum(d) || ' ' || max(ts) || "
                     "' ' || max(t) FROM t",
                     copy),
      "5000 12497500 12497500.00 2024-01-02 00:00:00 x999");
  EXPECT_EQ(workspace_.ask("SELECT data_type FROM duckdb_columns() WHERE table_name = 't' AND "
                           "column_name = 'd'",
                           copy),
            "DECIMAL(9,2)");
}

TEST_F(RowsTest, AQueryThatIsWrongSaysSo) {
  load({csv("a.csv", "id\n1\n")});
  ArrowArrayStream stream = {};
  EXPECT_EQ(thrown_by([&] { workspace_.open().query("SELECT nothing FROM t", &stream); }).code(),
            ErrorCode::kInvalidArgument);
  EXPECT_EQ(stream.release, nullptr);
  workspace_.open().query("SELECT 1 AS a, INTERVAL 1 DAY AS b", &stream);
  const Error error = thrown_by([&] {
    workspace_.open({.machine = "b", .database = "y"}).run(arrow_stream(&stream), kIntoT);
  });
  EXPECT_EQ(error.message(), "the Arrow field 'b' is an interval, which no column type is for");
}

TEST_F(RowsTest, OptionsThatDoNotGoWithTheFormatAreRefused) {
  const std::filesystem::path file = csv("a.csv", "a\n1\n");
  const auto message = [&](const FileOptions& options) {
    return thrown_by([&] { load({file}, kIntoT, options); }).message();
  };
  EXPECT_EQ(message({.records = "$.x[*]"}),
            "a path to the records, '$.x[*]', goes with JSON, and the format is csv");
  EXPECT_EQ(message({.format = "parquet", .csv = {.delimiter = ";"}}),
            "delimiter, quote and header are about CSV");
  EXPECT_EQ(message({.csv = {.delimiter = "12345"}}),
            "a delimiter of CSV has at most 4 bytes, not '12345'");
  EXPECT_EQ(message({.csv = {.quote = "''"}}), "a quote of CSV is one character, not ''''");
  EXPECT_EQ(message({.format = "xml"}),
            "unknown format of records: expected 'auto', 'jsonl', 'json', 'csv' or 'parquet', got "
            "'xml'");
}

}  // namespace
}  // namespace dlt
