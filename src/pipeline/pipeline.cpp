// SPDX-License-Identifier: Apache-2.0
#include "dlt/pipeline.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "pipeline/folders.hpp"
#include "pipeline/pipeline_impl.hpp"

namespace dlt {

Pipeline::Pipeline(PipelineOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
Pipeline::Pipeline(Pipeline&&) noexcept = default;
Pipeline& Pipeline::operator=(Pipeline&&) noexcept = default;
Pipeline::~Pipeline() = default;

LoadInfo Pipeline::run(const Data& data, const RunOptions& options) {
  return impl_->run(&data, options);
}

LoadInfo Pipeline::run() { return impl_->run(nullptr, {}); }

ExtractInfo Pipeline::extract(const Data& data, const RunOptions& options) {
  return impl_->single_step("extract", [&] { return impl_->extract(data, options); });
}

NormalizeInfo Pipeline::normalize() {
  return impl_->single_step("normalize", [&] { return impl_->normalize(); });
}

LoadInfo Pipeline::load() {
  return impl_->single_step("load", [&] { return impl_->load(); });
}

void Pipeline::sync_destination() {
  impl_->single_step("sync", [&] { return impl_->sync(QueryAccess::kReadOnly); });
}

void Pipeline::drop() {
  impl_->open_client.reset();
  files::remove_all(impl_->folder);
  PipelineOptions options = impl_->options;
  if (options.destination.empty() && impl_->destination)
    options.destination = impl_->destination->location();
  std::optional<FileLock> lock = std::move(impl_->lock);
  impl_ = std::make_unique<Impl>(std::move(options), std::move(lock));
}

std::size_t Pipeline::drop_pending_packages() { return impl_->drop_pending(); }

std::size_t Pipeline::drop_failed_packages() { return impl_->drop_failed(); }

void Pipeline::retry_failed_package(std::string_view load_id) {
  impl_->retry(std::string(load_id));
}

std::vector<Json> Pipeline::quarantined(std::string_view load_id) const {
  return impl_->quarantined(load_id);
}

LoadInfo Pipeline::load_quarantined(std::string_view load_id) {
  return impl_->load_quarantined(load_id);
}

void Pipeline::query(std::string_view sql, ArrowArrayStream* out) { impl_->query(sql, out); }

std::vector<std::string> Pipeline::list_extracted_load_packages() const {
  return impl_->packages->list(PackageStage::kExtracted);
}

std::vector<std::string> Pipeline::list_normalized_load_packages() const {
  return impl_->packages->list(PackageStage::kNormalized);
}

std::vector<std::string> Pipeline::list_completed_load_packages() const {
  return impl_->packages->list(PackageStage::kLoaded);
}

std::vector<std::string> Pipeline::list_failed_load_packages() const {
  return impl_->packages->list(PackageStage::kFailed);
}

Json Pipeline::load_package_info(std::string_view load_id) const {
  const PackageStage stage = impl_->stage_of(load_id);
  Json info = impl_->packages->read_manifest(stage, load_id).to_json();
  info["stage"] = to_string(stage);
  info["path"] = impl_->packages->path(stage, load_id).string();
  return info;
}

std::string Pipeline::load_package_sql(std::string_view load_id) const {
  return impl_->packages->read_statements(impl_->stage_of(load_id), load_id);
}

bool Pipeline::has_pending_data() const {
  return !list_extracted_load_packages().empty() || !list_normalized_load_packages().empty();
}

const std::string& Pipeline::pipeline_name() const { return impl_->options.pipeline_name; }

const std::string& Pipeline::dataset_name() const { return impl_->dataset_name; }

std::string Pipeline::normalized_dataset_name() const { return impl_->normalized_dataset_name(); }

std::string Pipeline::destination_name() const {
  return impl_->destination ? std::string(impl_->destination->name()) : std::string{};
}

std::string Pipeline::destination_location() const {
  return impl_->destination ? impl_->destination->location() : std::string{};
}

std::filesystem::path Pipeline::working_dir() const { return impl_->folder; }

bool Pipeline::first_run() const { return impl_->state->local("first_run") == true; }

std::vector<std::string> Pipeline::schema_names() const {
  const Json& names = impl_->state->get("schema_names");
  return names.is_array() ? names.get<std::vector<std::string>>() : std::vector<std::string>{};
}

std::string Pipeline::default_schema_name() const {
  const Json& name = impl_->state->get("default_schema_name");
  return name.is_string() ? name.get<std::string>() : std::string{};
}

Schema Pipeline::schema(std::string_view name) const {
  SchemaStorage storage = impl_->schema_storage();
  if (!storage.contains(name)) {
    throw Error(ErrorCode::kNotFound,
                fmt::format("pipeline '{}' has no schema '{}'", pipeline_name(), name));
  }
  return storage.load(name).schema;
}

Schema Pipeline::default_schema() const { return schema(default_schema_name()); }

Json Pipeline::state() const { return impl_->state->to_json(); }

Json Pipeline::last_trace() const {
  const std::filesystem::path file = impl_->folder / kTraceFile;
  return files::exists(file) ? Json::parse(files::read_all(file)) : Json(nullptr);
}

Pipeline pipeline(PipelineOptions options) { return Pipeline(std::move(options)); }

Pipeline attach(PipelineOptions options) {
  const std::filesystem::path parent =
      options.pipelines_dir.empty() ? default_pipelines_dir() : options.pipelines_dir;
  const std::filesystem::path folder = parent / options.pipeline_name;
  // A first run that was killed may have left a package and no state.
  const bool is_here = files::exists(folder / kStateFile) ||
                       !PackageStore(folder).list(PackageStage::kExtracted).empty();
  const std::string name = options.pipeline_name;
  if (!is_here && options.destination.empty()) {
    throw Error(ErrorCode::kNotFound,
                fmt::format("there is no pipeline '{}' in '{}'", name, parent.string()),
                "name the destination that it loaded to, or another --pipelines-dir");
  }
  Pipeline attached(std::move(options));
  if (is_here) return attached;
  attached.sync_destination();
  if (attached.first_run()) {
    attached.drop();
    throw Error(ErrorCode::kNotFound, fmt::format("the destination has no pipeline '{}'", name));
  }
  return attached;
}

}  // namespace dlt
