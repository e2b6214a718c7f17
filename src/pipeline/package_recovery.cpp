// SPDX-License-Identifier: Apache-2.0
// What a pipeline does about packages that did not get through: after a crash, after a failure, or
// given up.
#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "package/load_id.hpp"
#include "pipeline/pipeline_impl.hpp"

namespace dlt {
namespace {

constexpr PackageStage kPending[] = {PackageStage::kExtracted, PackageStage::kNormalized};

/// Whether the error is about what the package was made of, which stays as it is. What a
/// destination does not take of a normalized one may be taken when that is mended.
bool is_about_input(const Error& error, PackageStage stage, const PackageManifest& manifest,
                    const std::filesystem::path& items_folder) {
  if (error.code() == ErrorCode::kInvalidArgument) return stage == PackageStage::kExtracted;
  const bool is_of_file = error.code() == ErrorCode::kIo || error.code() == ErrorCode::kNotFound;
  if (!is_of_file || error.retryable()) return false;
  return std::any_of(manifest.items.begin(), manifest.items.end(), [&](const ItemFile& item) {
    const std::string& file = error.context().file;
    return file == item.reference || (!item.name.empty() && file == items_folder / item.name);
  });
}

/// An error in a file of the package names it where the package goes.
void follow_package(Error& error, const std::filesystem::path& from,
                    const std::filesystem::path& to) {
  const std::filesystem::path file = error.context().file;
  if (file.parent_path() != from) return;
  ErrorContext moved = error.context();
  moved.file = (to / file.filename()).string();
  error.move_to(moved);
}

/// Whether the package that failed so will fail so again, whatever happens around it.
bool is_terminal(const Error& error, PackageStage stage, const PackageManifest& manifest,
                 const std::filesystem::path& items_folder) {
  switch (error.code()) {
    case ErrorCode::kBadRecord:
    case ErrorCode::kContract:
    case ErrorCode::kNullViolation:
    case ErrorCode::kSchema:
    case ErrorCode::kState:
      return !error.retryable();
    default:
      return is_about_input(error, stage, manifest, items_folder);
  }
}

std::string hash_of(const Json& state) {
  return state.is_object() ? state.value("_version_hash", std::string{}) : std::string{};
}

bool is_withdrawn(const PackageManifest& failed) {
  return failed.failure.is_object() && failed.failure.value("withdrawn", false);
}

}  // namespace

bool Pipeline::Impl::has_pending() const {
  return std::ranges::any_of(kPending,
                             [&](PackageStage stage) { return !packages->list(stage).empty(); });
}

void Pipeline::Impl::recover() {
  for (const PackageStage stage : {PackageStage::kExtracted, PackageStage::kNormalized,
                                   PackageStage::kLoaded, PackageStage::kFailed}) {
    const std::vector<std::string> ids = packages->list(stage);
    if (!ids.empty() && parse_load_id(ids.back()) > parse_load_id(last_known_load_id))
      last_known_load_id = ids.back();
  }
  for (const PackageStage stage : kPending) {
    for (const std::string& load_id : packages->list(stage)) {
      // A crash between a package's way on and the removal of what it was made from leaves both.
      const auto is_further = [&](PackageStage further) {
        return files::exists(packages->path(further, load_id));
      };
      if (stage == PackageStage::kExtracted &&
          (is_further(PackageStage::kNormalized) || is_further(PackageStage::kLoaded))) {
        packages->remove(stage, load_id);
        continue;
      }
      PackageManifest manifest = packages->read_manifest(stage, load_id);
      if (!manifest.failure.is_null()) {
        // A crash came between it and the package's way to or from the failed ones.
        manifest.failure = nullptr;
        packages->write_manifest(stage, manifest);
      }
      if (manifest.state.is_null()) continue;
      const PipelineState carried = PipelineState::from_json(manifest.state, options.pipeline_name);
      if (carried.version() > state->version() || state->version_hash().empty())
        state->adopt(carried);
    }
  }
  if (const std::vector<std::string> loaded = packages->list(PackageStage::kLoaded);
      !loaded.empty())
    packages->remove_jobs(PackageStage::kLoaded, loaded.back());
  if (!has_pending()) withdraw_failed();
}

void Pipeline::Impl::adopt_state(const Json& document) {
  state->adopt(PipelineState::from_json(document, options.pipeline_name));
  save_state();
}

void Pipeline::Impl::withdraw_failed() {
  const std::vector<std::string> failed = packages->list(PackageStage::kFailed);
  for (auto load_id = failed.rbegin(); load_id != failed.rend(); ++load_id) {
    PackageManifest manifest = packages->read_manifest(PackageStage::kFailed, *load_id);
    if (is_withdrawn(manifest)) continue;
    if (holds(manifest)) adopt_state(manifest.state_before);
    if (!manifest.failure.is_object()) manifest.failure = Json::object();
    manifest.failure["withdrawn"] = true;
    packages->write_manifest(PackageStage::kFailed, manifest);
  }
}

bool Pipeline::Impl::holds(const PackageManifest& manifest) const {
  return !manifest.state.is_null() && !manifest.state_before.is_null() &&
         hash_of(manifest.state) == state->version_hash();
}

void Pipeline::Impl::check_not_held_back(const PackageManifest& manifest) const {
  if (manifest.state_before.is_null()) return;
  for (const std::string& failed : packages->list(PackageStage::kFailed)) {
    if (parse_load_id(failed) >= parse_load_id(manifest.load_id)) continue;
    const PackageManifest other = packages->read_manifest(PackageStage::kFailed, failed);
    if (is_withdrawn(other) || other.state.is_null() ||
        hash_of(manifest.state_before) != hash_of(other.state))
      continue;
    Error error(
        ErrorCode::kState,
        fmt::format("the package was extracted on the state of package {}, which failed", failed),
        fmt::format("retry the failed package, or drop the pending ones: dltpp pipeline {} retry | "
                    "drop-pending",
                    options.pipeline_name));
    throw error.add({.load_id = manifest.load_id});
  }
}

void Pipeline::Impl::set_aside_if_terminal(PackageStage stage, const std::string& load_id,
                                           const char* step, Error& error) {
  error.add({.load_id = load_id});
  PackageManifest manifest = packages->read_manifest(stage, load_id);
  const std::filesystem::path items = packages->path(stage, load_id) / "items";
  if (!is_terminal(error, stage, manifest, items)) return;
  follow_package(error, items, packages->path(PackageStage::kFailed, load_id) / "items");
  // The state goes first: a crash before the package is moved finds it pending, state and all.
  const bool withdraws = holds(manifest);
  manifest.failure = error_to_json(error);
  manifest.failure["step"] = step;
  manifest.failure["withdrawn"] = withdraws || manifest.state.is_null();
  packages->write_manifest(stage, manifest);
  if (withdraws) adopt_state(manifest.state_before);
  if (error.code() == ErrorCode::kState) {
    state->set_local(kIsBehind, true);
    save_state();
  }
  packages->move(load_id, stage, PackageStage::kFailed);
}

std::size_t Pipeline::Impl::drop_pending() {
  std::vector<std::pair<std::string, PackageStage>> pending;
  for (const PackageStage stage : kPending) {
    for (std::string& load_id : packages->list(stage))
      pending.emplace_back(std::move(load_id), stage);
  }
  std::sort(pending.begin(), pending.end(), [](const auto& a, const auto& b) {
    return parse_load_id(a.first) > parse_load_id(b.first);
  });
  for (const auto& [load_id, stage] : pending) {
    const PackageManifest manifest = packages->read_manifest(stage, load_id);
    if (holds(manifest)) adopt_state(manifest.state_before);
    packages->remove(stage, load_id);
  }
  withdraw_failed();
  return pending.size();
}

std::size_t Pipeline::Impl::drop_failed() {
  const std::vector<std::string> failed = packages->list(PackageStage::kFailed);
  for (const std::string& load_id : failed) {
    const PackageManifest manifest = packages->read_manifest(PackageStage::kFailed, load_id);
    if (!is_withdrawn(manifest) && has_pending()) {
      Error error(
          ErrorCode::kState, "packages that are pending were extracted on its state",
          fmt::format("drop them first: dltpp pipeline {} drop-pending", options.pipeline_name));
      throw error.add({.load_id = load_id});
    }
    packages->remove(PackageStage::kFailed, load_id);
  }
  return failed.size();
}

void Pipeline::Impl::retry(const std::string& load_id) {
  const std::vector<std::string> failed = packages->list(PackageStage::kFailed);
  if (std::find(failed.begin(), failed.end(), load_id) == failed.end()) {
    throw Error(ErrorCode::kNotFound, fmt::format("there is no failed package {}", load_id));
  }
  PackageManifest manifest = packages->read_manifest(PackageStage::kFailed, load_id);
  const bool brings_state = !manifest.state.is_null() && is_withdrawn(manifest);
  if (brings_state && hash_of(manifest.state_before) != state->version_hash()) {
    Error error(ErrorCode::kState,
                "the pipeline's state has changed since the package failed, and the package's own "
                "goes on from the one before",
                fmt::format("extract its data again, and drop what failed: dltpp pipeline {} "
                            "drop-pending --failed",
                            options.pipeline_name));
    throw error.add({.load_id = load_id});
  }
  const bool is_normalized =
      files::exists(packages->path(PackageStage::kFailed, load_id) / "new_jobs");
  const PackageStage stage = is_normalized ? PackageStage::kNormalized : PackageStage::kExtracted;
  packages->move(load_id, PackageStage::kFailed, stage);
  if (brings_state) adopt_state(manifest.state);
  manifest.failure = nullptr;
  packages->write_manifest(stage, manifest);
}

}  // namespace dlt
