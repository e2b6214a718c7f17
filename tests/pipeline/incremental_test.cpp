// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "core/thrown_error.hpp"
#include "dlt/values.hpp"
#include "pipeline/workspace.hpp"

// Incremental loading through whole runs: what is loaded, what is remembered, and what a run that
// did not get to its end leaves.
namespace dlt {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class IncrementalTest : public testing::Test {
 protected:
  static Json row(int id, int cursor) { return {{"id", id}, {"u", cursor}}; }

  static Resource resource(Resource::Generator generator,
                           Incremental incremental = {.cursor_path = "u"}) {
    return Resource("t", std::move(generator), {.incremental = std::move(incremental)});
  }
  static Resource rows(std::vector<Json> rows, Incremental incremental = {.cursor_path = "u"}) {
    return resource(
        [rows = std::move(rows)](Out& out) {
          for (const Json& one : rows) out.yield(one);
        },
        std::move(incremental));
  }

  std::filesystem::path write(const std::string& name, const std::string& text) const {
    const std::filesystem::path path = workspace_.path() / name;
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }
  Resource file(const std::string& name, ResourceHints hints = {}) const {
    hints.incremental = Incremental{.cursor_path = "u"};
    return Resource::from_files("t", {workspace_.path() / name}, hints, {.remember = true});
  }

  static Json cursor(const Json& state, const std::string& path = "u") {
    return state.at("sources").at("p").at("resources").at("t").at("incremental").at(path);
  }

