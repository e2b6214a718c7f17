// SPDX-License-Identifier: Apache-2.0
// Packages of a pipeline that failed or wait.
#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "package/load_id.hpp"
#include "pipeline/pipeline_impl.hpp"

namespace dlt {

std::optional<std::string> Pipeline::Impl::failed_origin(const std::string& load_id,
                                                         const std::string& state_hash) const {
  const auto newest_before = [&](PackageStage stage,
                                 const std::string& after) -> std::optional<std::string> {
    const std::vector<std::string> ids = packages->list(stage);
    for (auto id = ids.rbegin(); id != ids.rend() && parse_load_id(*id) > parse_load_id(after);
         ++id) {
      if (parse_load_id(*id) >= parse_load_id(load_id)) continue;
      const PackageManifest manifest = packages->read_manifest(stage, *id);
      if (!manifest.state.is_null() && manifest.state.value("_version_hash", "-") == state_hash)
        return *id;
    }
    return {};
  };
  const std::optional<std::string> failed = newest_before(PackageStage::kFailed, {});
  if (!failed) return {};
  for (const PackageStage stage :
       {PackageStage::kExtracted, PackageStage::kNormalized, PackageStage::kLoaded}) {
    if (newest_before(stage, *failed)) return {};
  }
  return failed;
}

void Pipeline::Impl::check_not_held_back(PackageStage stage, const std::string& load_id) const {
  const PackageManifest manifest = packages->read_manifest(stage, load_id);
  if (manifest.state_before.is_null()) return;
  const std::optional<std::string> failed =
      failed_origin(load_id, manifest.state_before.value("_version_hash", ""));
  if (!failed) return;
  Error error(
      ErrorCode::kState,
      fmt::format("the package was extracted on the state of package {}, which failed", *failed),
      fmt::format("retry the failed package, or drop the pending ones: dltpp pipeline {} retry | "
                  "drop-pending",
                  options.pipeline_name));
  throw error.add({.load_id = load_id});
}

void Pipeline::Impl::withdraw_state(const PackageManifest& manifest) {
  if (manifest.state.is_null() || manifest.state_before.is_null()) return;
  const PipelineState carried = PipelineState::from_json(manifest.state, options.pipeline_name);
  // A later extract went on from it: then it is not this package's state any more that holds.
  if (carried.version_hash() != state->version_hash()) return;
  state = PipelineState::from_json(manifest.state_before, options.pipeline_name);
  save_state();
}

void Pipeline::Impl::set_aside(PackageStage stage, const std::string& load_id, const char* step,
                               const Error& error) {
  PackageManifest manifest = packages->read_manifest(stage, load_id);
  manifest.failure = error_to_json(error);
  manifest.failure["step"] = step;
  packages->write_manifest(stage, manifest);
  packages->move(load_id, stage, PackageStage::kFailed);
  withdraw_state(manifest);
}

std::size_t Pipeline::Impl::drop_pending() {
  std::size_t dropped = 0;
  std::vector<std::pair<std::string, PackageStage>> pending;
  for (const PackageStage stage : {PackageStage::kExtracted, PackageStage::kNormalized}) {
    for (std::string& load_id : packages->list(stage))
      pending.emplace_back(std::move(load_id), stage);
  }
  std::sort(pending.begin(), pending.end(), [](const auto& a, const auto& b) {
    return parse_load_id(a.first) > parse_load_id(b.first);
  });
  for (const auto& [load_id, stage] : pending) {
    const PackageManifest manifest = packages->read_manifest(stage, load_id);
    packages->remove(stage, load_id);
    withdraw_state(manifest);
    ++dropped;
  }
  return dropped;
}

void Pipeline::Impl::retry(const std::string& load_id) {
  const std::vector<std::string> failed = packages->list(PackageStage::kFailed);
  if (std::find(failed.begin(), failed.end(), load_id) == failed.end()) {
    throw Error(ErrorCode::kNotFound, fmt::format("there is no failed package {}", load_id));
  }
  PackageManifest manifest = packages->read_manifest(PackageStage::kFailed, load_id);
  const bool carries_state = !manifest.state.is_null();
  if (carries_state) {
    for (const PackageStage stage :
         {PackageStage::kExtracted, PackageStage::kNormalized, PackageStage::kLoaded}) {
      const std::vector<std::string> later = packages->list(stage);
      if (later.empty() || parse_load_id(later.back()) < parse_load_id(load_id)) continue;
      Error error(ErrorCode::kState,
                  fmt::format("package {} was extracted after this one had failed, and its state "
                              "goes on without it",
                              later.back()),
                  fmt::format("extract its data again, and drop what failed: dltpp pipeline {} "
                              "drop-pending --failed",
                              options.pipeline_name));
      throw error.add({.load_id = load_id});
    }
  }
  const PackageStage stage = manifest.failure.value("step", "") == "load"
                                 ? PackageStage::kNormalized
                                 : PackageStage::kExtracted;
  manifest.failure = nullptr;
  packages->write_manifest(PackageStage::kFailed, manifest);
  packages->move(load_id, PackageStage::kFailed, stage);
  if (carries_state) {
    state = PipelineState::from_json(manifest.state, options.pipeline_name);
    save_state();
  }
}

}  // namespace dlt
