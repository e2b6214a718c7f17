// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "core/thrown_error.hpp"
#include "pipeline/workspace.hpp"

// Runs that a disk budget divides into packages: where they may be divided, where not, and what is
// there when one ends between two of them.
namespace dlt {
namespace {

using testing::HasSubstr;

constexpr int kRows = 40;
// A quarter of it has room for some ten rows.
constexpr std::uint64_t kBudget = 340'000;

/// Ends a run where a kill would.
struct Stop {};

class SeveralPackagesTest : public testing::Test {
 protected:
  PipelineOptions options(std::uint64_t budget = kBudget) const {
    PipelineOptions options = workspace_.options();
    options.disk_budget = budget;
    return options;
  }
  LoadInfo run(const Data& data, std::uint64_t budget = kBudget) const {
    return Pipeline(options(budget)).run(data);
  }

  /// Row `i` has the id `i` and, four rows each, the same cursor `u`.
  static Json row(int i) {
    return {{"id", i},
            {"u", i / 4},
            {"text", std::string(8'000, 'x')},
            {"list", {{{"n", i}}, {{"n", i + 1}}}}};
  }
  static Resource::Generator rows(std::vector<int> ids, int stop_after = -1) {
    return [ids = std::move(ids), stop_after](Out& out) {
      int count = 0;
      for (const int id : ids) {
        if (count++ == stop_after) throw Stop();
        out.yield(row(id));
      }
    };
  }
  static std::vector<int> numbers(int count = kRows) {
    std::vector<int> ids(static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) ids[static_cast<std::size_t>(i)] = i;
    return ids;
  }
  static Resource resource(const ResourceHints& hints, int stop_after = -1,
                           std::vector<int> ids = numbers()) {
    return Resource("t", rows(std::move(ids), stop_after), hints);
  }
  static ResourceHints ordered() {
    return {.incremental = Incremental{.cursor_path = "u", .row_order = "asc"}};
  }
  static ResourceHints merged() {
    return {.write_disposition = "merge",
            .primary_key = "id",
            .incremental = Incremental{.cursor_path = "u"}};
  }

  void expect_all() const {
    EXPECT_EQ(workspace_.ask("SELECT count(*) || ' ' || count(DISTINCT id) FROM d.t"), "40 40");
    workspace_.expect_whole();
  }
  Json cursor() const {
    return stored_state(workspace_)
        .at("/sources/p/resources/t/incremental/u/last_value"_json_pointer);
  }
  /// Files of ten rows each.
  Data files(int count, const ResourceHints& hints = {}) const {
    std::vector<std::filesystem::path> paths;
    for (int file = 0; file < count; ++file) {
      paths.push_back(workspace_.path() / ("part" + std::to_string(file) + ".jsonl"));
      if (std::filesystem::exists(paths.back())) continue;
      std::ofstream out(paths.back(), std::ios::binary);
      for (int i = 0; i < 10; ++i) out << row(file * 10 + i).dump() << '\n';
    }
    return Resource::from_files("t", std::move(paths), hints, {.remember = true});
  }

  const Workspace workspace_;
};

TEST_F(SeveralPackagesTest, ARunIsDivided) {
  const LoadInfo info = run(resource(ordered()));
  EXPECT_GT(info.load_packages.size(), 2U);
  EXPECT_TRUE(info.first_run);
  expect_all();
  const Json trace = workspace_.open().last_trace();
  std::string steps;
  for (const Json& step : trace.at("steps")) steps += step.at("step").get<std::string>() + " ";
  EXPECT_THAT(steps, testing::StartsWith("sync extract normalize load extract normalize load "));
}

TEST_F(SeveralPackagesTest, WithoutABudgetThereIsOne) {
  EXPECT_EQ(run(resource({}), 0).load_packages.size(), 1U);
  EXPECT_EQ(run(resource({}), 1 << 21).load_packages.size(), 1U);
}

TEST_F(SeveralPackagesTest, ResourcesBeforeGoAhead) {
  const Data replaced = files(2, {.write_disposition = "replace"});
  const LoadInfo info =
      run(std::vector{replaced.source().resources.front(), Resource("s", rows(numbers(1))),
                      Resource("r", rows(numbers(2)), {.write_disposition = "replace"})});
  EXPECT_EQ(info.load_packages.size(), 2U);
  EXPECT_EQ(workspace_.ask("SELECT count(*) FROM d.t"), "20");
  EXPECT_EQ(workspace_.ask("SELECT count(*) FROM d.s"), "1");
  EXPECT_EQ(workspace_.ask("SELECT count(*) FROM d.r"), "2");
}

TEST_F(SeveralPackagesTest, ACursorInOrderMovesWithEachPackage) {
  for (const int stop_after : {13, 14, 15, 16, 17, 27, 39}) {
    EXPECT_THROW(run(resource(ordered(), stop_after)), Stop);
    std::filesystem::remove_all(workspace_.working_dir());
  }
  EXPECT_GT(cursor(), 0);
  run(resource(ordered()));
  expect_all();
  EXPECT_EQ(cursor(), 9);
  EXPECT_TRUE(run(resource(ordered())).load_packages.empty());
}

TEST_F(SeveralPackagesTest, WhatIsMergedComesAgainInAnyOrder) {
  std::vector<int> ids = numbers();
  std::ranges::reverse(ids);
  EXPECT_THROW(run(resource(merged(), 35, ids)), Stop);
  EXPECT_GT(std::stoi(workspace_.ask("SELECT count(*) FROM d.t")), 15);
  // Until all of it is loaded the cursor stays where it was.
  EXPECT_FALSE(
      stored_state(workspace_).contains("/sources/p/resources/t/incremental"_json_pointer));
  std::filesystem::remove_all(workspace_.working_dir());
  EXPECT_GT(run(resource(merged(), -1, ids)).load_packages.size(), 2U);
  EXPECT_EQ(workspace_.ask("SELECT count(*) || ' ' || count(DISTINCT id) FROM d.t"), "40 40");
  EXPECT_EQ(
      workspace_.ask("SELECT count(*) FROM d.t__list l JOIN d.t ON t._dlt_id = l._dlt_root_id"),
      "80");
  EXPECT_EQ(cursor(), 9);
}

TEST_F(SeveralPackagesTest, FilesAreRememberedPackageByPackage) {
  EXPECT_EQ(run(files(2)).load_packages.size(), 2U);
  // What comes after a file that is no JSON is not loaded; what came before it is.
  std::ofstream(workspace_.path() / "part3.jsonl")
      << "{\"text\": \"" << std::string(8'000, 'x') << "\n";
  EXPECT_THROW(run(files(4)), Error);
  EXPECT_EQ(workspace_.ask("SELECT count(*) FROM d.t"), "30");
  EXPECT_EQ(remembered_files(stored_state(workspace_)), "part0.jsonl,part1.jsonl,part2.jsonl");
  std::filesystem::remove_all(workspace_.working_dir());
  std::filesystem::remove(workspace_.path() / "part3.jsonl");
  run(files(4));
  expect_all();
}

TEST_F(SeveralPackagesTest, FilesWithACursorAreDividedOnlyWhenMerged) {
  const Error error = thrown_by([&] { run(files(4, ordered())); });
  EXPECT_EQ(error.code(), ErrorCode::kConfiguration);
  EXPECT_THAT(error.message(), HasSubstr("each file has a cursor of its own"));
  EXPECT_EQ(run(files(4, merged())).load_packages.size(), 4U);
  expect_all();
  EXPECT_EQ(cursor(), 9);
  EXPECT_TRUE(run(files(4, merged())).load_packages.empty());
}

TEST_F(SeveralPackagesTest, WhatBelongsTogetherDoesNotFit) {
  struct Case {
    ResourceHints hints;
    const char* why;
  };
  const Json dated = {{"id", {{"primary_key", true}}}, {"u", {{"dedup_sort", "desc"}}}};
  for (const Case& wrong :
       {Case{{.write_disposition = "replace"}, "replace has them all"},
        Case{{.write_disposition = {{"disposition", "merge"}, {"strategy", "scd2"}}}, "scd2"},
        Case{{.write_disposition = "merge", .merge_key = "u"}, "merge key"},
        Case{{.write_disposition = "merge", .columns = dated}, "dedup_sort"},
        Case{{}, "append them again"}, Case{{.write_disposition = "merge"}, "append them again"},
        Case{{.incremental = Incremental{.cursor_path = "u", .initial_value = 0, .end_value = 100}},
             "append them again"},
        Case{{.incremental = Incremental{.cursor_path = "u"}}, "row_order"},
        Case{{.incremental = Incremental{.cursor_path = "u", .row_order = "asc", .lag = 1}},
             "not told apart"},
        Case{{.incremental =
                  Incremental{.cursor_path = "u", .row_order = "asc", .range_start = "open"}},
             "not told apart"},
        Case{
            {.incremental =
                 Incremental{.cursor_path = "u", .primary_key = Json::array(), .row_order = "asc"}},
            "not told apart"},
        Case{{.incremental = Incremental{.cursor_path = "u",
                             .row_order = "asc",
                             .on_cursor_value_missing = "include"}},
             "without cursor"}}) {
    const Error error = thrown_by([&] { run(resource(wrong.hints)); });
    EXPECT_EQ(error.code(), ErrorCode::kConfiguration) << wrong.why;
    EXPECT_THAT(error.message(), HasSubstr(wrong.why));
    EXPECT_THAT(error.hint(), HasSubstr("disk budget"));
    EXPECT_FALSE(workspace_.open().has_pending_data());
  }
  EXPECT_EQ(workspace_.ask("SELECT count(*) FROM information_schema.tables WHERE table_name = 't'"),
            "0");
}

TEST_F(SeveralPackagesTest, BytesMayEndWithinARecord) {
  const Resource bytes("t", [](Out& out) {
    for (int i = 0; i < kRows; ++i) out.yield_bytes(row(i).dump());
  });
  const Error error = thrown_by([&] { run(bytes); });
  EXPECT_EQ(error.code(), ErrorCode::kConfiguration);
  const Resource texts(
      "t",
      [](Out& out) {
        for (int i = 0; i < kRows; ++i) out.yield_text(row(i).dump());
      },
      ordered());
  EXPECT_GT(run(texts).load_packages.size(), 2U);
  expect_all();
}

TEST_F(SeveralPackagesTest, AnExtractByItselfIsOnePackage) {
  Pipeline pipeline(options());
  EXPECT_EQ(thrown_by([&] { pipeline.extract(resource({})); }).code(), ErrorCode::kConfiguration);
  EXPECT_EQ(pipeline.extract(resource({}, -1, numbers(5))).loads_ids.size(), 1U);
}

TEST_F(SeveralPackagesTest, JobFilesCount) {
  // The budget has room for the files of a replace, but not for what is made of them.
  const Error error = thrown_by([&] { run(files(4, {.write_disposition = "replace"}), 300'000); });
  EXPECT_EQ(error.code(), ErrorCode::kConfiguration);
  EXPECT_THAT(error.message(), HasSubstr("disk budget of 300000 bytes"));
  EXPECT_TRUE(workspace_.open().has_pending_data());
  Pipeline(options(1 << 20)).run();
  expect_all();
}

TEST_F(SeveralPackagesTest, ASourceThatHidesAFailureGetsNoFurther) {
  // The second package is not loaded: its contract fails.
  const Resource::Generator generator = [](Out& out) {
    for (int i = 0; i < kRows; ++i) {
      Json item = row(i);
      if (i == 15) item["new"] = 1;
      try {
        out.yield(item);
      } catch (const Error&) {
      }
    }
  };
  const Resource stubborn("t", generator, ordered());
  run(resource(ordered(), -1, numbers(1)));
  Source source{.resources = {stubborn}, .schema_contract = {{"columns", "freeze"}}};
  const Error error = thrown_by([&] { run(source); });
  EXPECT_EQ(error.code(), ErrorCode::kContract) << error.describe();
  const int loaded = std::stoi(workspace_.ask("SELECT count(*) FROM d.t"));
  EXPECT_GT(loaded, 5);
  EXPECT_LT(loaded, 20);
  const Resource replaced("r", generator, {.write_disposition = "replace"});
  EXPECT_EQ(thrown_by([&] { run(replaced); }).code(), ErrorCode::kConfiguration);
}

// Each alone fits into a package.
TEST_F(SeveralPackagesTest, WhatGoesTogetherGetsRoom) {
  const ResourceHints replace = {.write_disposition = "replace"};
  const LoadInfo info =
      run(std::vector{resource(ordered(), -1, numbers(6)), Resource("r", rows(numbers(8)), replace),
                      Resource("s", rows(numbers(8)), replace)});
  EXPECT_EQ(info.load_packages.size(), 3U);
  EXPECT_EQ(workspace_.ask("SELECT count(*) FROM d.r"), "8");
  EXPECT_EQ(workspace_.ask("SELECT count(*) FROM d.s"), "8");
}

// The second of two replaces must not take the rows of the first one away.
TEST_F(SeveralPackagesTest, ResourcesOfOneTableStayTogether) {
  const auto into_t = [](const std::string& name, const Json& disposition, int count) {
    return Resource(name, rows(numbers(count)),
                    {.table_name = "t", .write_disposition = disposition});
  };
  const LoadInfo info = run(std::vector{into_t("a", "replace", 6), into_t("b", "replace", 3)});
  EXPECT_EQ(info.load_packages.size(), 1U);
  EXPECT_EQ(workspace_.ask("SELECT count(*) FROM d.t"), "9");
  const Error error = thrown_by([&] {
    run(std::vector{into_t("a", "replace", 6), into_t("b", "replace", 6)});
  });
  EXPECT_EQ(error.code(), ErrorCode::kConfiguration) << error.describe();
  EXPECT_EQ(workspace_.ask("SELECT count(*) FROM d.t"), "9");
}

// A run that is made again brings them again: nothing of them may be there when it fails.
TEST_F(SeveralPackagesTest, WhatNobodyRemembersIsLoadedWithWhatFollows) {
  const auto data = [](int count, int stop_after) {
    return std::vector{Resource("t", rows(numbers(count))),
                       Resource("s", rows(numbers(count), stop_after))};
  };
  EXPECT_THROW(run(data(8, -1)), Error);
  EXPECT_THROW(run(data(5, 3)), Stop);
  EXPECT_EQ(run(data(5, -1)).load_packages.size(), 1U);
  EXPECT_EQ(workspace_.ask("SELECT count(*) FROM d.t"), "5");
  const Error error = thrown_by([&] { run(data(8, -1)); });
  EXPECT_EQ(error.code(), ErrorCode::kConfiguration) << error.describe();
  EXPECT_THAT(error.message(), HasSubstr("a run that is made again"));
}

TEST_F(SeveralPackagesTest, FilesOfARangeStayTogether) {
  const ResourceHints range = {
      .incremental = Incremental{.cursor_path = "u", .initial_value = 0, .end_value = 100}};
  const Error error = thrown_by([&] { run(files(4, range)); });
  EXPECT_EQ(error.code(), ErrorCode::kConfiguration) << error.describe();
  EXPECT_EQ(run(files(4, range), 0).load_packages.size(), 1U);
  EXPECT_TRUE(run(files(4, range)).load_packages.empty());
  expect_all();
}

// The file that was loaded counts for the cursor even so.
TEST_F(SeveralPackagesTest, TheCursorOfFilesSeesThemAll) {
  files(3);
  std::ofstream(workspace_.path() / "part3.jsonl")
      << "{\"text\": \"" << std::string(8'000, 'x') << "\n";
  // The newest rows come first.
  const auto reversed = [&](int count) {
    std::vector<std::filesystem::path> paths;
    for (const int file : {2, 1, 0, 3}) {
      if (file < count)
        paths.push_back(workspace_.path() / ("part" + std::to_string(file) + ".jsonl"));
    }
    return Data(Resource::from_files("t", paths, merged(), {.remember = true}));
  };
  EXPECT_THROW(run(reversed(4)), Error);
  EXPECT_EQ(workspace_.ask("SELECT count(*) FROM d.t"), "30");
  std::filesystem::remove_all(workspace_.working_dir());
  run(reversed(3));
  EXPECT_EQ(workspace_.ask("SELECT count(*) || ' ' || count(DISTINCT id) FROM d.t"), "30 30");
  EXPECT_EQ(cursor(), 7);
}

// What is too large is found before it is written as a whole.
TEST_F(SeveralPackagesTest, AFileThatIsFilteredMustFitAsAWhole) {
  files(1);
  const std::filesystem::path file = workspace_.path() / "large.jsonl";
  std::ofstream out(file, std::ios::binary);
  for (int i = 0; i < kRows; ++i) out << row(i).dump() << '\n';
  out.close();
  const Error error =
      thrown_by([&] { run(Resource::from_files("t", {file}, merged(), {.remember = true})); });
  EXPECT_EQ(error.code(), ErrorCode::kConfiguration) << error.describe();
  EXPECT_THAT(error.message(), HasSubstr("of a file go together"));
  EXPECT_FALSE(workspace_.open().has_pending_data());
}

TEST_F(SeveralPackagesTest, TheTraceHasAllSteps) {
  const LoadInfo info = run(resource(ordered(), -1, numbers(10 * 40)), 340'000);
  EXPECT_GT(info.load_packages.size(), 35U);
  const Json trace = workspace_.open().last_trace();
  EXPECT_EQ(trace.at("steps").front().at("step"), "sync");
  EXPECT_GT(trace.at("steps").size(), 100U);
}

}  // namespace
}  // namespace dlt
