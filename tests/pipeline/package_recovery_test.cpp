// SPDX-License-Identifier: Apache-2.0
#include <fstream>
#include <functional>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "pipeline/workspace.hpp"

// Working folders as SIGKILL leaves them, at every point between two steps on disk. After each the
// next run has every row once, and knows what it loaded.
namespace dlt {
namespace {

/// A pipeline's folder before each step that a package went through, and the package.
struct Journey {
  const Workspace& workspace;
  std::string load_id;
  Snapshot before;
  Snapshot extracted;
  Snapshot normalized;
  Snapshot loaded;

  std::filesystem::path folder() const { return workspace.working_dir(); }
  /// Copies from a snapshot to another place of the folder.
  void put(const Snapshot& from, const std::string& part, const std::string& to) const {
    const std::filesystem::path target = folder() / to / load_id;
    std::filesystem::create_directories(target.parent_path());
    std::filesystem::copy(from.path() / part / load_id, target,
                          std::filesystem::copy_options::recursive);
  }
};

struct CrashPoint {
  std::string name;
  /// Makes of the folder what the crash leaves; the database is as before the load unless
  /// `committed`.
  std::function<void(const Journey&)> leave;
  bool committed = false;
};

void PrintTo(const CrashPoint& point, std::ostream* out) { *out << point.name; }

enum class Runs { kFirst, kLater };

void PrintTo(Runs runs, std::ostream* out) { *out << (runs == Runs::kFirst ? "first" : "later"); }

const CrashPoint kCrashPoints[] = {
    {"while_extracting",
     [](const Journey& at) {
       at.before.restore();
       at.put(at.extracted, "normalize/extracted", "normalize/new");
       std::filesystem::remove(at.folder() / "normalize/new" / at.load_id / "package.json");
     }},
    {"schema_saved_and_package_not_moved",
     [](const Journey& at) {
       at.before.restore();
       at.put(at.extracted, "normalize/extracted", "normalize/new");
       at.extracted.restore("schemas");
     }},
    {"package_extracted_and_state_not_saved",
     [](const Journey& at) {
       at.extracted.restore();
       at.before.restore("state.json");
     }},
    {"extracted", [](const Journey& at) { at.extracted.restore(); }},
    {"while_normalizing",
     [](const Journey& at) {
       at.extracted.restore();
       at.put(at.normalized, "load/normalized", "load/new");
       std::filesystem::remove(at.folder() / "load/new" / at.load_id / "package.json");
     }},
    {"normalized_package_not_moved",
     [](const Journey& at) {
       at.extracted.restore();
       at.put(at.normalized, "load/normalized", "load/new");
     }},
    {"normalized_and_extracted_not_removed",
     [](const Journey& at) {
       at.normalized.restore();
       at.put(at.extracted, "normalize/extracted", "normalize/extracted");
       at.extracted.restore("schemas");
     }},
    {"extracted_package_half_removed",
     [](const Journey& at) {
       at.normalized.restore();
       at.put(at.extracted, "normalize/extracted", "normalize/new");
       std::filesystem::remove_all(at.folder() / "normalize/new" / at.load_id / "items");
       at.extracted.restore("schemas");
     }},
    {"normalized_and_schema_not_saved",
     [](const Journey& at) {
       at.normalized.restore();
       at.extracted.restore("schemas");
     }},
    {"normalized", [](const Journey& at) { at.normalized.restore(); }},
    {"schema_and_state_half_written",
     [](const Journey& at) {
       at.normalized.restore();
       for (const char* file : {"state.json", "schemas/p.schema.json"}) {
         const std::filesystem::path path = at.folder() / file;
         std::filesystem::copy(path, path.parent_path() / ".dltpp-12345-6.tmp");
       }
     }},
    {"committed_and_not_noted", [](const Journey& at) { at.normalized.restore(); }, true},
    {"committed_and_package_not_moved",
     [](const Journey& at) {
       at.normalized.restore();
       at.loaded.restore("state.json");
     },
     true},
    {"loaded_and_jobs_not_removed",
     [](const Journey& at) {
       at.loaded.restore();
       std::filesystem::remove_all(at.folder() / "load/loaded" / at.load_id);
       at.put(at.normalized, "load/normalized", "load/loaded");
     },
     true},
};

class CrashTest : public testing::TestWithParam<std::tuple<CrashPoint, Runs>> {
 protected:
  void SetUp() override {
    workspace_.write("zero", {1, 2});
    // With a column that no other file has.
    const std::filesystem::path one = workspace_.write("one", {3});
    std::ofstream(one, std::ios::app)
        << R"({"id": 4, "only_here": 1, "list": [{"n": 4}, {"n": 5}]})"
        << "\n";
    workspace_.write("two", {5});
    if (std::get<Runs>(GetParam()) == Runs::kFirst) return;
    workspace_.open().run(workspace_.remembered({"zero"}), kIntoT);
  }

