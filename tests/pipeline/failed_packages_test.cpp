// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "core/files/file.hpp"
#include "core/thrown_error.hpp"
#include "pipeline/workspace.hpp"

// Packages that can never succeed as they are: set aside with their state, retried, dropped.
namespace dlt {
namespace {

/// Below the size of each record that `write_long` makes, above that of all others, the state's row
/// included.
constexpr std::size_t kShort = 5000;

class FailedPackagesTest : public testing::Test {
 protected:
  /// The pipeline with a limit that lets the package of a long record fail.
  Pipeline strict() const {
    PipelineOptions options = workspace_.options();
    options.max_record_bytes = kShort;
    return Pipeline(std::move(options));
  }
  Pipeline lenient() const { return workspace_.open(); }

  /// A file with one record that is longer than `kShort`.
  void write_long(const std::string& name, int id) const {
    const Json record = {{"id", id}, {"text", std::string(kShort, 'x')}};
    files::write_atomically(workspace_.path() / name, record.dump() + "\n");
  }
  void write_short(const std::string& name, int id) const {
    files::write_atomically(workspace_.path() / name, Json{{"id", id}}.dump() + "\n");
  }
  /// Files `zero`, `a`, `b` and `c`, of which `a` cannot be loaded.
  void write_all() const {
    write_short("zero", 0);
    write_long("a", 1);
    write_short("b", 2);
    write_short("c", 3);
  }
  Data files(const std::vector<std::string>& names) const { return workspace_.remembered(names); }

  /// Extracts one file after the other, a package each; returns the load ids.
  std::vector<std::string> extract(Pipeline& pipeline,
                                   const std::vector<std::string>& names) const {
    std::vector<std::string> load_ids;
    for (const std::string& name : names)
      load_ids.push_back(pipeline.extract(files({name}), kIntoT).loads_ids.at(0));
    return load_ids;
  }

  void expect_failed(const Pipeline& pipeline, const std::vector<std::string>& load_ids) const {
    EXPECT_EQ(pipeline.list_failed_load_packages(), load_ids);
  }

