// SPDX-License-Identifier: Apache-2.0
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "core/thrown_error.hpp"
#include "engine/child_process.hpp"
#include "pipeline/workspace.hpp"

// Extract, normalize and load: what they tell, and what is left when they are stopped.
namespace dlt {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const Json kRows = {{{"id", 1}, {"list", {{{"n", 1}}, {{"n", 2}}}}},
                    {{"id", 2}, {"list", {{{"n", 2}}, {{"n", 3}}}}}};

class RunStepsTest : public testing::Test {
 protected:
  std::vector<std::string> steps(const Json& trace) const {
    std::vector<std::string> names;
    for (const Json& step : trace.at("steps")) names.push_back(step.at("step"));
    return names;
  }

  const Workspace workspace_;
};

TEST_F(RunStepsTest, ThreeStepsInOneObject) {
  Pipeline pipeline = workspace_.open();
  const ExtractInfo extracted = pipeline.extract(kRows, kIntoT);
  ASSERT_EQ(extracted.loads_ids.size(), 1U);
  EXPECT_EQ(pipeline.list_extracted_load_packages(), extracted.loads_ids);
  EXPECT_TRUE(pipeline.has_pending_data());
  const NormalizeInfo normalized = pipeline.normalize();
  EXPECT_EQ(normalized.loads_ids, extracted.loads_ids);
  EXPECT_EQ(normalized.row_counts, (std::map<std::string, std::int64_t>{
                                       {"_dlt_pipeline_state", 1}, {"t", 2}, {"t__list", 4}}));
  EXPECT_TRUE(pipeline.list_extracted_load_packages().empty());
  EXPECT_EQ(pipeline.list_normalized_load_packages(), extracted.loads_ids);
  EXPECT_FALSE(std::filesystem::exists(workspace_.database()));
  const LoadInfo loaded = pipeline.load();
  EXPECT_EQ(loaded.loads_ids(), extracted.loads_ids);
  EXPECT_EQ(pipeline.list_completed_load_packages(), extracted.loads_ids);
  EXPECT_FALSE(pipeline.has_pending_data());
  EXPECT_EQ(workspace_.ids(), "1,2");
  workspace_.expect_whole();
  // There is nothing more to do.
  EXPECT_TRUE(pipeline.normalize().loads_ids.empty());
  EXPECT_TRUE(pipeline.load().load_packages.empty());
  EXPECT_TRUE(pipeline.run().load_packages.empty());
}

TEST_F(RunStepsTest, ThreeStepsInThreeObjects) {
  const std::vector<std::string> ids = workspace_.open().extract(kRows, kIntoT).loads_ids;
  EXPECT_EQ(workspace_.open().normalize().loads_ids, ids);
  EXPECT_EQ(workspace_.open().load().loads_ids(), ids);
  workspace_.expect_whole();
  EXPECT_EQ(workspace_.ids(), "1,2");
}

TEST_F(RunStepsTest, SeveralPackagesLoadInTheirOrder) {
  Pipeline pipeline = workspace_.open();
  std::vector<std::string> ids;
  for (const int id : {1, 2, 3})
    ids.push_back(pipeline.extract(Json{{"id", id}}, kIntoT).loads_ids.at(0));
  const LoadInfo info = pipeline.run(Json{{"id", 4}}, kIntoT);
  ASSERT_EQ(info.load_packages.size(), 4U);
  ids.push_back(info.load_packages[3].load_id);
  EXPECT_EQ(info.loads_ids(), ids);
  EXPECT_TRUE(std::is_sorted(ids.begin(), ids.end()));
  EXPECT_EQ(workspace_.ask("SELECT load_id FROM _dlt_loads ORDER BY inserted_at"),
            ids[0] + "," + ids[1] + "," + ids[2] + "," + ids[3]);
  EXPECT_EQ(workspace_.ids(), "1,2,3,4");
}

TEST_F(RunStepsTest, WhatARunTells) {
  Pipeline pipeline = workspace_.open();
  EXPECT_TRUE(pipeline.last_trace().is_null());
  const LoadInfo info = pipeline.run(kRows, kIntoT);
  ASSERT_EQ(info.load_packages.size(), 1U);
  const LoadPackageInfo& package = info.load_packages[0];
  EXPECT_EQ(package.state, "loaded");
  EXPECT_EQ(package.row_counts.at("t"), 2);
  EXPECT_EQ(package.row_counts.at("t__list"), 4);
  EXPECT_THAT(package.schema_update.at("t"), ElementsAre("id", "_dlt_load_id", "_dlt_id"));
  EXPECT_TRUE(info.first_run);
  EXPECT_FALSE(info.has_failed_jobs());
  EXPECT_NO_THROW(info.raise_on_failed_jobs());

  std::ostringstream text;
  text << info;
  const std::string location = "duckdb:///" + workspace_.database().string();
  EXPECT_THAT(text.str(), HasSubstr("Pipeline p completed in "));
  EXPECT_THAT(text.str(),
              HasSubstr("1 load package(s) were loaded to destination duckdb and into dataset d\n"
                        "The duckdb destination used " +
                        location + " location to store data\nLoad package " + package.load_id +
                        " is LOADED and contains no failed jobs"));
  const Json json = info.to_json();
  EXPECT_EQ(json.at("pipeline_name"), "p");
  EXPECT_EQ(json.at("destination_location"), location);
  EXPECT_EQ(json.at("dataset_name"), "d");
  EXPECT_EQ(json.at("load_packages").at(0).at("row_counts").at("t__list"), 4);
  EXPECT_EQ(json.at("load_packages").at(0).at("state"), "loaded");

  const Json trace = pipeline.last_trace();
  EXPECT_EQ(trace.at("version"), 1);
  EXPECT_EQ(trace.at("pipeline_name"), "p");
  EXPECT_LE(trace.at("started_at"), trace.at("finished_at"));
  EXPECT_THAT(steps(trace), ElementsAre("sync", "extract", "normalize", "load"));
  EXPECT_EQ(trace.at("steps").at(1).at("info").at("loads_ids"), Json(info.loads_ids()));
  EXPECT_EQ(trace.at("steps").at(2).at("info").at("row_counts").at("t"), 2);
  EXPECT_EQ(trace.at("steps").at(3).at("info").at("load_packages"), json.at("load_packages"));

  const LoadInfo second = pipeline.run(Json{{"id", 3}, {"x", 1}}, kIntoT);
  EXPECT_FALSE(second.first_run);
  EXPECT_THAT(second.load_packages[0].schema_update.at("t"), ElementsAre("x"));
  EXPECT_FALSE(second.load_packages[0].schema_update.contains("t__list"));
  EXPECT_THAT(steps(pipeline.last_trace()), ElementsAre("extract", "normalize", "load"));
}

TEST_F(RunStepsTest, APackageGivesAnAccountOfItself) {
  Pipeline pipeline = workspace_.open();
  const std::string load_id = pipeline.extract(kRows, kIntoT).loads_ids.at(0);
  const auto expect_stage = [&](const char* stage) {
    const Json info = pipeline.load_package_info(load_id);
    EXPECT_EQ(info.at("stage"), stage);
    EXPECT_EQ(info.at("load_id"), load_id);
    EXPECT_EQ(info.at("schema_name"), "p");
    EXPECT_TRUE(std::filesystem::exists(info.at("path").get<std::string>()));
    return info;
  };
  EXPECT_TRUE(expect_stage("extracted").at("row_counts").empty());
  pipeline.normalize();
  EXPECT_EQ(expect_stage("normalized").at("row_counts").at("t"), 2);
  pipeline.load();
  EXPECT_EQ(expect_stage("loaded").at("row_counts").at("t__list"), 4);
}

TEST_F(RunStepsTest, TheTraceOfStepsByThemselvesGoesOn) {
  workspace_.open().extract(kRows, kIntoT);
  workspace_.open().normalize();
  EXPECT_THAT(steps(workspace_.open().last_trace()), ElementsAre("extract", "normalize"));
  Pipeline pipeline = workspace_.open();
  pipeline.load();
  EXPECT_THAT(steps(pipeline.last_trace()), ElementsAre("extract", "normalize", "load"));
  for (int i = 0; i < 100; ++i) pipeline.load();
  EXPECT_EQ(pipeline.last_trace().at("steps").size(), 100U);
  // A run has one of its own.
  pipeline.run();
  EXPECT_THAT(steps(pipeline.last_trace()), ElementsAre("sync", "normalize", "load"));
}

TEST_F(RunStepsTest, FailedPackagesRaise) {
  LoadInfo info = {.pipeline_name = "p",
                   .load_packages = {{.load_id = "1.5", .state = "loaded"},
                                     {.load_id = "2.5", .state = "failed", .failed_message = "x"}}};
  EXPECT_TRUE(info.has_failed_jobs());
  const Error error = thrown_by([&] { info.raise_on_failed_jobs(); });
  EXPECT_EQ(error.code(), ErrorCode::kDestination);
  EXPECT_EQ(error.message(), "x");
  EXPECT_EQ(error.context().load_id, "2.5");
  EXPECT_THAT(info.to_string(), HasSubstr("2.5 is FAILED and contains failed jobs: x"));
}

// --- stopped

/// Requests the token when a step says for the first time how far it is.
class Stops : public Progress {
 public:
  Stops(CancellationToken token, std::string step) : token_(token), step_(std::move(step)) {}
  void update(const StepProgress& progress) override {
    if (progress.step == step_) token_.request();
  }
  void finish(const StepProgress& /*progress*/) override {}

