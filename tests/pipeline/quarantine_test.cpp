// SPDX-License-Identifier: Apache-2.0
// Records that cannot be loaded, set aside.
#include <string>
#include <vector>

#include <dlt/values.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/files/file.hpp"
#include "core/thrown_error.hpp"
#include "package/package_store.hpp"
#include "pipeline/workspace.hpp"

namespace dlt {
namespace {

class QuarantineTest : public testing::Test {
 protected:
  Pipeline open(int workers = 0) const {
    PipelineOptions options = workspace_.options();
    options.on_bad_record = "quarantine";
    options.max_record_bytes = 200;
    options.workers = workers;
    return Pipeline(options);
  }
  std::filesystem::path write(const std::string& name, const std::string& text) const {
    File(workspace_.path() / name, OpenMode::kCreateOrTruncate).write(text);
    return workspace_.path() / name;
  }
  static Data lines(const std::filesystem::path& file) {
    return record_files({file}, {.format = "jsonl", .remember = true});
  }
  static std::string raw_of(const Json& record) {
    return files::read_all(record.at("raw").get<std::string>());
  }

  const Workspace workspace_;
};

struct BadRecord {
  std::string name;
  std::string record;
  std::string message;
};

void PrintTo(const BadRecord& bad, std::ostream* out) { *out << bad.name; }

class BadRecordTest : public QuarantineTest, public testing::WithParamInterface<BadRecord> {};

TEST_P(BadRecordTest, IsSetAsideWithItsPlaceAndTheOthersAreLoaded) {
  const std::filesystem::path file =
      write("a.jsonl", "{\"id\":1,\"list\":[{\"n\":1},{\"n\":2}]}\n" + GetParam().record +
                           "\n{\"id\":3,\"list\":[{\"n\":3},{\"n\":4}]}\n");
  Pipeline pipeline = open();
  pipeline.run(lines(file), kIntoT);
  EXPECT_EQ(workspace_.ids(), "1,3");
  workspace_.expect_whole();
  const std::vector<Json> aside = pipeline.quarantined();
  ASSERT_EQ(aside.size(), 1U);
  EXPECT_EQ(aside[0].at("message"), GetParam().message);
  EXPECT_EQ(aside[0].at("file"), file.string());
  EXPECT_EQ(aside[0].at("line"), 2);
  if (GetParam().name == "too_large") {
    EXPECT_TRUE(aside[0].at("raw").is_null());
  } else {
    EXPECT_EQ(raw_of(aside[0]), GetParam().record + "\n");
  }
}

INSTANTIATE_TEST_SUITE_P(
    Records, BadRecordTest,
    testing::Values(
        BadRecord{"cut", R"({"id":2,"items":[)", "expected a value, found the end of the record"},
        BadRecord{"nan", R"({"id":2,"items":[{"n":2},{"n":NaN}]})", "NaN is not a JSON number"},
        BadRecord{"beyond_double", R"({"id":1e400})",
                  "the number 1e400 is beyond the range of a double"},
        BadRecord{"no_utf8", "{\"id\":\"\xFF\"}", "not UTF-8: byte 0xff in a string"},
        BadRecord{"lone_surrogate", R"({"id":"\ud800"})",
                  "'\\ud800' is half of a surrogate pair, the other half is missing"},
        BadRecord{"too_large", "{\"id\":\"" + std::string(300, 'x') + "\"}",
                  "the record that begins here is larger than max_record_bytes (200)"}),
    [](const auto& tested) { return tested.param.name; });

TEST_F(QuarantineTest, MendedRecordsAreLoadedOnce) {
  Pipeline pipeline = open();
  pipeline.run(lines(write("a.jsonl", "{\"id\":1}\n{\"id\":2\n{\"id\":NaN}\n{\"id\":4}\n")),
               kIntoT);
  EXPECT_EQ(workspace_.ids(), "1,4");
  const std::vector<Json> aside = pipeline.quarantined();
  ASSERT_EQ(aside.size(), 2U);
  File(aside[0].at("raw").get<std::string>(), OpenMode::kCreateOrTruncate)
      .write("{\"id\":2}\n{\"id\":NaN}\n");
  pipeline.load_quarantined();
  EXPECT_EQ(workspace_.ids(), "1,2,4");
  // What is still broken is set aside once more, and by then only there.
  ASSERT_EQ(pipeline.quarantined().size(), 1U);
  EXPECT_EQ(raw_of(pipeline.quarantined()[0]), "{\"id\":NaN}\n");
  File(pipeline.quarantined()[0].at("raw").get<std::string>(), OpenMode::kCreateOrTruncate)
      .write("{\"id\":3}\n");
  pipeline.load_quarantined();
  EXPECT_EQ(workspace_.ids(), "1,2,3,4");
  EXPECT_EQ(thrown_by([&] { pipeline.load_quarantined(); }).code(), ErrorCode::kNotFound);
}

TEST_F(QuarantineTest, RecordsOfAReplacedTableAreAddedAndOfAMergedOneMerged) {
  for (const char* disposition : {"replace", "merge"}) {
    Pipeline pipeline = open();
    RunOptions run{.table_name = disposition, .write_disposition = disposition};
    if (run.write_disposition == "merge") run.primary_key = "id";
    pipeline.run(lines(write(fmt::format("{}.jsonl", disposition), "{\"id\":1}\n{\"id\":\n")), run);
    const std::vector<Json> aside = pipeline.quarantined();
    ASSERT_EQ(aside.size(), 1U);
    File(aside[0].at("raw").get<std::string>(), OpenMode::kCreateOrTruncate)
        .write("{\"id\":2}\n{\"id\":1}\n");
    pipeline.load_quarantined(aside[0].at("load_id").get<std::string>());
    EXPECT_EQ(workspace_.ask(fmt::format("SELECT id FROM \"{}\" ORDER BY id", disposition)),
              run.write_disposition == "merge" ? "1,2" : "1,1,2");
  }
}

TEST_F(QuarantineTest, AKillWhileMendedRecordsAreLoadedLosesAndDoublesNothing) {
  const std::filesystem::path file = write("a.jsonl", "{\"id\":1}\n{\"id\":\n");
  std::string raw;
  {
    Pipeline pipeline = open();
    pipeline.run(lines(file), kIntoT);
    raw = pipeline.quarantined()[0].at("raw").get<std::string>();
  }
  File(raw, OpenMode::kCreateOrTruncate).write("{\"id\":2}\n");
  const std::filesystem::path folder = std::filesystem::path(raw).parent_path();
  const Snapshot set_aside(workspace_, folder, "quarantine");
  open().load_quarantined();
  EXPECT_FALSE(std::filesystem::exists(folder));
  // As killed after the commit, before the folder was removed.
  set_aside.restore();
  EXPECT_TRUE(open().quarantined().empty());
  EXPECT_EQ(thrown_by([&] { open().load_quarantined(); }).code(), ErrorCode::kNotFound);
  EXPECT_EQ(workspace_.ids(), "1,2");
}

TEST_F(QuarantineTest, WhatWasNotKeptStaysKnown) {
  Pipeline pipeline = open();
  pipeline.run(lines(write("a.jsonl", "{\"id\":1}\n{\"id\":\"" + std::string(300, 'x') +
                                          "\"}\n{\"id\":broken}\n")),
               kIntoT);
  ASSERT_EQ(pipeline.quarantined().size(), 2U);
  for (const Json& record : pipeline.quarantined()) {
    if (record.at("raw").is_string())
      File(record.at("raw").get<std::string>(), OpenMode::kCreateOrTruncate).write("{\"id\":3}\n");
  }
  pipeline.load_quarantined();
  EXPECT_EQ(workspace_.ids(), "1,3");
  ASSERT_EQ(pipeline.quarantined().size(), 1U);
  EXPECT_EQ(pipeline.quarantined()[0].at("line"), 2);
  EXPECT_EQ(thrown_by([&] { pipeline.load_quarantined(); }).message(),
            "the records that are set aside were not kept");
}

TEST_F(QuarantineTest, RecordsWhosePackageFailedCanBeMendedAgain) {
  Pipeline pipeline = open();
  pipeline.run(lines(write("a.jsonl", "{\"id\":1}\n{\"id\":broken}\n")), kIntoT);
  const auto mend = [&](std::string_view text) {
    File(pipeline.quarantined()[0].at("raw").get<std::string>(), OpenMode::kCreateOrTruncate)
        .write(text);
  };
  // A doubled row id fails the package as a whole.
  mend("{\"id\":2,\"_dlt_id\":\"x\"}\n{\"id\":3,\"_dlt_id\":\"x\"}\n");
  thrown_by([&] { pipeline.load_quarantined(); });
  EXPECT_EQ(pipeline.list_failed_load_packages().size(), 1U);
  mend("{\"id\":2}\n{\"id\":3}\n");
  pipeline.load_quarantined();
  EXPECT_EQ(workspace_.ids(), "1,2,3");
  EXPECT_TRUE(pipeline.list_failed_load_packages().empty());
  EXPECT_TRUE(pipeline.quarantined().empty());
}

TEST_F(QuarantineTest, DoesNotDependOnTheNumberOfWorkers) {
  // Whether a null is refused depends on what came before it.
  std::string text;
  for (int i = 0; i < 4000; ++i) {
    text += i % 97 == 0 ? fmt::format("{{\"id\":{},\n", i)
                        : fmt::format("{{\"id\":{},\"c{}\":{}}}\n", i, i / 500,
                                      i % 31 == 0 ? "null" : "[1]");
  }
  const std::filesystem::path file = write("a.jsonl", text);
  std::vector<std::string> reasons;
  for (const int workers : {1, 2, 5}) {
    const Workspace workspace;
    PipelineOptions options = workspace.options();
    options.on_bad_record = "quarantine";
    options.workers = workers;
    options.block_bytes = 5000;
    Pipeline pipeline(options);
    pipeline.run(lines(file), kIntoT);
    std::string& all = reasons.emplace_back();
    for (Json record : pipeline.quarantined()) {
      record.erase("load_id");
      record.erase("raw");
      all += record.dump() + "\n";
    }
    EXPECT_EQ(workspace.ask("SELECT count(*) FROM t"), "3958");
  }
  EXPECT_EQ(reasons[0], reasons[1]);
  EXPECT_EQ(reasons[0], reasons[2]);
}

TEST_F(QuarantineTest, AContractIsNoReasonToSetRecordsAside) {
  Pipeline pipeline = open();
  pipeline.run(lines(write("a.jsonl", "{\"id\":1}\n")), kIntoT);
  const Error error = thrown_by([&] {
    pipeline.run(lines(write("b.jsonl", "{\"id\":2,\"new\":1}\n")),
                 {.table_name = "t", .schema_contract = "freeze"});
  });
  EXPECT_EQ(error.code(), ErrorCode::kContract);
}

TEST_F(QuarantineTest, LinesOfCsvAreMendedAsCsv) {
  const std::filesystem::path file =
      write("a.csv", "id;name\r\n1;a\r\n2\r\n3;c;x\r\n4;\"d\n;\"\r\n5;\xE4\r\n6;" +
                         std::string(300, 'x') + "\r\n7;f\r\n");
  Pipeline pipeline = open();
  pipeline.run(record_files({file}), kIntoT);
  EXPECT_EQ(workspace_.ids(), "1,4,7");
  EXPECT_EQ(workspace_.ask("SELECT name FROM t WHERE id = 4"), "d\n;");
  const std::vector<Json> aside = pipeline.quarantined();
  ASSERT_EQ(aside.size(), 4U);
  const std::vector<std::string> messages = {
      "the line has 1 field, the first one has 2", "the line has 3 fields, the first one has 2",
      "the line is not UTF-8", "the record that begins here is larger than max_record_bytes (200)"};
  const std::vector<int> lines = {3, 4, 7, 8};
  for (std::size_t i = 0; i < aside.size(); ++i) {
    EXPECT_EQ(aside[i].at("message"), messages[i]);
    EXPECT_EQ(aside[i].at("file"), file.string());
    EXPECT_EQ(aside[i].at("line"), lines[i]);
    EXPECT_EQ(aside[i].at("raw").is_null(), i == 3);
  }
  EXPECT_EQ(raw_of(aside[0]), "\"id\";\"name\"\n2\n3;c;x\n5;\xE4\n");
  File(aside[0].at("raw").get<std::string>(), OpenMode::kCreateOrTruncate)
      .write("\"id\";\"name\"\n2;b\n3;\"c;x\"\n5;\n");
  pipeline.load_quarantined();
  EXPECT_EQ(workspace_.ids(), "1,2,3,4,5,7");
  EXPECT_EQ(workspace_.ask("SELECT name FROM t WHERE id IN (2, 3) ORDER BY id"), "b,c;x");
  EXPECT_EQ(pipeline.quarantined().size(), 1U);
}

// Both resources load into one table; what is mended stays of its own.
TEST_F(QuarantineTest, RecordsOfSeveralResourcesAreKeptApart) {
  Pipeline pipeline = open();
  std::vector<Resource> resources;
  for (const char* name : {"one", "two"}) {
    resources.push_back(Resource::from_files(
        name, {write(fmt::format("{}.csv", name), "id,name\n1\n")}, {.table_name = "t"}));
  }
  pipeline.run(Data(std::move(resources)));
  const std::vector<Json> aside = pipeline.quarantined();
  ASSERT_EQ(aside.size(), 2U);
  EXPECT_NE(aside[0].at("raw"), aside[1].at("raw"));
  EXPECT_EQ(aside[1].at("resource"), "two");
}

TEST_F(QuarantineTest, CsvThatMayGoOnAnywhereFailsAsAWhole) {
  for (const char* text : {"id,name\n1,a\n2,\"b\n3,c\n", "id,name\n1,a\n2,\"b\"c\n3,d\n"}) {
    const Error error =
        thrown_by([&] { open().run(record_files({write("a.csv", text)}), kIntoT); });
    EXPECT_EQ(error.code(), ErrorCode::kBadRecord) << text;
    EXPECT_EQ(error.context().line, 3U) << text;
  }
}

TEST_F(QuarantineTest, ADocumentThatBreaksOffFailsAsAWhole) {
  const Error error = thrown_by(
      [&] { open().run(record_files({write("a.json", "[{\"id\":1},{\"id\":2")}), kIntoT); });
  EXPECT_EQ(error.code(), ErrorCode::kBadRecord);
}

/// What an incremental that reads `at` takes of a file.
Data from_cursor(const std::filesystem::path& file) {
  ResourceHints hints{.table_name = "t"};
  hints.incremental = Incremental{.cursor_path = "at"};
  return Data(Resource::from_files("t", {file}, std::move(hints), {.remember = true}));
}

// The extract cannot take them.
TEST_F(QuarantineTest, RecordsThatAnIncrementalCannotTakeAreSetAside) {
  const std::filesystem::path file =
      write("a.jsonl",
            "{\"id\":1,\"at\":1}\n{\"id\":2}\n{\"id\":3,\"at\":\"x\"}\n{\"at\":3,\"id\":4,\"n\":"
            "1e400}\n" +
                fmt::format("{{\"id\":5,\"s\":\"{:300}\"}}\n", "") + "{\"id\":6,\"at\":6}\n");
  Pipeline pipeline = open();
  pipeline.run(from_cursor(file));
  EXPECT_EQ(workspace_.ids(), "1,6");
  std::vector<Json> aside = pipeline.quarantined();
  ASSERT_EQ(aside.size(), 4U);
  const std::vector<std::string> messages = {
      "the cursor 'at' is missing in a record: {\"id\":2}",
      "the cursor 'at' cannot be compared: text 'x' with integer 1",
      "the number 1e400 is beyond the range of a double", "larger than max_record_bytes (200)"};
  const std::vector<int> lines = {2, 3, 4, 5};
  for (std::size_t i = 0; i < aside.size(); ++i) {
    EXPECT_THAT(aside[i].at("message").get<std::string>(), testing::HasSubstr(messages[i]));
    EXPECT_EQ(aside[i].at("file"), file.string());
    EXPECT_EQ(aside[i].at("line"), lines[i]);
  }
  EXPECT_EQ(raw_of(aside[0]),
            "{\"id\":2}\n{\"id\":3,\"at\":\"x\"}\n{\"at\":3,\"id\":4,\"n\":1e400}\n");
  // What was mended does not move the cursor, and need not lie behind it.
  File(aside[0].at("raw").get<std::string>(), OpenMode::kCreateOrTruncate)
      .write("{\"id\":2}\n{\"id\":4}\n");
  pipeline.load_quarantined();
  EXPECT_EQ(workspace_.ids(), "1,2,4,6");
  pipeline.run(from_cursor(write("a.jsonl", "{\"id\":6,\"at\":6}\n{\"id\":7,\"at\":7}\n")));
  EXPECT_EQ(workspace_.ids(), "1,2,4,6,7");
  EXPECT_EQ(pipeline.quarantined().size(), 1U);
}

TEST_F(QuarantineTest, LinesOfCsvThatAnIncrementalCannotTakeAreSetAside) {
  const std::filesystem::path file = write("a.csv", "id,at\n1,1\n2,2,2\n3,\n4,4\n");
  Pipeline pipeline = open();
  pipeline.run(from_cursor(file));
  EXPECT_EQ(workspace_.ids(), "1,4");
  const std::vector<Json> aside = pipeline.quarantined();
  ASSERT_EQ(aside.size(), 2U);
  EXPECT_EQ(aside[0].at("file"), file.string());
  EXPECT_EQ(aside[0].at("line"), 3);
  EXPECT_EQ(raw_of(aside[0]), "\"id\",\"at\"\n2,2,2\n");
  EXPECT_EQ(aside[1].at("file"), file.string());
  EXPECT_EQ(aside[1].at("row"), 2);
  EXPECT_EQ(raw_of(aside[1]), "{\"id\":3,\"at\":null}\n");
  File(aside[0].at("raw").get<std::string>(), OpenMode::kCreateOrTruncate).write("id,at\n2,2\n");
  pipeline.load_quarantined();
  EXPECT_EQ(workspace_.ids(), "1,2,3,4");
}

TEST_F(QuarantineTest, APackageOfNothingButWhatIsSetAsideIsKept) {
  Pipeline pipeline = open();
  pipeline.run(from_cursor(write("a.jsonl", "{\"id\":1,\"at\":1}\n")));
  // The state is as it was, and there is no row.
  pipeline.run(from_cursor(write("a.jsonl", "{\"id\":2}\n")));
  ASSERT_EQ(pipeline.quarantined().size(), 1U);
  pipeline.load_quarantined();
  EXPECT_EQ(workspace_.ids(), "1,2");
}

// Marked text is typed where it came from, and nowhere else.
TEST_F(QuarantineTest, TypedValuesAreKeptAsPlainJson) {
  PipelineOptions options = workspace_.options();
  options.on_bad_record = "quarantine";
  Pipeline pipeline(options);
  for (const bool is_incremental : {false, true}) {
    ResourceHints hints{.table_name = "t", .columns = {{{"name", "id"}, {"nullable", false}}}};
    if (is_incremental) hints.incremental = Incremental{.cursor_path = "id"};
    pipeline.run(Data(Resource(
        "t",
        [](Out& out) {
          out.yield(Json{{"id", 1}, {"day", Date{19724}}});
          out.yield(Json{{"id", nullptr}, {"day", Date{19725}}});
        },
        std::move(hints))));
    const std::vector<Json> aside = pipeline.quarantined();
    ASSERT_EQ(aside.size(), 1U);
    EXPECT_EQ(raw_of(aside[0]), "{\"id\":null,\"day\":\"2024-01-03\"}\n");
    File(aside[0].at("raw").get<std::string>(), OpenMode::kCreateOrTruncate)
        .write(R"({"id":2,"day":"2024-01-03"})");
    pipeline.load_quarantined();
  }
  EXPECT_EQ(workspace_.ask("SELECT day FROM t ORDER BY id"),
            "2024-01-02,2024-01-02,2024-01-03,2024-01-03");
}

TEST_F(QuarantineTest, CountsForTheDiskBudget) {
  std::string text = "{\"id\":1}\n";
  for (int i = 0; i < 500; ++i) text += fmt::format("{{\"id\":NaN,\"s\":\"{:100}\"}}\n", "");
  PipelineOptions options = workspace_.options();
  options.on_bad_record = "quarantine";
  options.disk_budget = 50'000;
  const Error error =
      thrown_by([&] { Pipeline(options).run(record_files({write("a.jsonl", text)}), kIntoT); });
  EXPECT_EQ(error.message(), "the package does not fit into the disk budget of 50000 bytes");
}

TEST_F(QuarantineTest, OtherWordsAreRefused) {
  PipelineOptions options = workspace_.options();
  options.on_bad_record = "ignore";
  EXPECT_EQ(thrown_by([&] { Pipeline{options}; }).message(),
            "on_bad_record is 'fail' or 'quarantine', not 'ignore'");
}

}  // namespace
}  // namespace dlt