  const Workspace workspace_;
};

struct Failure {
  std::string name;
  /// Loaded before, into `t`; null: nothing.
  Json before;
  Json data;
  RunOptions run;
  ErrorCode code;
  std::string column;
};

void PrintTo(const Failure& failure, std::ostream* out) { *out << failure.name; }

class TerminalTest : public testing::TestWithParam<Failure> {};

TEST_P(TerminalTest, SetsThePackageAsideAndTakesItsStateBack) {
  const Failure& test = GetParam();
  const Workspace workspace;
  Pipeline pipeline = workspace.open();
  if (!test.before.is_null()) pipeline.run(test.before, kIntoT);
  const Json state = pipeline.state();
  // Another source, so that the state changes.
  const Data data = Source{.name = "other",
                           .resources = {Resource("t", [&](Out& out) { out.yield(test.data); })}};
  std::string load_id;
  try {
    pipeline.run(test.before.is_null() ? data : Data(test.data), test.run);
    ADD_FAILURE() << "the run went through";
  } catch (const PipelineStepFailed& error) {
    EXPECT_EQ(error.step(), "normalize");
    EXPECT_EQ(error.code(), test.code) << error.describe();
    EXPECT_EQ(error.context().column, test.column);
    EXPECT_FALSE(error.retryable());
    load_id = error.context().load_id;
  }
  EXPECT_EQ(pipeline.list_failed_load_packages(), (std::vector<std::string>{load_id}));
  EXPECT_FALSE(pipeline.has_pending_data());
  EXPECT_EQ(pipeline.state().value("_version_hash", ""), state.value("_version_hash", ""));
  EXPECT_FALSE(pipeline.state().value("sources", Json::object()).contains("other"));
  EXPECT_EQ(pipeline.default_schema_name(), state.value("default_schema_name", ""));
  const Json info = pipeline.load_package_info(load_id);
  EXPECT_EQ(info.at("stage"), "failed");
  EXPECT_EQ(info.at("failure").at("code"), to_string(test.code));
  EXPECT_EQ(info.at("failure").at("step"), "normalize");
  const Json trace = pipeline.last_trace();
  EXPECT_EQ(trace.at("steps").back().at("step"), "normalize");
  EXPECT_EQ(trace.at("steps").back().at("error").at("load_id"), load_id);

  // What comes later is not held up.
  pipeline.run(Json{{"id", 7}}, kIntoT);
  EXPECT_EQ(workspace.ask("SELECT count(*) FROM t WHERE id = 7"), "1");
  EXPECT_EQ(workspace.ask("SELECT count(*) FROM _dlt_loads WHERE load_id = '" + load_id + "'"),
            "0");
}

INSTANTIATE_TEST_SUITE_P(
    Failures, TerminalTest,
    testing::Values(Failure{"null_in_a_first_package",
                            nullptr,
                            {{"id", nullptr}},
                            {.table_name = "t",
                             .columns = {{"id", {{"data_type", "bigint"}, {"nullable", false}}}}},
                            ErrorCode::kNullViolation,
                            "id"},
                    Failure{"null",
                            {{"id", 1}},
                            {{"id", nullptr}, {"x", 1}},
                            {.table_name = "t", .columns = {{"id", {{"nullable", false}}}}},
                            ErrorCode::kNullViolation,
                            "id"},
                    Failure{"frozen_columns",
                            {{"id", 1}},
                            {{"id", 2}, {"extra", 1}},
                            {.table_name = "t", .schema_contract = {{"columns", "freeze"}}},
                            ErrorCode::kContract,
                            "extra"},
                    Failure{"frozen_types",
                            {{"id", 1}},
                            {{"id", "two"}},
                            {.table_name = "t", .schema_contract = {{"data_type", "freeze"}}},
                            ErrorCode::kContract,
                            "id__v_text"}),
    [](const auto& drawn) { return drawn.param.name; });

TEST_F(FailedPackagesTest, ABadRecordNamesItsPlaceAndIsNotExtractedAgainUnasked) {
  write_short("a", 1);
  files::write_atomically(workspace_.path() / "b", "{\"id\":2}\n{\"id\":\n");
  Pipeline pipeline = lenient();
  const Error error = thrown_by([&] { pipeline.run(files({"a", "b"}), kIntoT); });
  EXPECT_EQ(error.code(), ErrorCode::kBadRecord) << error.describe();
  EXPECT_EQ(error.context().file, (workspace_.path() / "b").string());
  EXPECT_EQ(error.context().line, 2U);
  EXPECT_EQ(remembered_files(pipeline.state()), "");

  // Mended, both files load: none was remembered.
  write_short("b", 2);
  pipeline.run(files({"a", "b"}), kIntoT);
  EXPECT_EQ(workspace_.ids(), "1,2");
  EXPECT_EQ(remembered_files(pipeline.state()), "a,b");
}

TEST_F(FailedPackagesTest, RetryLoadsThePackageWithItsState) {
  write_long("a", 1);
  std::string load_id;
  {
    Pipeline pipeline = strict();
    load_id = thrown_by([&] { pipeline.run(files({"a"}), kIntoT); }).context().load_id;
    expect_failed(pipeline, {load_id});
  }
  Pipeline pipeline = lenient();
  EXPECT_EQ(remembered_files(pipeline.state()), "");
  pipeline.retry_failed_package(load_id);
  EXPECT_EQ(remembered_files(pipeline.state()), "a");
  EXPECT_EQ(pipeline.list_extracted_load_packages(), (std::vector<std::string>{load_id}));
  EXPECT_TRUE(pipeline.load_package_info(load_id).at("failure").is_null());
  const LoadInfo info = pipeline.run();
  EXPECT_EQ(info.loads_ids(), (std::vector<std::string>{load_id}));
  EXPECT_EQ(workspace_.ids(), "1");
  EXPECT_EQ(remembered_files(stored_state(workspace_)), "a");
  expect_failed(pipeline, {});
  // It is known.
  EXPECT_TRUE(pipeline.run(files({"a"}), kIntoT).load_packages.empty());
}

TEST_F(FailedPackagesTest, APackageThatFailedAtTheDestinationIsRetriedFromThere) {
  write_short("a", 1);
  workspace_.open().run(Json{{"id", 0}, {"text", "x"}}, kIntoT);
  workspace_.ask("ALTER TABLE t ALTER text SET NOT NULL");
  Pipeline pipeline = lenient();
  const Error error = thrown_by([&] { pipeline.run(files({"a"}), kIntoT); });
  EXPECT_EQ(error.code(), ErrorCode::kNullViolation) << error.describe();
  const std::string load_id = error.context().load_id;
  expect_failed(pipeline, {load_id});
  EXPECT_EQ(remembered_files(pipeline.state()), "");
  EXPECT_EQ(workspace_.ids(), "0");

  workspace_.ask("ALTER TABLE t ALTER text DROP NOT NULL");
  pipeline.retry_failed_package(load_id);
  EXPECT_EQ(pipeline.list_normalized_load_packages(), (std::vector<std::string>{load_id}));
  pipeline.run();
  EXPECT_EQ(workspace_.ids(), "0,1");
  EXPECT_EQ(remembered_files(stored_state(workspace_)), "a");
}

TEST_F(FailedPackagesTest, WhatWentOnFromAFailedPackageIsHeldBackUntilThatIsRetried) {
  write_long("a", 1);
  write_short("b", 2);
  std::vector<std::string> load_ids;
  {
    Pipeline pipeline = strict();
    load_ids = extract(pipeline, {"a", "b"});
    const Error first = thrown_by([&] { pipeline.run(); });
    EXPECT_EQ(first.code(), ErrorCode::kBadRecord);
    for (int i = 0; i < 2; ++i) {
      const Error held = thrown_by([&] { pipeline.run(files({"b"}), kIntoT); });
      EXPECT_EQ(held.code(), ErrorCode::kState);
      EXPECT_EQ(held.context().load_id, load_ids[1]);
      EXPECT_EQ(held.message(), "the package was extracted on the state of package " + load_ids[0] +
                                    ", which failed");
      EXPECT_NE(held.hint().find("retry"), std::string::npos);
    }
    expect_failed(pipeline, {load_ids[0]});
    EXPECT_EQ(pipeline.list_extracted_load_packages(), (std::vector<std::string>{load_ids[1]}));
    EXPECT_EQ(thrown_by([&] { pipeline.drop_failed_packages(); }).code(), ErrorCode::kState);
    expect_failed(pipeline, {load_ids[0]});
  }
  Pipeline pipeline = lenient();
  pipeline.retry_failed_package(load_ids[0]);
  EXPECT_EQ(pipeline.run().loads_ids(), load_ids);
  EXPECT_EQ(workspace_.ids(), "1,2");
  EXPECT_EQ(remembered_files(stored_state(workspace_)), "a,b");
  EXPECT_EQ(workspace_.ask("SELECT version FROM _dlt_pipeline_state ORDER BY version"), "1,2");
}

TEST_F(FailedPackagesTest, DroppingWhatIsPendingTakesBackTheStateOfAllOfThem) {
  write_all();
  Pipeline pipeline = strict();
  pipeline.run(files({"zero"}), kIntoT);
  const std::string loaded_hash = pipeline.state().at("_version_hash");
  const std::vector<std::string> load_ids = extract(pipeline, {"a", "b", "c"});
  EXPECT_THROW(pipeline.run(), PipelineStepFailed);
  EXPECT_EQ(remembered_files(pipeline.state()), "a,b,c,zero");
  EXPECT_EQ(pipeline.drop_pending_packages(), 2U);
  EXPECT_EQ(pipeline.state().at("_version_hash"), loaded_hash);
  EXPECT_EQ(remembered_files(pipeline.state()), "zero");
  EXPECT_FALSE(pipeline.has_pending_data());
  expect_failed(pipeline, {load_ids[0]});
  EXPECT_EQ(pipeline.drop_failed_packages(), 1U);
  EXPECT_EQ(pipeline.drop_failed_packages(), 0U);
  expect_failed(pipeline, {});
  EXPECT_EQ(pipeline.drop_pending_packages(), 0U);

  write_short("a", 1);
  pipeline.run(files({"zero", "a", "b", "c"}), kIntoT);
  EXPECT_EQ(workspace_.ids(), "0,1,2,3");
}

TEST_F(FailedPackagesTest, ASecondOneIsNotRetriedAfterTheFirstMovedTheState) {
  write_long("a", 1);
  write_long("b", 2);
  const auto fail = [&](const std::string& name) {
    return thrown_by([&] { strict().run(files({name}), kIntoT); }).context().load_id;
  };
  const std::string first = fail("a");
  const std::string second = fail("b");
  Pipeline pipeline = lenient();
  expect_failed(pipeline, {first, second});
  pipeline.retry_failed_package(second);
  pipeline.run();
  const Error error = thrown_by([&] { pipeline.retry_failed_package(first); });
  EXPECT_EQ(error.code(), ErrorCode::kState);
  EXPECT_EQ(error.context().load_id, first);
  expect_failed(pipeline, {first});
  EXPECT_FALSE(pipeline.has_pending_data());
  EXPECT_EQ(remembered_files(pipeline.state()), "b");
  pipeline.run(files({"a", "b"}), kIntoT);
  EXPECT_EQ(workspace_.ids(), "1,2");
}

TEST_F(FailedPackagesTest, APackageWithoutStateIsRetriedWheneverOneLikes) {
  Pipeline pipeline = lenient();
  pipeline.run(Json{{"id", 1}}, kIntoT);
  const RunOptions frozen = {.table_name = "t", .schema_contract = {{"columns", "freeze"}}};
  const std::string load_id = thrown_by([&] {
                                pipeline.run(Json{{"id", 2}, {"x", 1}}, frozen);
                              })
                                  .context()
                                  .load_id;
  EXPECT_TRUE(pipeline.load_package_info(load_id).at("state").is_null());
  write_short("a", 3);
  pipeline.run(files({"a"}), {.table_name = "t", .schema_contract = {{"columns", "evolve"}}});
  pipeline.retry_failed_package(load_id);
  pipeline.run();
  EXPECT_EQ(workspace_.ids(), "1,2,3");
}

TEST_F(FailedPackagesTest, ALaterPackageOfTheSameContentIsNotTakenForTheFailedOne) {
  write_long("a", 1);
  write_short("b", 2);
  std::string failed_hash;
  {
    Pipeline pipeline = strict();
    const std::string load_id =
        thrown_by([&] { pipeline.run(files({"a"}), kIntoT); }).context().load_id;
    failed_hash = pipeline.load_package_info(load_id).at("state").at("_version_hash");
  }
  Pipeline pipeline = lenient();
  pipeline.run(files({"a"}), kIntoT);
  EXPECT_EQ(pipeline.state().at("_version_hash"), failed_hash);
  pipeline.run(files({"a", "b"}), kIntoT);
  EXPECT_EQ(workspace_.ids(), "1,2");
}

TEST_F(FailedPackagesTest, RetryOfWhatIsNotThere) {
  Pipeline pipeline = lenient();
  EXPECT_EQ(thrown_by([&] { pipeline.retry_failed_package("1.5"); }).code(), ErrorCode::kNotFound);
  EXPECT_EQ(thrown_by([&] { pipeline.load_package_info("1.5"); }).code(), ErrorCode::kNotFound);
}

// --- killed on the way

class FailureCrashTest : public FailedPackagesTest {
 protected:
  std::filesystem::path folder() const { return workspace_.working_dir(); }