  Journey travel() {
    const std::filesystem::path folder = workspace_.working_dir();
    const Snapshot before(workspace_, folder, "before");
    const Snapshot database(workspace_, workspace_.database(), "database");
    std::string load_id =
        workspace_.open().extract(workspace_.remembered({"zero", "one"}), kIntoT).loads_ids.at(0);
    const Snapshot extracted(workspace_, folder, "extracted");
    workspace_.open().normalize();
    const Snapshot normalized(workspace_, folder, "normalized");
    workspace_.open().load();
    const Snapshot loaded(workspace_, folder, "loaded");
    if (!std::get<CrashPoint>(GetParam()).committed) database.restore();
    return {workspace_, load_id, before, extracted, normalized, loaded};
  }

  const Workspace workspace_;
};

TEST_P(CrashTest, TheNextRunHasEveryRowOnce) {
  const CrashPoint& point = std::get<CrashPoint>(GetParam());
  const Journey journey = travel();
  point.leave(journey);

  Pipeline pipeline = workspace_.open();
  pipeline.run(workspace_.remembered({"zero", "one", "two"}), kIntoT);

  EXPECT_EQ(workspace_.ids(), "1,2,3,4,5");
  workspace_.expect_whole();
  EXPECT_EQ(remembered_files(pipeline.state()), "one,two,zero");
  EXPECT_FALSE(pipeline.has_pending_data());
  EXPECT_FALSE(pipeline.first_run());
  EXPECT_NE(pipeline.default_schema().find_table("t")->find("only_here"), nullptr);
  const Json stored = stored_state(workspace_);
  EXPECT_EQ(stored.at("_version_hash"), pipeline.state().at("_version_hash"));
  EXPECT_EQ(stored.at("_state_version"), pipeline.state().at("_state_version"));
  EXPECT_EQ(read_json(workspace_.working_dir() / "state.json"), pipeline.state());
  EXPECT_EQ(workspace_.ask("SELECT count(DISTINCT version_hash) - count(*) FROM _dlt_version"),
            "0");
  EXPECT_EQ(workspace_.ask("SELECT version_hash FROM _dlt_version ORDER BY version DESC LIMIT 1"),
            pipeline.default_schema().stored_version_hash());
  for (const std::string& load_id : pipeline.list_completed_load_packages()) {
    EXPECT_FALSE(
        std::filesystem::exists(workspace_.working_dir() / "load/loaded" / load_id / "new_jobs"))
        << load_id;
  }
  for (const char* folder : {"", "schemas"})
    EXPECT_FALSE(std::filesystem::exists(workspace_.working_dir() / folder / ".dltpp-12345-6.tmp"));
  for (const char* garbage : {"normalize/new", "load/new"}) {
    const std::filesystem::path folder = workspace_.working_dir() / garbage;
    EXPECT_TRUE(!std::filesystem::exists(folder) || std::filesystem::is_empty(folder)) << garbage;
  }
}

TEST_P(CrashTest, ARunWithoutDataFinishesWhatIsPending) {
  const CrashPoint& point = std::get<CrashPoint>(GetParam());
  const Journey journey = travel();
  point.leave(journey);
  const bool is_lost = !point.committed && !workspace_.open().has_pending_data();

  workspace_.open().run();

  Pipeline pipeline = workspace_.open();
  const bool is_first = std::get<Runs>(GetParam()) == Runs::kFirst;
  EXPECT_EQ(is_lost,
            point.name == "while_extracting" || point.name == "schema_saved_and_package_not_moved");
  EXPECT_EQ(remembered_files(pipeline.state()), !is_lost ? "one,zero" : is_first ? "" : "zero");
  if (!is_lost || !is_first) {
    EXPECT_EQ(workspace_.ids(), is_lost ? "1,2" : "1,2,3,4");
    workspace_.expect_whole();
  }
}

INSTANTIATE_TEST_SUITE_P(Points, CrashTest,
                         testing::Combine(testing::ValuesIn(kCrashPoints),
                                          testing::Values(Runs::kFirst, Runs::kLater)),
                         [](const auto& drawn) {
                           return std::get<0>(drawn.param).name +
                                  (std::get<1>(drawn.param) == Runs::kFirst ? "_first" : "_later");
                         });

}  // namespace
}  // namespace dlt
