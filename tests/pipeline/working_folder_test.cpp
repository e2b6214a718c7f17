// SPDX-License-Identifier: Apache-2.0
#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "core/files/file.hpp"
#include "core/thrown_error.hpp"
#include "engine/child_process.hpp"
#include "pipeline/workspace.hpp"

// A pipeline's own folder: how it is found again, thrown away and refused.
namespace dlt {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class WorkingFolderTest : public testing::Test {
 protected:
  PipelineOptions options_of(std::string name) const {
    return {.pipeline_name = std::move(name), .pipelines_dir = workspace_.path() / "machines/a"};
  }
  std::string datasets() const {
    return workspace_.ask(
        "SELECT DISTINCT schema_name FROM duckdb_tables() WHERE table_name = 't' ORDER BY 1");
  }

  const Workspace workspace_;
  const Json row_ = {{"id", 1}, {"list", {{{"n", 1}}, {{"n", 2}}}}};
};

TEST_F(WorkingFolderTest, NamesThatCannotBeAFolders) {
  for (const char* name : {"", ".", "..", "a/b", "a.b", "a%b", "{a}", "a\\b", "a:b"})
    EXPECT_EQ(thrown_by([&] { Pipeline{options_of(name)}; }).code(), ErrorCode::kInvalidArgument)
        << name;
}

TEST_F(WorkingFolderTest, ANewPipelineKnowsNothing) {
  Pipeline pipeline(options_of("q"));
  EXPECT_TRUE(pipeline.first_run());
  EXPECT_EQ(pipeline.dataset_name(), "q_dataset");
  EXPECT_EQ(pipeline.destination_name(), "");
  EXPECT_EQ(pipeline.destination_location(), "");
  EXPECT_EQ(pipeline.default_schema_name(), "");
  EXPECT_TRUE(pipeline.schema_names().empty());
  EXPECT_TRUE(pipeline.last_trace().is_null());
  EXPECT_FALSE(pipeline.has_pending_data());
  EXPECT_TRUE(pipeline.list_completed_load_packages().empty());
  EXPECT_EQ(pipeline.working_dir(), workspace_.path() / "machines/a/q");
  EXPECT_EQ(thrown_by([&] { pipeline.default_schema(); }).code(), ErrorCode::kNotFound);
  EXPECT_EQ(thrown_by([&] { pipeline.sync_destination(); }).code(), ErrorCode::kConfiguration);
}

TEST_F(WorkingFolderTest, WithoutADestinationPackagesWaitForOne) {
  Pipeline pipeline(options_of("p"));
  EXPECT_EQ(thrown_by([&] { pipeline.run(row_, kIntoT); }).code(), ErrorCode::kConfiguration);
  EXPECT_EQ(pipeline.list_normalized_load_packages().size(), 1U);
  pipeline = Pipeline(options_of("q"));
  Pipeline again = workspace_.open();
  again.run();
  EXPECT_EQ(workspace_.ids(), "1");
}

TEST_F(WorkingFolderTest, DestinationAndDatasetAreRemembered) {
  workspace_.open().run(row_, kIntoT);
  Pipeline pipeline(options_of("p"));
  EXPECT_EQ(pipeline.dataset_name(), "d");
  EXPECT_EQ(pipeline.destination_location(), "duckdb:///" + workspace_.database().string());
  pipeline.run(row_, kIntoT);
  EXPECT_EQ(workspace_.ids(), "1,1");
  const Json state = pipeline.state();
  EXPECT_EQ(state.at("pipeline_name"), "p");
  EXPECT_EQ(state.at("dataset_name"), "d");
  EXPECT_EQ(state.at("destination_type"), "dlt.destinations.duckdb");
  EXPECT_EQ(state.at("default_schema_name"), "p");
  EXPECT_EQ(state.at("schema_names"), Json({"p"}));
  EXPECT_EQ(state.at("_state_engine_version"), 4);
}

TEST_F(WorkingFolderTest, DropForgetsAndLeavesTheDestination) {
  workspace_.write("one", {1});
  Pipeline pipeline = workspace_.open();
  pipeline.run(workspace_.remembered({"one"}), kIntoT);
  pipeline.extract(row_, kIntoT);
  pipeline.drop();
  EXPECT_TRUE(pipeline.first_run());
  EXPECT_FALSE(pipeline.has_pending_data());
  EXPECT_TRUE(pipeline.list_completed_load_packages().empty());
  EXPECT_TRUE(pipeline.last_trace().is_null());
  EXPECT_FALSE(std::filesystem::exists(workspace_.working_dir() / "state.json"));
  EXPECT_EQ(workspace_.ids(), "1");
  // It still holds the folder, and comes back as it was.
  EXPECT_EQ(thrown_by([&] { workspace_.open(); }).code(), ErrorCode::kLocked);
  EXPECT_TRUE(pipeline.run(workspace_.remembered({"one"}), kIntoT).load_packages.empty());
  EXPECT_EQ(workspace_.ids(), "1");
}

TEST_F(WorkingFolderTest, AttachTakesWhatIsThere) {
  workspace_.open().run(row_, kIntoT);
  EXPECT_EQ(attach(options_of("p")).dataset_name(), "d");
  EXPECT_EQ(thrown_by([&] { attach(options_of("q")); }).code(), ErrorCode::kNotFound);
  EXPECT_FALSE(std::filesystem::exists(workspace_.path() / "machines/a/q"));

  Pipeline elsewhere = attach(workspace_.options({.machine = "b"}));
  EXPECT_EQ(elsewhere.default_schema_name(), "p");
  EXPECT_FALSE(elsewhere.first_run());
  PipelineOptions unknown = workspace_.options({.machine = "b"});
  unknown.pipeline_name = "q";
  EXPECT_EQ(thrown_by([&] { attach(unknown); }).code(), ErrorCode::kNotFound);
  EXPECT_FALSE(std::filesystem::exists(workspace_.path() / "machines/b/q/state.json"));
}

TEST_F(WorkingFolderTest, DevModeBeginsFromScratchInADatasetOfItsOwn) {
  workspace_.open().run(row_, kIntoT);
  PipelineOptions dev = workspace_.options();
  dev.dev_mode = true;
  std::string dataset;
  {
    Pipeline pipeline(dev);
    dataset = pipeline.dataset_name();
    EXPECT_THAT(dataset, testing::MatchesRegex("d_[0-9]{14}"));
    EXPECT_TRUE(pipeline.first_run());
    EXPECT_TRUE(pipeline.list_completed_load_packages().empty());
    pipeline.run(row_, kIntoT);
    pipeline.run(row_, kIntoT);
  }
  EXPECT_EQ(workspace_.ids({.dataset = dataset}), "1,1");
  EXPECT_EQ(workspace_.ids(), "1");
  EXPECT_EQ(datasets(), "d," + dataset);

  // Left, it knows what the dataset knows that it comes back to.
  Pipeline pipeline = workspace_.open();
  pipeline.run(row_, kIntoT);
  EXPECT_EQ(pipeline.dataset_name(), "d");
  EXPECT_EQ(workspace_.ids(), "1,1");
  EXPECT_EQ(workspace_.ids({.dataset = dataset}), "1,1");
  EXPECT_EQ(datasets(), "d," + dataset);
  EXPECT_NE(pipeline.state().at("_local").at("_dev_mode"), true);
}

TEST_F(WorkingFolderTest, DevModeWithoutADatasetIsLeftForTheUsualOne) {
  PipelineOptions dev = workspace_.options();
  dev.dataset_name = "";
  PipelineOptions usual = dev;
  dev.dev_mode = true;
  Pipeline(dev).run(row_, kIntoT);
  Pipeline pipeline(usual);
  pipeline.run(row_, kIntoT);
  EXPECT_EQ(pipeline.dataset_name(), "p_dataset");
  EXPECT_EQ(workspace_.ids({.dataset = "p_dataset"}), "1");
}

// --- schemas

TEST_F(WorkingFolderTest, TheSchemaIsExportedAndImported) {
  PipelineOptions options = workspace_.options();
  options.export_schema_path = workspace_.path() / "export";
  options.import_schema_path = workspace_.path() / "import";
  Pipeline(options).run(row_, kIntoT);
  const std::string exported = files::read_all(options.export_schema_path / "p.schema.yaml");
  const Schema schema = Schema::from_yaml(exported);
  ASSERT_NE(schema.find_table("t__list"), nullptr);
  EXPECT_EQ(schema.compute_version_hash(),
            workspace_.open().default_schema().compute_version_hash());

  // The file to import is what was there before anything was inferred; edited, it takes over.
  std::string edited = files::read_all(options.import_schema_path / "p.schema.yaml");
  EXPECT_THAT(edited, testing::Not(HasSubstr("t__list")));
  Schema changed = Schema::from_yaml(edited);
  changed.update_table(
      {.name = "u", .columns = {{.name = "amount", .data_type = DataType::kDecimal}}});
  files::write_atomically(options.import_schema_path / "p.schema.yaml",
                          changed.to_yaml_without_defaults());
  Pipeline pipeline(options);
  pipeline.run(Json{{"amount", 1}}, {.table_name = "u"});
  EXPECT_EQ(workspace_.ask("SELECT amount FROM u"), "1.000000000");
  pipeline.run(Json{{"id", 2}}, kIntoT);
  EXPECT_EQ(workspace_.ids(), "1,2");
}

TEST_F(WorkingFolderTest, ASchemaOfTheCallersOwn) {
  auto schema = std::make_shared<Schema>("own");
  schema->update_table({.name = "t", .columns = {{.name = "id", .data_type = DataType::kText}}});
  schema->bump_version();
  Pipeline pipeline = workspace_.open();
  pipeline.run(row_, {.table_name = "t", .schema = schema});
  EXPECT_EQ(pipeline.default_schema_name(), "own");
  EXPECT_EQ(workspace_.ask("SELECT typeof(id) FROM t"), "VARCHAR");
}

TEST_F(WorkingFolderTest, NamesFollowTheConvention) {
  const Json record = {{"someKey", 1}, {"Other-Key", 2}};
  struct {
    const char* naming;
    const char* columns;
  } const cases[] = {{"", "some_key,other_key"},
                     {"snake_case", "some_key,other_key"},
                     {"direct", "someKey,Other-Key"},
                     {"duck_case", "someKey,Other-Key"},
                     {"sql_ci_v1", "somekey,other_key"}};
  for (const auto& test : cases) {
    SCOPED_TRACE(test.naming);
    const Workspace workspace;
    PipelineOptions options = workspace.options();
    options.naming = test.naming;
    Pipeline(options).run(record, kIntoT);
    // Kept without being said again.
    workspace.open().run(record, kIntoT);
    EXPECT_EQ(workspace.ask(
                  "SELECT column_name FROM duckdb_columns() WHERE table_name = 't' AND column_name "
                  "NOT LIKE '\\_dlt%' ESCAPE '\\' ORDER BY column_index"),
              test.columns);
    EXPECT_EQ(workspace.ask("SELECT count(*) FROM t"), "2");
  }
}

TEST_F(WorkingFolderTest, LongNamesAreShortened) {
  PipelineOptions options = workspace_.options();
  options.max_identifier_length = 20;
  Pipeline(options).run(Json{{"a_key_that_is_rather_long", 1}}, kIntoT);
  const std::string name = workspace_.ask(
      "SELECT column_name FROM duckdb_columns() WHERE table_name = 't' AND column_index = 1");
  EXPECT_EQ(name.size(), 20U);
  EXPECT_THAT(name, StartsWith("a_key_t"));
}

// --- folders that cannot be used

/// Runs `body` as a user whom permissions bind; its result is a sign that it went as expected.
bool holds_for_a_user(const std::function<bool()>& body) {
  ChildProcess child([&] {
    constexpr uid_t kNobody = 65534;
    if (geteuid() == 0 && seteuid(kNobody) != 0) return 2;
    return body() ? 0 : 1;
  });
  return child.wait() == 0;
}

TEST_F(WorkingFolderTest, AFolderThatCannotBeWrittenIsRefused) {
  { workspace_.open().run(row_, kIntoT); }
  const std::filesystem::path folder = workspace_.working_dir().parent_path();
  std::filesystem::permissions(workspace_.path(), std::filesystem::perms{0755});
  std::filesystem::permissions(folder, std::filesystem::perms{0555});
  PipelineOptions options = options_of("q");
  EXPECT_TRUE(holds_for_a_user([&] {
    try {
      Pipeline{options};
      return false;
    } catch (const Error& error) {
      return error.code() == ErrorCode::kIo &&
             error.message().find("/.q.lock") != std::string::npos;
    }
  }));
  std::filesystem::permissions(folder, std::filesystem::perms{0755});
}

TEST_F(WorkingFolderTest, AFileInThePlaceOfTheFolderIsRefused) {
  workspace_.write("file", {1});
  PipelineOptions options = options_of("q");
  options.pipelines_dir = workspace_.path() / "file";
  EXPECT_EQ(thrown_by([&] { Pipeline{options}; }).code(), ErrorCode::kIo);
}

TEST_F(WorkingFolderTest, AStateThatIsDamagedIsNamed) {
  { workspace_.open().run(row_, kIntoT); }
  const std::filesystem::path file = workspace_.working_dir() / "state.json";
  files::write_atomically(file, "{");
  const Error error = thrown_by([&] { workspace_.open(); });
  EXPECT_EQ(error.code(), ErrorCode::kState);
  EXPECT_EQ(error.context().file, file.string());
  // The hint works.
  std::filesystem::remove_all(workspace_.working_dir());
  workspace_.open().run(row_, kIntoT);
  EXPECT_EQ(workspace_.ids(), "1,1");
}

TEST_F(WorkingFolderTest, APackageOfAnotherProgramIsNamed) {
  const std::filesystem::path package = workspace_.working_dir() / "normalize/extracted/1.5";
  std::filesystem::create_directories(package / "new_jobs");
  files::write_atomically(package / "schema.json", "{}");
  const Error error = thrown_by([&] { workspace_.open().run(row_, kIntoT); });
  EXPECT_EQ(error.code(), ErrorCode::kState);
  EXPECT_THAT(error.message(), HasSubstr(package.string()));
  EXPECT_TRUE(std::filesystem::exists(package / "schema.json"));
}

}  // namespace
}  // namespace dlt
