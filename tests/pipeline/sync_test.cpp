// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "core/thrown_error.hpp"
#include "pipeline/workspace.hpp"

// What a pipeline takes from its destination: when its folder is gone, when the database is gone or
// another one.
namespace dlt {
namespace {

class SyncTest : public testing::Test {
 protected:
  SyncTest() {
    workspace_.write("one", {1, 2});
    workspace_.write("two", {3});
    workspace_.write("three", {4});
  }

  LoadInfo run(const std::vector<std::string>& names, const Place& place = {}) const {
    return workspace_.open(place).run(workspace_.remembered(names), kIntoT);
  }
  void expect_ids(const std::string& ids, const Place& place = {}) const {
    EXPECT_EQ(workspace_.ids(place), ids);
    workspace_.expect_whole(place);
  }

  const Workspace workspace_;
};

TEST_F(SyncTest, AFolderThatIsGoneComesBack) {
  run({"one"});
  const Json state = workspace_.open().state();
  const Json schema = workspace_.open().default_schema().to_json();
  std::filesystem::remove_all(workspace_.working_dir());

  Pipeline pipeline = workspace_.open();
  EXPECT_TRUE(pipeline.first_run());
  EXPECT_TRUE(pipeline.run(workspace_.remembered({"one"}), kIntoT).load_packages.empty());
  EXPECT_FALSE(pipeline.first_run());
  EXPECT_EQ(pipeline.state().at("_version_hash"), state.at("_version_hash"));
  EXPECT_EQ(pipeline.state().at("_state_version"), state.at("_state_version"));
  EXPECT_EQ(pipeline.state().at("sources"), state.at("sources"));
  EXPECT_EQ(pipeline.default_schema_name(), "p");
  EXPECT_EQ(pipeline.default_schema().to_json(), schema);
  expect_ids("1,2");
  EXPECT_EQ(workspace_.ask("SELECT count(*) FROM _dlt_pipeline_state"), "1");

  pipeline.run(workspace_.remembered({"one", "two"}), kIntoT);
  expect_ids("1,2,3");
}

TEST_F(SyncTest, EverySchemaComesBack) {
  for (const char* name : {"s1", "s2"}) {
    const Source source{.name = name, .resources = {Resource("t", [](Out& out) {
                                        out.yield({{"id", 1}});
                                      })}};
    workspace_.open().run(source);
  }
  std::filesystem::remove_all(workspace_.working_dir());
  Pipeline pipeline = workspace_.open();
  pipeline.sync_destination();
  EXPECT_EQ(pipeline.schema_names(), (std::vector<std::string>{"s1", "s2"}));
  EXPECT_EQ(pipeline.default_schema_name(), "s1");
  for (const char* name : {"s1", "s2"})
    EXPECT_NE(pipeline.schema(name).find_table("t"), nullptr) << name;
  EXPECT_EQ(thrown_by([&] { pipeline.schema("s3"); }).code(), ErrorCode::kNotFound);
}

// Both names make the schema a_b, as in dlt; what each pipeline remembers stays its own.
TEST_F(SyncTest, PipelinesWhoseNamesNormalizeToOneKeepTheirStates) {
  const auto run = [this](const std::string& name, const std::string& file) {
    PipelineOptions options = workspace_.options();
    options.pipeline_name = name;
    return Pipeline(options).run(workspace_.remembered({file}), kIntoT).load_packages.size();
  };
  EXPECT_EQ(run("a__b", "one"), 1U);
  EXPECT_EQ(run("a_b", "two"), 1U);
  for (const char* name : {"a__b", "a_b"})
    std::filesystem::remove_all(workspace_.options().pipelines_dir / name);
  EXPECT_EQ(run("a__b", "one"), 0U);
  EXPECT_EQ(run("a_b", "two"), 0U);
  EXPECT_EQ(workspace_.ask("SELECT pipeline_name || ' ' || version FROM _dlt_pipeline_state ORDER "
                           "BY _dlt_load_id"),
            "a__b 1,a_b 1");
  EXPECT_EQ(workspace_.ask("SELECT DISTINCT schema_name FROM _dlt_loads"), "a_b");
  expect_ids("1,2,3");
}

TEST_F(SyncTest, ASchemaFileThatIsGoneComesBack) {
  run({"one"});
  std::filesystem::remove_all(workspace_.working_dir() / "schemas");
  run({"one", "two"});
  EXPECT_NE(workspace_.open().default_schema().find_table("t__list"), nullptr);
  expect_ids("1,2,3");
  EXPECT_EQ(workspace_.ask("SELECT count(*) FROM _dlt_version"), "1");
}

TEST_F(SyncTest, ADatabaseThatIsGoneIsLoadedAnew) {
  run({"one"});
  std::filesystem::remove(workspace_.database());
  run({"one", "two"});
  expect_ids("1,2,3");
  EXPECT_EQ(workspace_.ask("SELECT version FROM _dlt_pipeline_state"), "1");
}

// Another pipeline was there first.
TEST_F(SyncTest, ADatabaseThatOthersMadeAnewIsLoadedAnew) {
  run({"one"});
  std::filesystem::remove(workspace_.database());
  PipelineOptions other = workspace_.options();
  other.pipeline_name = "other";
  Pipeline(other).run(Json{{{"id", 7}}}, {.table_name = "of_other"});
  const LoadInfo info = run({"one", "two"});
  EXPECT_EQ(info.load_packages.size(), 1U);
  expect_ids("1,2,3");
}

TEST_F(SyncTest, APipelineThatBeginsAnewStillKnowsItsDestination) {
  run({"one"});
  std::filesystem::remove(workspace_.database());
  PipelineOptions options = workspace_.options();
  options.destination.clear();
  attach(options).run(workspace_.remembered({"one"}), kIntoT);
  attach(options).run(workspace_.remembered({"one", "two"}), kIntoT);
  expect_ids("1,2,3");
}

TEST_F(SyncTest, ADatabaseThatIsGoneWithPackagesPendingIsNotBegunAnew) {
  run({"one"});
  workspace_.open().extract(workspace_.remembered({"one", "two"}), kIntoT);
  std::filesystem::remove(workspace_.database());
  Pipeline pipeline = workspace_.open();
  const Error error = thrown_by([&] { pipeline.run(workspace_.remembered({"one"}), kIntoT); });
  EXPECT_EQ(error.code(), ErrorCode::kState);
  EXPECT_NE(error.message().find("is gone"), std::string::npos) << error.message();
  EXPECT_EQ(pipeline.drop_pending_packages(), 1U);
  pipeline.run(workspace_.remembered({"one", "two"}), kIntoT);
  expect_ids("1,2,3");
}

TEST_F(SyncTest, AnotherDatabaseAndBack) {
  const Place other = {.database = "y"};
  run({"one"});
  run({"one", "two"}, other);
  expect_ids("1,2,3", other);
  EXPECT_EQ(remembered_files(stored_state(workspace_, other)), "one,two");
  // Here only the first is known.
  run({"one", "three"});
  expect_ids("1,2,4");
  EXPECT_EQ(remembered_files(stored_state(workspace_)), "one,three");
  run({"one", "two", "three"}, other);
  expect_ids("1,2,3,4", other);
}

TEST_F(SyncTest, AnotherDataset) {
  const Place other = {.dataset = "e"};
  run({"one"});
  run({"one"}, other);
  expect_ids("1,2");
  expect_ids("1,2", other);
  EXPECT_EQ(stored_state(workspace_, other).at("dataset_name"), "e");
  EXPECT_EQ(stored_state(workspace_).at("dataset_name"), "d");
  // What was used last is used when nothing is said.
  Pipeline pipeline({.pipeline_name = "p", .pipelines_dir = workspace_.path() / "machines/a"});
  EXPECT_EQ(pipeline.dataset_name(), "e");
  EXPECT_EQ(pipeline.destination_name(), "duckdb");
  EXPECT_EQ(pipeline.destination_location(), "duckdb:///" + workspace_.database().string());
}

TEST_F(SyncTest, WhatIsPendingDoesNotMove) {
  run({"one"});
  const std::string load_id =
      workspace_.open().extract(workspace_.remembered({"one", "two"}), kIntoT).loads_ids.at(0);
  for (const Place& other : {Place{.database = "y"}, Place{.dataset = "e"}}) {
    Pipeline pipeline = workspace_.open(other);
    const Error error = thrown_by([&] { pipeline.run(workspace_.remembered({"one"}), kIntoT); });
    EXPECT_EQ(error.code(), ErrorCode::kState);
    EXPECT_NE(error.message().find("'d'"), std::string::npos) << error.message();
    EXPECT_EQ(pipeline.list_extracted_load_packages(), (std::vector<std::string>{load_id}));
  }
  workspace_.open().run();
  expect_ids("1,2,3");
}

TEST_F(SyncTest, ADatabasePutBackToAnOlderDay) {
  run({"one"});
  const Snapshot earlier(workspace_, workspace_.database(), "earlier");
  run({"one", "two"});
  workspace_.open().run(Json{{"id", 9}, {"list", {{{"n", 9}}, {{"n", 10}, {"more", 1}}}}}, kIntoT);
  earlier.restore();

  run({"one", "two", "three"});
  expect_ids("1,2,3,4");
  EXPECT_EQ(remembered_files(stored_state(workspace_)), "one,three,two");
  run({"one", "two", "three"});
  expect_ids("1,2,3,4");
}

TEST_F(SyncTest, ADatabasePutBackToADayBeforeThePendingPackage) {
  run({"one"});
  const Snapshot earlier(workspace_, workspace_.database(), "earlier");
  run({"one", "two"});
  workspace_.open().extract(workspace_.remembered({"one", "two", "three"}), kIntoT);
  earlier.restore();

  // Its state would say that `two` is loaded.
  Pipeline pipeline = workspace_.open();
  const Error error = thrown_by([&] { pipeline.run(); });
  EXPECT_EQ(error.code(), ErrorCode::kState);
  EXPECT_EQ(pipeline.list_failed_load_packages().size(), 1U);
  pipeline.run(workspace_.remembered({"one", "two", "three"}), kIntoT);
  expect_ids("1,2,3,4");
}

TEST_F(SyncTest, WithoutRestoringTheFolderIsAllThatIsKnown) {
  PipelineOptions options = workspace_.options();
  options.restore_from_destination = false;
  const Data data = workspace_.remembered({"one"});
  Pipeline(options).run(data, kIntoT);
  Pipeline(options).run(data, kIntoT);
  expect_ids("1,2");
  std::filesystem::remove_all(workspace_.working_dir());
  Pipeline(options).run(data, kIntoT);
  EXPECT_EQ(workspace_.ids(), "1,1,2,2");
}

TEST_F(SyncTest, ASyncThatFailsIsMadeAgain) {
  run({"one"});
  const std::string state = workspace_.ask("SELECT state FROM _dlt_pipeline_state");
  std::filesystem::remove_all(workspace_.working_dir());
  struct {
    const char* what;
    std::string breaks;
    std::string mends;
  } const kinds[] = {
      {"the state is none", "UPDATE _dlt_pipeline_state SET state = 'x'",
       "UPDATE _dlt_pipeline_state SET state = '" + state + "'"},
      {"a schema is none", "UPDATE _dlt_version SET schema = 'x' || schema",
       "UPDATE _dlt_version SET schema = substr(schema, 2)"},
      {"a schema is another thing", "UPDATE _dlt_version SET schema = '[' || schema || ']'",
       "UPDATE _dlt_version SET schema = substr(schema, 2, length(schema) - 2)"}};
  Pipeline pipeline = workspace_.open();
  for (const auto& kind : kinds) {
    workspace_.ask(kind.breaks);
    try {
      pipeline.run(workspace_.remembered({"one"}), kIntoT);
      ADD_FAILURE() << kind.what;
    } catch (const PipelineStepFailed& error) {
      EXPECT_EQ(error.step(), "sync") << kind.what;
    }
    workspace_.ask(kind.mends);
  }
  EXPECT_TRUE(pipeline.run(workspace_.remembered({"one"}), kIntoT).load_packages.empty());
  EXPECT_EQ(remembered_files(pipeline.state()), "one");
  pipeline.run(workspace_.remembered({"one", "two"}), kIntoT);
  expect_ids("1,2,3");
}

TEST_F(SyncTest, LoadIdsStayAboveThoseOfTheDataset) {
  run({"one"});
  const std::string future = "8000000000.5";
  workspace_.ask("UPDATE _dlt_loads SET load_id = '" + future + "'");
  workspace_.ask("UPDATE t SET _dlt_load_id = '" + future + "'");
  workspace_.ask("UPDATE _dlt_pipeline_state SET _dlt_load_id = '" + future + "'");
  const LoadInfo info = run({"one", "two"}, {.machine = "b"});
  EXPECT_GT(std::stod(info.loads_ids().at(0)), 8000000000.5);
  expect_ids("1,2,3");
}

TEST_F(SyncTest, ALoadIdThatAnotherRunTookIsNotThisPackage) {
  run({"one"});
  const struct {
    const char* what;
    const char* schema_name;
    const char* version_hash;
  } takers[] = {{"another pipeline", "'other'", "'h'"},
                {"another version of the schema", "schema_name", "'h'"},
                {"another machine", "schema_name", "schema_version_hash"}};
  for (const auto& taker : takers) {
    Pipeline pipeline = workspace_.open();
    const std::string load_id =
        pipeline.extract(workspace_.remembered({"one", "two"}), kIntoT).loads_ids.at(0);
    pipeline.normalize();
    workspace_.ask(
        fmt::format("INSERT INTO _dlt_loads SELECT '{}', {}, status, inserted_at, {} "
                    "FROM _dlt_loads ORDER BY load_id LIMIT 1",
                    load_id, taker.schema_name, taker.version_hash));
    const Error error = thrown_by([&] { pipeline.load(); });
    EXPECT_EQ(error.code(), ErrorCode::kState) << taker.what;
    EXPECT_EQ(error.context().load_id, load_id) << taker.what;
    EXPECT_FALSE(pipeline.has_pending_data()) << taker.what;
    expect_ids("1,2");
  }
  run({"one", "two"});
  expect_ids("1,2,3");
}

// --- two machines, one dataset

const Place kA = {.machine = "a"};
const Place kB = {.machine = "b"};

TEST_F(SyncTest, TwoMachinesOneAfterTheOther) {
  run({"one"}, kA);
  run({"one", "two"}, kB);
  expect_ids("1,2,3");
  run({"one", "two", "three"}, kA);
  expect_ids("1,2,3,4");
  EXPECT_TRUE(run({"one", "two", "three"}, kB).load_packages.empty());
  EXPECT_EQ(workspace_.ask("SELECT version FROM _dlt_pipeline_state ORDER BY version"), "1,2,3");
}

class InterleavedTest : public SyncTest, public testing::WithParamInterface<bool> {};

TEST_P(InterleavedTest, TheOneThatLoadsLaterBeginsAgain) {
  if (GetParam()) run({"one"}, kA);
  Pipeline a = workspace_.open(kA);
  a.sync_destination();
  const std::string load_id =
      a.extract(workspace_.remembered({"one", "two"}), kIntoT).loads_ids.at(0);
  a.normalize();
  run({"one", "two", "three"}, kB);
  const Json state = stored_state(workspace_);
  const Error error = thrown_by([&] { a.load(); });
  EXPECT_EQ(error.code(), ErrorCode::kState);
  EXPECT_EQ(error.context().load_id, load_id);
  EXPECT_EQ(a.list_failed_load_packages(), (std::vector<std::string>{load_id}));
  EXPECT_FALSE(a.has_pending_data());
  expect_ids("1,2,3,4");
  EXPECT_EQ(stored_state(workspace_), state);

  // What it extracted on is gone.
  EXPECT_TRUE(a.run(workspace_.remembered({"one", "two"}), kIntoT).load_packages.empty());
  EXPECT_EQ(thrown_by([&] { a.retry_failed_package(load_id); }).code(), ErrorCode::kState);
  workspace_.write("four", {5});
  a.run(workspace_.remembered({"one", "two", "three", "four"}), kIntoT);
  expect_ids("1,2,3,4,5");
  EXPECT_EQ(remembered_files(stored_state(workspace_)), "four,one,three,two");
}

INSTANTIATE_TEST_SUITE_P(Datasets, InterleavedTest, testing::Bool(), [](const auto& drawn) {
  return std::string(drawn.param ? "that_is_there" : "that_is_new");
});

TEST_F(SyncTest, APipelineThatRanBeforeLearnsOfTheOtherMachine) {
  Pipeline a = workspace_.open(kA);
  a.run(workspace_.remembered({"one"}), kIntoT);
  run({"one", "two"}, kB);
  // It synced at its first run, and does not know of `two`.
  const Data data = workspace_.remembered({"one", "two", "three"});
  EXPECT_EQ(thrown_by([&] { a.run(data, kIntoT); }).code(), ErrorCode::kState);
  expect_ids("1,2,3");
  a.run(data, kIntoT);
  expect_ids("1,2,3,4");
}

TEST_F(SyncTest, PackagesWithoutStateOfTwoMachinesBothLoad) {
  const auto items = [](int id) {
    return Json{{"id", id}, {"list", {{{"n", id}}, {{"n", id + 1}}}}};
  };
  workspace_.open(kA).run(items(1), kIntoT);
  Pipeline a = workspace_.open(kA);
  a.extract(items(2), kIntoT);
  a.normalize();
  workspace_.open(kB).run(items(3), kIntoT);
  a.load();
  expect_ids("1,2,3");
}

}  // namespace
}  // namespace dlt
