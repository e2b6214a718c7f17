// SPDX-License-Identifier: Apache-2.0
#include "pipeline/workspace.hpp"

#include <fstream>
#include <set>

#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include "core/files/file.hpp"
#include "destinations/loading.hpp"
#include "state/state.hpp"

namespace dlt {

PipelineOptions Workspace::options(const Place& place) const {
  return {.pipeline_name = "p",
          .pipelines_dir = folder_.path() / "machines" / place.machine,
          .destination = database(place).string(),
          .dataset_name = place.dataset,
          .workers = 1};
}

std::filesystem::path Workspace::working_dir(const Place& place) const {
  return folder_.path() / "machines" / place.machine / "p";
}

std::filesystem::path Workspace::database(const Place& place) const {
  return folder_ / (place.database + ".duckdb");
}

std::filesystem::path Workspace::write(const std::string& name, const std::vector<int>& ids) const {
  const std::filesystem::path path = folder_ / name;
  std::ofstream out(path);
  for (const int id : ids)
    out << Json{{"id", id}, {"list", {{{"n", id}}, {{"n", id + 1}}}}}.dump() << "\n";
  return path;
}

Data Workspace::remembered(const std::vector<std::string>& names) const {
  std::vector<std::filesystem::path> paths;
  for (const std::string& name : names) paths.push_back(folder_ / name);
  return record_files(std::move(paths), {.remember = true});
}

std::string Workspace::ask(const std::string& sql, const Place& place) const {
  const auto destination = make_destination(database(place).string(), "");
  return dlt::ask(*destination->open(place.dataset, {}), sql);
}

std::string Workspace::ids(const Place& place) const {
  return ask("SELECT id FROM t ORDER BY id", place);
}

void Workspace::expect_whole(const Place& place) const {
  EXPECT_EQ(ask("SELECT count(*) - count(DISTINCT load_id) FROM _dlt_loads", place), "0");
  EXPECT_EQ(
      ask("SELECT id FROM t WHERE _dlt_load_id NOT IN (SELECT load_id FROM _dlt_loads)", place),
      "");
  EXPECT_EQ(ask("SELECT count(*) - count(DISTINCT _dlt_id) FROM t", place), "0");
  EXPECT_EQ(ask("SELECT id FROM t WHERE (SELECT count(*) FROM t__list WHERE _dlt_parent_id = "
                "t._dlt_id AND n - id = _dlt_list_idx) <> 2",
                place),
            "");
  EXPECT_EQ(ask("SELECT (SELECT count(*) FROM t__list) - 2 * (SELECT count(*) FROM t)", place),
            "0");
}

Snapshot::Snapshot(const Workspace& workspace, std::filesystem::path original,
                   std::string_view name)
    : original_(std::move(original)), copy_(workspace.path() / "snapshots" / name) {
  std::filesystem::create_directories(copy_.parent_path());
  if (std::filesystem::exists(original_))
    std::filesystem::copy(original_, copy_, std::filesystem::copy_options::recursive);
}

void Snapshot::restore(const std::filesystem::path& part) const {
  const std::filesystem::path from = part.empty() ? copy_ : copy_ / part;
  const std::filesystem::path to = part.empty() ? original_ : original_ / part;
  std::filesystem::remove_all(to);
  if (!std::filesystem::exists(from)) return;
  std::filesystem::create_directories(to.parent_path());
  std::filesystem::copy(from, to, std::filesystem::copy_options::recursive);
}

void move_path(const std::filesystem::path& from, const std::filesystem::path& to) {
  std::filesystem::create_directories(to.parent_path());
  std::filesystem::rename(from, to);
}

Json read_json(const std::filesystem::path& file) { return Json::parse(files::read_all(file)); }

Json stored_state(const Workspace& workspace, const Place& place) {
  const auto destination = make_destination(workspace.database(place).string(), "");
  const std::optional<StoredState> stored = destination->open(place.dataset, {})->stored_state("p");
  return stored ? decode_state(stored->state) : Json(nullptr);
}

std::string remembered_files(const Json& state) {
  const Json known = state.value("/sources/p/resources/t/files"_json_pointer, Json::object());
  std::set<std::string> names;
  for (const auto& [path, identity] : known.items())
    names.insert(std::filesystem::path(path).filename().string());
  return fmt::format("{}", fmt::join(names, ","));
}

}  // namespace dlt