  /// Lets the package of file `a` fail, after one of file `zero` was loaded; returns its load id.
  std::string fail() {
    write_short("zero", 0);
    write_long("a", 1);
    Pipeline pipeline = strict();
    pipeline.run(files({"zero"}), kIntoT);
    const std::string load_id = pipeline.extract(files({"a"}), kIntoT).loads_ids.at(0);
    extracted_.emplace(workspace_, folder(), "extracted");
    EXPECT_THROW(pipeline.run(), PipelineStepFailed);
    return load_id;
  }

  void expect_loaded_once(Pipeline pipeline) {
    pipeline.run(files({"zero", "a"}), kIntoT);
    EXPECT_EQ(workspace_.ids(), "0,1");
    EXPECT_EQ(remembered_files(pipeline.state()), "a,zero");
    EXPECT_EQ(remembered_files(stored_state(workspace_)), "a,zero");
    expect_failed(pipeline, {});
    for (const std::string& load_id : pipeline.list_completed_load_packages())
      EXPECT_TRUE(pipeline.load_package_info(load_id).at("failure").is_null());
  }

  std::optional<Snapshot> extracted_;
};

// Setting aside and taking up again pass through the same two pictures: the package is pending with
// its failure written, and the state is the one before it, or its own.
TEST_F(FailureCrashTest, PendingWithItsFailureAndWithoutItsState) {
  const std::string load_id = fail();
  move_path(folder() / "failed" / load_id, folder() / "normalize/extracted" / load_id);
  EXPECT_EQ(remembered_files(read_json(folder() / "state.json")), "zero");
  expect_loaded_once(lenient());
}

TEST_F(FailureCrashTest, PendingWithItsFailureAndItsState) {
  const std::string load_id = fail();
  move_path(folder() / "failed" / load_id, folder() / "normalize/extracted" / load_id);
  extracted_->restore("state.json");
  EXPECT_EQ(remembered_files(read_json(folder() / "state.json")), "a,zero");
  expect_loaded_once(lenient());
}

TEST_F(FailureCrashTest, ItFailsOnceMore) {
  const std::string load_id = fail();
  const Json before = read_json(folder() / "state.json");
  move_path(folder() / "failed" / load_id, folder() / "normalize/extracted" / load_id);
  {
    Pipeline pipeline = strict();
    EXPECT_EQ(thrown_by([&] { pipeline.run(); }).code(), ErrorCode::kBadRecord);
    expect_failed(pipeline, {load_id});
    EXPECT_EQ(read_json(folder() / "state.json"), before);
  }
  Pipeline pipeline = lenient();
  pipeline.retry_failed_package(load_id);
  expect_loaded_once(std::move(pipeline));
}

/// How far the dropping of three packages came: `a` failed, `b` and `c` are pending.
class DropCrashTest : public FailureCrashTest {
 protected:
  void SetUp() override {
    write_all();
    Pipeline pipeline = strict();
    pipeline.run(files({"zero"}), kIntoT);
    load_ids_ = extract(pipeline, {"a", "b"});
    on_b_ = read_json(folder() / "state.json").dump(1);
    load_ids_.push_back(extract(pipeline, {"c"})[0]);
    EXPECT_THROW(pipeline.run(), PipelineStepFailed);
    on_a_ = pipeline.load_package_info(load_ids_[1]).at("state_before").dump(1);
  }

