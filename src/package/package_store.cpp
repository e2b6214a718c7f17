// SPDX-License-Identifier: Apache-2.0
#include "package/package_store.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "core/files/file.hpp"
#include "package/load_id.hpp"

namespace dlt {
namespace {

constexpr const char* kManifest = "package.json";
constexpr const char* kSchema = "schema.json";
constexpr const char* kStatements = "load.sql";
constexpr const char* kJobs = "new_jobs";

struct StageFolder {
  const char* name;
  const char* folder;
};

const StageFolder& stage_folder(PackageStage stage) {
  static constexpr StageFolder kFolders[] = {
      {"extracting", "normalize/new"}, {"extracted", "normalize/extracted"},
      {"normalizing", "load/new"},     {"normalized", "load/normalized"},
      {"loaded", "load/loaded"},       {"failed", "failed"},
  };
  return kFolders[static_cast<std::size_t>(stage)];
}

}  // namespace

std::string_view to_string(PackageStage stage) { return stage_folder(stage).name; }

PackageStore::PackageStore(std::filesystem::path working_folder)
    : folder_(std::move(working_folder)) {}

std::filesystem::path PackageStore::path(PackageStage stage, std::string_view load_id) const {
  return folder_ / stage_folder(stage).folder / load_id;
}

std::vector<std::string> PackageStore::list(PackageStage stage) const {
  const std::filesystem::path folder = path(stage, {});
  if (!files::exists(folder)) return {};
  std::vector<std::string> names = files::list(folder);
  std::erase_if(names, [](const std::string& name) { return parse_load_id(name) == 0; });
  std::sort(names.begin(), names.end(), [](const std::string& a, const std::string& b) {
    return parse_load_id(a) < parse_load_id(b);
  });
  return names;
}

std::filesystem::path PackageStore::create(PackageStage stage, std::string_view load_id) const {
  std::filesystem::path folder = path(stage, load_id);
  files::remove_all(folder);
  files::create_directories(folder);
  return folder;
}

void PackageStore::move(std::string_view load_id, PackageStage from, PackageStage to) const {
  const std::filesystem::path target = path(to, load_id);
  files::create_directories(target.parent_path());
  files::sync_folder(path(from, load_id));
  files::rename(path(from, load_id), target);
  files::sync_folder(target.parent_path());
  files::sync_folder(path(from, load_id).parent_path());
}

void PackageStore::remove(PackageStage stage, std::string_view load_id) const {
  const std::filesystem::path package = path(stage, load_id);
  if (!files::exists(package)) return;
  if (stage == PackageStage::kExtracting || stage == PackageStage::kNormalizing) {
    files::remove_all(package);
    return;
  }
  // What lies among the packages that are being made is garbage after a crash.
  remove(PackageStage::kExtracting, load_id);
  move(load_id, stage, PackageStage::kExtracting);
  remove(PackageStage::kExtracting, load_id);
}

void PackageStore::remove_jobs(PackageStage stage, std::string_view load_id) const {
  files::remove_all(path(stage, load_id) / kJobs);
}

void PackageStore::remove_garbage() const {
  for (const PackageStage stage : {PackageStage::kExtracting, PackageStage::kNormalizing}) {
    for (const std::string& load_id : list(stage)) remove(stage, load_id);
  }
}

PackageManifest PackageStore::read_manifest(PackageStage stage, std::string_view load_id) const {
  const std::filesystem::path folder = path(stage, load_id);
  Json document;
  if (files::exists(folder / kManifest))
    document = Json::parse(files::read_all(folder / kManifest), nullptr, false);
  return PackageManifest::from_json(document, folder);
}

void PackageStore::write_manifest(PackageStage stage, const PackageManifest& manifest) const {
  files::write_atomically(path(stage, manifest.load_id) / kManifest, manifest.to_json().dump(1));
}

Schema PackageStore::read_schema(PackageStage stage, std::string_view load_id) const {
  const std::filesystem::path file = path(stage, load_id) / kSchema;
  Json document = Json::parse(files::read_all(file), nullptr, false);
  if (!document.is_discarded()) return Schema::from_json(std::move(document));
  Error error(ErrorCode::kState, "the schema of a package is no JSON",
              "drop the package and extract again");
  throw error.add({.load_id = std::string(load_id), .file = file.string()});
}

std::string PackageStore::read_statements(PackageStage stage, std::string_view load_id) const {
  const std::filesystem::path file = path(stage, load_id) / kStatements;
  return files::exists(file) ? files::read_all(file) : std::string{};
}

void PackageStore::write_statements(PackageStage stage, std::string_view load_id,
                                    std::string_view text) const {
  // Nothing depends on it.
  File file(path(stage, load_id) / kStatements, OpenMode::kCreateOrTruncate);
  file.write(text);
  file.close();
}

void PackageStore::write_schema(PackageStage stage, std::string_view load_id,
                                const Schema& schema) const {
  files::write_atomically(path(stage, load_id) / kSchema, schema.to_json().dump());
}

}  // namespace dlt