  const Workspace workspace_;
};

TEST_F(IncrementalTest, LoadsWhatIsNew) {
  workspace_.open().run(rows({row(1, 10), row(2, 20)}));
  workspace_.open().run(rows({row(1, 10), row(2, 20), row(3, 20), row(4, 30), row(5, 15)}));
  EXPECT_EQ(workspace_.ids(), "1,2,3,4");
  EXPECT_EQ(cursor(workspace_.open().state()).at("last_value"), 30);
  EXPECT_EQ(cursor(stored_state(workspace_)).at("last_value"), 30);
  const Json schema = workspace_.open().default_schema().to_json();
  EXPECT_EQ(schema.at("/tables/t/columns/u/incremental"_json_pointer), true);
}

TEST_F(IncrementalTest, WhateverWayTheRowsCome) {
  const std::vector<Resource::Generator> ways = {
      [](Out& out) {
        out.yield(Json{row(1, 10), row(2, 20)});
      },
      [](Out& out) { out.yield_text(R"([{"id":3,"u":10},{"id":4,"u":30}])"); },
      [](Out& out) {
        for (const char byte : std::string("{\"id\":5,\"u\":10}{\"id\":6,\"u\":40}"))
          out.yield_bytes({&byte, 1});
      },
      [](Out& out) {
        out.yield(row(7, 50));
        out.yield_text(R"({"id":8,"u":60})");
        out.yield_bytes(R"({"id":9,"u":70})");
        out.yield_text(R"({"id":10,"u":10})");
      },
  };
  for (const Resource::Generator& way : ways) workspace_.open().run(resource(way));
  EXPECT_EQ(workspace_.ids(), "1,2,4,6,7,8,9");
  EXPECT_EQ(cursor(workspace_.open().state()).at("last_value"), 70);
  write("more", "{\"id\":11,\"u\":10}\n{\"id\":12,\"u\":80}\n");
  workspace_.open().run(file("more"));
  EXPECT_EQ(workspace_.ids(), "1,2,4,6,7,8,9,12");
  workspace_.open().run(resource(ways[3]));
  EXPECT_EQ(workspace_.ids(), "1,2,4,6,7,8,9,12");
}

TEST_F(IncrementalTest, TypedCursorsAreRememberedAsDltDoes) {
  const auto at = [](const char* iso) { return Json(*parse_timestamp(iso)); };
  const auto items = [&](int id, const char* iso) { return Json{{"id", id}, {"u", at(iso)}}; };
  workspace_.open().run(rows({items(1, "2024-05-01T10:00:00+02:00")}));
  EXPECT_EQ(cursor(workspace_.open().state()).at("last_value"),
            "\xEF\x80\xA7"
            "2024-05-01T10:00:00+02:00");
  workspace_.open().run(
      rows({items(1, "2024-05-01T10:00:00+02:00"), items(2, "2024-05-01T08:00:00+00:00"),
            items(3, "2024-05-01T08:00:00.000001+00:00")}));
  EXPECT_EQ(workspace_.ids(), "1,2,3");
}

TEST_F(IncrementalTest, ASourceCanAskForWhatIsNewAndStop) {
  std::vector<std::string> asked;
  const auto source = [&asked](Out& out) {
    const CursorRange range = out.cursor();
    asked.push_back(Json{range.start_value, range.last_value, range.end_value}.dump());
    for (int page = 0;; ++page) {
      out.yield(Json{row(page * 2, 100 - page * 20), row(page * 2 + 1, 90 - page * 20)});
      asked.push_back(out.cursor().last_value.dump());
      if (out.can_stop() || page == 2) return;
    }
  };
  const Incremental newest_first = {.cursor_path = "u", .initial_value = 45, .row_order = "desc"};
  workspace_.open().run(resource(source, newest_first));
  EXPECT_THAT(asked, ElementsAre("[45,45,null]", "100", "100", "100"));
  asked.clear();
  workspace_.open().run(resource(source, newest_first));
  EXPECT_THAT(asked, ElementsAre("[100,100,null]", "100"));
  EXPECT_EQ(workspace_.ids(), "0,1,2,3,4,5");
}

TEST_F(IncrementalTest, WithoutIncrementalThereIsNoRange) {
  bool stops = true;
  Json range;
  workspace_.open().run(Data([&](Out& out) {
                          stops = out.can_stop();
                          range = {out.cursor().start_value, out.cursor().last_value};
                        }),
                        kIntoT);
  EXPECT_FALSE(stops);
  EXPECT_EQ(range.dump(), "[null,null]");
}

TEST_F(IncrementalTest, ARangeIsNotRemembered) {
  workspace_.open().run(rows({row(1, 1), row(2, 5), row(3, 9)},
                             {.cursor_path = "u", .initial_value = 2, .end_value = 9}));
  EXPECT_EQ(workspace_.ids(), "2");
  EXPECT_FALSE(workspace_.open().state().at("sources").dump().find("incremental") !=
               std::string::npos);
}

TEST_F(IncrementalTest, ReplaceBeginsAnew) {
  workspace_.open().run(rows({row(1, 10)}));
  workspace_.open().run(rows({row(2, 5)}), {.write_disposition = "replace"});
  EXPECT_EQ(workspace_.ids(), "2");
  EXPECT_EQ(cursor(workspace_.open().state()).at("last_value"), 5);
  write("f", "{\"id\":3,\"u\":1}\n");
  workspace_.open().run(file("f", {.write_disposition = "replace"}));
  EXPECT_EQ(workspace_.ids(), "3");
  EXPECT_EQ(cursor(workspace_.open().state()).at("last_value"), 1);
}

TEST_F(IncrementalTest, AFileThatGrewIsReadAgain) {
  write("f", "{\"id\":1,\"u\":10}\n");
  workspace_.open().run(file("f"));
  EXPECT_TRUE(workspace_.open().run(file("f")).load_packages.empty());
  write("f", "{\"id\":1,\"u\":10}\n{\"id\":2,\"u\":20}\n");
  workspace_.open().run(file("f"));
  EXPECT_EQ(workspace_.ids(), "1,2");
}

TEST_F(IncrementalTest, ARecordThatIsRefusedLaterIsNamedByItsOwnFile) {
  write("f", "{\"id\":1,\"u\":1}\n\n{\"id\":2,\"u\":2}\n{\"id\":null,\"u\":3}\n");
  write("first", "{\"id\":1,\"u\":2}\n");
  workspace_.open().run(file("first"));
  const Error error = thrown_by([&] {
    workspace_.open().run(file("f", {.columns = {{"id", {{"nullable", false}}}}}));
  });
  EXPECT_EQ(error.code(), ErrorCode::kNullViolation);
  EXPECT_EQ(error.context().file, (workspace_.path() / "f").string());
  EXPECT_EQ(error.context().line, 4);
  EXPECT_EQ(error.context().byte, 0);
}

TEST_F(IncrementalTest, ARunThatFailedLeavesTheCursor) {
  workspace_.open().run(rows({row(1, 10)}));
  EXPECT_EQ(thrown_by([&] {
              workspace_.open().run(rows({row(2, 20), Json{{"id", 3}}}));
            }).code(),
            ErrorCode::kBadRecord);
  EXPECT_FALSE(workspace_.open().has_pending_data());
  EXPECT_EQ(cursor(workspace_.open().state()).at("last_value"), 10);
  // A package that can never succeed takes its cursor back.
  EXPECT_EQ(thrown_by([&] {
              workspace_.open().run(resource([](Out& out) {
                out.yield(row(2, 20));
                out.yield_text("{\"id\":3,\"u\":}");
              }));
            }).code(),
            ErrorCode::kBadRecord);
  workspace_.open().run(rows({row(1, 10), row(2, 20), row(3, 20)}));
  EXPECT_EQ(workspace_.ids(), "1,2,3");
}

TEST_F(IncrementalTest, TheCursorComesBackFromTheDestination) {
  workspace_.open().run(rows({row(1, 10)}));
  workspace_.open({.machine = "b"}).run(rows({row(1, 10), row(2, 5), row(3, 20)}));
  EXPECT_EQ(workspace_.ids(), "1,3");
}

TEST_F(IncrementalTest, TellsWhatItDid) {
  std::vector<Json> many;
  for (int id = 0; id < 250; ++id) many.push_back(row(id, 1));
  Pipeline pipeline = workspace_.open();
  const ExtractInfo info = pipeline.extract(rows(many));
  ASSERT_EQ(info.incremental.size(), 1U);
  EXPECT_EQ(info.incremental[0].resource, "t");
  EXPECT_EQ(info.incremental[0].cursor_path, "u");
  EXPECT_EQ(info.incremental[0].unfiltered_items_count, 250U);
  EXPECT_EQ(info.incremental[0].unfiltered_batches_count, 250U);
  EXPECT_EQ(info.incremental[0].initial_unique_hashes_count, 0U);
  EXPECT_EQ(info.incremental[0].final_unique_hashes_count, 250U);
  EXPECT_THAT(info.notes, ElementsAre(HasSubstr("250 rows share the last value of cursor 'u'")));
  pipeline.normalize();
  EXPECT_THAT(pipeline.load_package_info(info.loads_ids[0]).at("notes").dump(),
              HasSubstr("250 rows share"));
  EXPECT_THAT(pipeline.last_trace().at("steps")[0].at("info").dump(),
              HasSubstr(R"("unfiltered_items_count":250)"));
}

TEST_F(IncrementalTest, ResourcesOfOneNameWouldShareACursor) {
  EXPECT_THAT(thrown_by([&] {
                workspace_.open().run(std::vector<Resource>{rows({row(1, 10)}), rows({row(2, 5)})});
              }).message(),
              HasSubstr("two resources named 't' have an incremental"));
}

TEST_F(IncrementalTest, TheRangeOfAScheduler) {
  const Resource scheduled =
      rows({row(1, 1719791999), row(2, 1719792000), row(3, 1719878400)},
           {.cursor_path = "u", .initial_value = 0, .allow_external_schedulers = true});
  EXPECT_EQ(thrown_by([&] { workspace_.open().run(scheduled); }).code(), ErrorCode::kConfiguration);
  setenv("DLT_INTERVAL_START", "2024-07-01T00:00:00Z", 1);
  setenv("DLT_INTERVAL_END", "2024-07-02T00:00:00Z", 1);
  workspace_.open().run(scheduled);
  unsetenv("DLT_INTERVAL_START");
  unsetenv("DLT_INTERVAL_END");
  EXPECT_EQ(workspace_.ids(), "2");
}

/// Where a run is stopped for good, after a first one that loaded row 1.
struct Stop {
  std::string name;
  std::function<void(const Workspace&, const Resource&)> run;
};

void PrintTo(const Stop& stop, std::ostream* out) { *out << stop.name; }

class StoppedRunTest : public testing::TestWithParam<Stop> {};

TEST_P(StoppedRunTest, TheNextRunHasEveryRowOnce) {
  const Workspace workspace;
  const auto source = [](int rows) {
    return Resource("t",
                    [rows](Out& out) {
                      for (int id = 1; id <= rows; ++id) out.yield({{"id", id}, {"u", id / 2}});
                    },
                    {.incremental = Incremental{.cursor_path = "u"}});
  };
  workspace.open().run(source(2));
  GetParam().run(workspace, source(5));
  workspace.open().run(source(7));
  EXPECT_EQ(workspace.ids(), "1,2,3,4,5,6,7");
  const Json known = workspace.open().state();
  EXPECT_EQ(known.at("/sources/p/resources/t/incremental/u/last_value"_json_pointer), 3);
  EXPECT_EQ(stored_state(workspace).at("_version_hash"), known.at("_version_hash"));
}

INSTANTIATE_TEST_SUITE_P(
    Points, StoppedRunTest,
    testing::Values(
        Stop{"extracted", [](const Workspace& workspace,
                             const Resource& source) { workspace.open().extract(source); }},
        Stop{"while_extracting",
             [](const Workspace& workspace, const Resource& source) {
               const Snapshot before(workspace, workspace.working_dir(), "before");
               const std::string load_id = workspace.open().extract(source).loads_ids.at(0);
               const Snapshot extracted(workspace, workspace.working_dir(), "extracted");
               before.restore();
               move_path(extracted.path() / "normalize/extracted" / load_id,
                         workspace.working_dir() / "normalize/new" / load_id);
             }},
        Stop{"extracted_and_state_not_saved",
             [](const Workspace& workspace, const Resource& source) {
               const Snapshot before(workspace, workspace.working_dir(), "before");
               workspace.open().extract(source);
               before.restore("state.json");
             }},
        Stop{"normalized",
             [](const Workspace& workspace, const Resource& source) {
               Pipeline pipeline = workspace.open();
               pipeline.extract(source);
               pipeline.normalize();
             }},
        Stop{"committed_and_not_noted",
             [](const Workspace& workspace, const Resource& source) {
               workspace.open().extract(source);
               workspace.open().normalize();
               const Snapshot normalized(workspace, workspace.working_dir(), "normalized");
               workspace.open().load();
               normalized.restore();
             }},
        Stop{"folder_lost_before_the_load",
             [](const Workspace& workspace, const Resource& source) {
               workspace.open().extract(source);
               std::filesystem::remove_all(workspace.working_dir());
             }}),
    [](const auto& stop) { return stop.param.name; });

}  // namespace
}  // namespace dlt