  void set_state(const std::string& text) const {
    files::write_atomically(folder() / "state.json", text);
  }
  void remove(const std::string& load_id) const {
    move_path(folder() / "normalize/extracted" / load_id, folder() / "normalize/new" / load_id);
    std::filesystem::remove(folder() / "normalize/new" / load_id / "package.json");
  }

  /// The drop is made again, what failed is loaded, and the rest extracted again.
  void expect_to_drop(std::size_t count) const {
    Pipeline pipeline = lenient();
    EXPECT_EQ(pipeline.drop_pending_packages(), count);
    EXPECT_EQ(remembered_files(pipeline.state()), "zero");
    expect_failed(pipeline, {load_ids_[0]});
    pipeline.retry_failed_package(load_ids_[0]);
    pipeline.run(files({"zero", "a", "b", "c"}), kIntoT);
    EXPECT_EQ(workspace_.ids(), "0,1,2,3");
    EXPECT_EQ(remembered_files(pipeline.state()), "a,b,c,zero");
  }

  std::vector<std::string> load_ids_;
  std::string on_a_;
  std::string on_b_;
};

TEST_F(DropCrashTest, StateOfTheLastTakenBack) {
  set_state(on_b_);
  expect_to_drop(2);
}

TEST_F(DropCrashTest, LastRemoved) {
  set_state(on_b_);
  remove(load_ids_[2]);
  expect_to_drop(1);
}

TEST_F(DropCrashTest, StateOfBothTakenBack) {
  set_state(on_a_);
  remove(load_ids_[2]);
  expect_to_drop(1);
}

TEST_F(DropCrashTest, BothRemovedAndTheStateOfTheFailedOneLeft) {
  set_state(on_a_);
  remove(load_ids_[2]);
  remove(load_ids_[1]);
  expect_to_drop(0);
}

TEST_F(DropCrashTest, WithoutDroppingAgainTheFailedOneIsRetriedAndTheRestLoaded) {
  set_state(on_b_);
  remove(load_ids_[2]);
  Pipeline pipeline = lenient();
  pipeline.retry_failed_package(load_ids_[0]);
  pipeline.run(files({"zero", "a", "b", "c"}), kIntoT);
  EXPECT_EQ(workspace_.ids(), "0,1,2,3");
  EXPECT_EQ(workspace_.ask("SELECT count(*) FROM _dlt_loads"), "4");
}

}  // namespace
}  // namespace dlt