 private:
  CancellationToken token_;
  std::string step_;
};

class CancellationTest : public testing::TestWithParam<std::string> {};

TEST_P(CancellationTest, LeavesWhatTheNextRunGoesOnWith) {
  const std::string& stopped = GetParam();
  const Workspace workspace;
  workspace.write("one", {1, 2});
  const auto data = [&](const CancellationToken& token) {
    return Data(std::vector<Resource>{
        Resource::from_files("t", {workspace.path() / "one"}, {}, {.remember = true}),
        Resource("u", [&](Out& out) {
          out.yield({{"id", 1}});
          if (stopped == "extract") token.request();
        })});
  };
  {
    PipelineOptions options = workspace.options();
    Stops stops(options.cancellation, stopped == "extract" ? "" : stopped);
    options.progress = &stops;
    Pipeline pipeline(options);
    try {
      pipeline.run(data(options.cancellation));
      ADD_FAILURE() << "it was not stopped";
    } catch (const PipelineStepFailed& error) {
      EXPECT_EQ(error.code(), ErrorCode::kInterrupted);
      EXPECT_EQ(error.step(), stopped);
    }
    EXPECT_TRUE(pipeline.list_failed_load_packages().empty());
    EXPECT_EQ(pipeline.list_extracted_load_packages().size(), stopped == "normalize" ? 1U : 0U);
    EXPECT_EQ(pipeline.list_normalized_load_packages().size(), stopped == "load" ? 1U : 0U);
    EXPECT_EQ(workspace.ask("SELECT count(*) FROM duckdb_tables() WHERE table_name = 't'"), "0");
    // The wish holds for all that this object does.
    EXPECT_EQ(thrown_by([&] { pipeline.run(data({})); }).code(), ErrorCode::kInterrupted);
  }
  workspace.open().run();
  const bool is_lost = stopped == "extract";
  if (is_lost) workspace.open().run(data({}));
  workspace.expect_whole();
  EXPECT_EQ(workspace.ids(), "1,2");
  EXPECT_EQ(workspace.ask("SELECT count(*) FROM u"), "1");
  EXPECT_EQ(remembered_files(stored_state(workspace)), "one");
}

INSTANTIATE_TEST_SUITE_P(Steps, CancellationTest, testing::Values("extract", "normalize", "load"),
                         [](const auto& drawn) { return drawn.param; });

class ThrowingSourceTest : public RunStepsTest {
 protected:
  /// Runs a source that yields, remembers and then throws.
  template <class Thrown>
  void run_and_throw(Pipeline& pipeline, const Thrown& thrown) const {
    workspace_.write("one", {1});
    pipeline.run(std::vector<Resource>{
        Resource::from_files("t", {workspace_.path() / "one"}, {}, {.remember = true}),
        Resource("u", [&](Out& out) {
          out.yield({{"id", 2}});
          throw thrown;
        })});
  }
  void expect_nothing_left(const Pipeline& pipeline, const Json& state) const {
    EXPECT_EQ(pipeline.state(), state);
    EXPECT_FALSE(pipeline.has_pending_data());
    EXPECT_TRUE(pipeline.list_failed_load_packages().empty());
    EXPECT_TRUE(std::filesystem::is_empty(workspace_.working_dir() / "normalize/new"));
    EXPECT_TRUE(pipeline.schema_names().empty());
    const Json trace = pipeline.last_trace();
    ASSERT_TRUE(trace.is_object());
    EXPECT_THAT(steps(trace), ElementsAre("sync", "extract"));
    EXPECT_EQ(trace.at("steps").back().at("error").at("message"), "the source broke");
  }
};

TEST_F(ThrowingSourceTest, OfAnExceptionOfItsOwn) {
  Pipeline pipeline = workspace_.open();
  const Json state = pipeline.state();
  EXPECT_THROW(run_and_throw(pipeline, std::runtime_error("the source broke")), std::runtime_error);
  expect_nothing_left(pipeline, state);
  pipeline.run(workspace_.remembered({"one"}), kIntoT);
  EXPECT_EQ(workspace_.ids(), "1");
}

TEST_F(ThrowingSourceTest, OfAnError) {
  Pipeline pipeline = workspace_.open();
  const Json state = pipeline.state();
  try {
    run_and_throw(pipeline, Error(ErrorCode::kConfiguration, "the source broke", "mend it"));
    ADD_FAILURE() << "nothing was thrown";
  } catch (const PipelineStepFailed& error) {
    EXPECT_EQ(error.step(), "extract");
    EXPECT_EQ(error.code(), ErrorCode::kConfiguration);
    EXPECT_EQ(error.hint(), "mend it");
  }
  expect_nothing_left(pipeline, state);
}

// --- locks

TEST_F(RunStepsTest, ASecondPipelineOnTheFolderIsLocked) {
  std::optional<Pipeline> first(workspace_.open());
  first->run(kRows, kIntoT);
  const Error error = thrown_by([&] { workspace_.open(); });
  EXPECT_EQ(error.code(), ErrorCode::kLocked);
  EXPECT_TRUE(error.retryable());
  // Another pipeline beside it is not.
  PipelineOptions options = workspace_.options();
  options.pipeline_name = "q";
  EXPECT_NO_THROW(Pipeline(std::move(options)));
  first.reset();
  workspace_.open().run(kRows, kIntoT);
  EXPECT_EQ(workspace_.ids(), "1,1,2,2");
}

TEST_F(RunStepsTest, TheDatabaseIsFreeAfterEachRun) {
  Pipeline pipeline = workspace_.open();
  const auto count_in_another_process = [&] {
    ChildProcess child([&] { return std::stoi(workspace_.ask("SELECT count(*) FROM t")); });
    return child.wait();
  };
  pipeline.run(kRows, kIntoT);
  EXPECT_EQ(count_in_another_process(), 2);
  pipeline.sync_destination();
  EXPECT_EQ(count_in_another_process(), 2);
  // And after one that failed at the destination.
  workspace_.ask("ALTER TABLE t ALTER id SET NOT NULL");
  EXPECT_THROW(pipeline.run(Json{{"x", 1}}, kIntoT), PipelineStepFailed);
  EXPECT_EQ(count_in_another_process(), 2);
}

TEST_F(RunStepsTest, AFileThatIsNoDatabaseLeavesThePackagePending) {
  Pipeline pipeline = workspace_.open();
  pipeline.extract(kRows, kIntoT);
  workspace_.write("x.duckdb", {1});
  try {
    pipeline.run();
    ADD_FAILURE() << "the run went through";
  } catch (const PipelineStepFailed& error) {
    EXPECT_EQ(error.step(), "load");
  }
  EXPECT_TRUE(pipeline.has_pending_data());
  std::filesystem::remove(workspace_.database());
  pipeline.run();
  EXPECT_EQ(workspace_.ids(), "1,2");
}

}  // namespace
}  // namespace dlt
