// SPDX-License-Identifier: Apache-2.0
// What a pipeline knows and what its destination knows, and the run that begins with comparing
// them.
#include <iterator>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "package/load_id.hpp"
#include "pipeline/pipeline_impl.hpp"

namespace dlt {

bool Pipeline::Impl::has_moved() const {
  return !loaded_to.location.empty() &&
         (loaded_to.location != destination->location() || loaded_to.dataset != dataset_name);
}

std::unique_ptr<DestinationClient> Pipeline::Impl::look(QueryAccess access) {
  try {
    return open_destination(access);
  } catch (const Error& error) {
    if (access != QueryAccess::kReadOnly || error.code() != ErrorCode::kNotFound) throw;
    return nullptr;
  }
}

bool Pipeline::Impl::is_behind() const {
  const bool may_sync = destination && options.restore_from_destination && !options.dev_mode;
  return may_sync && !synced && (state->version_hash().empty() || state->local(kIsBehind) == true);
}

void Pipeline::Impl::forget() {
  begin_state();
  note_destination();
  state->set("dataset_name", dataset_name);
  save_state();
  files::remove_all(folder / kSchemaFolder);
}

SyncInfo Pipeline::Impl::sync(QueryAccess access) {
  const auto refuse = [&](std::string message) -> void {
    throw Error(ErrorCode::kState, std::move(message),
                fmt::format("finish them (dltpp pipeline {0} retry) or give them "
                            "up (dltpp pipeline {0} drop-pending); or use another pipeline name",
                            options.pipeline_name));
  };
  SyncInfo info;
  if (has_moved() && has_pending()) {
    refuse(
        fmt::format("pipeline '{}' has packages that wait for dataset '{}' of '{}', not for "
                    "'{}' of '{}'",
                    options.pipeline_name, loaded_to.dataset, loaded_to.location, dataset_name,
                    destination->location()));
  }
  const std::unique_ptr<DestinationClient> remote = look(access);
  const bool has_dataset = remote && remote->has_dataset();
  // What the pipeline remembers is about the dataset that it loaded to: in another one, or when
  // that is gone or others made it anew, nothing of it is loaded.
  std::optional<StoredState> stored;
  if (has_dataset) stored = remote->stored_state(options.pipeline_name);
  const bool is_gone = !stored && state->local("first_run") == false;
  if (is_gone && has_pending()) {
    refuse(
        fmt::format("dataset '{}' of '{}' is gone, or was made anew, and with it what pipeline "
                    "'{}' loaded before the packages that are pending",
                    dataset_name, destination->location(), options.pipeline_name));
  }
  if (has_moved() || is_gone) {
    info.notes.push_back(
        has_moved() ? fmt::format("the pipeline loaded to dataset '{}' of '{}' before: what it "
                                  "remembers of that does not count here",
                                  loaded_to.dataset, loaded_to.location)
        : has_dataset
            ? fmt::format("dataset '{}' of '{}' knows nothing of the pipeline any more: it begins "
                          "anew",
                          dataset_name, destination->location())
            : fmt::format("dataset '{}' is gone from '{}': the pipeline begins anew", dataset_name,
                          destination->location()));
    forget();
  }
  loaded_to = {.location = destination->location(), .dataset = dataset_name};
  if (has_dataset) restore(*remote, stored);
  synced = true;
  return info;
}

void Pipeline::Impl::restore(DestinationClient& remote, const std::optional<StoredState>& stored) {
  const std::string last = remote.last_load_id();
  if (parse_load_id(last) > parse_load_id(last_known_load_id)) last_known_load_id = last;
  if (!stored) return;
  const PipelineState restored =
      PipelineState::from_json(decode_state(stored->state), options.pipeline_name);
  // With nothing on its way there, what the destination has is what counts, even when it is older:
  // it may have been put back to an earlier day.
  const bool differs = restored.version_hash() != state->version_hash();
  const bool restores =
      !has_pending() && differs && (state->is_extracted() || state->yields_to(restored));
  SchemaStorage storage = schema_storage();
  const PipelineState& names_from = restores ? restored : *state;
  for (const Json& name : names_from.get("schema_names")) {
    if (!restores && storage.contains(name.get<std::string>())) continue;
    if (const std::optional<std::string> document = remote.stored_schema(name.get<std::string>())) {
      Schema schema = Schema::from_json(Json::parse(*document, nullptr, false));
      storage.save(schema);
    }
  }
  // Last, so that what failed before is done again by the next sync.
  if (!restores) return;
  state->restore(restored);
  state->set("dataset_name", dataset_name);
  state->mark_extracted(Json(now_text()));
  state->set_local("first_run", false);
  state->set_local(kIsBehind, false);
  save_state();
}

LoadInfo Pipeline::Impl::run(const Data* data, const RunOptions& run,
                             std::vector<std::string> mends) {
  const Stopwatch watch;
  trace = Trace(options.pipeline_name);
  if (data != nullptr) leave_dev_mode();
  if (options.restore_from_destination && !options.dev_mode && !synced && destination) {
    // To write: a destination that cannot be written is found before anything is extracted.
    step("sync", [&] { return sync(QueryAccess::kReadWrite); });
  }
  LoadInfo info;
  const auto finish = [&] {
    step("normalize", [&] { return normalize(); });
    LoadInfo loaded = step("load", [&] { return load(); });
    loaded.load_packages.swap(info.load_packages);
    loaded.load_packages.insert(loaded.load_packages.end(),
                                std::make_move_iterator(info.load_packages.begin()),
                                std::make_move_iterator(info.load_packages.end()));
    loaded.first_run = loaded.first_run || info.first_run;
    info = std::move(loaded);
  };
  if (has_pending()) finish();
  if (data != nullptr)
    step("extract", [&] { return extract(*data, run, finish, std::move(mends)); });
  finish();
  info.seconds = watch.seconds();
  save_trace();
  return info;
}

void Pipeline::Impl::save_trace() noexcept {
  // What is done does not come undone because it could not be written down.
  try {
    if (files::exists(folder)) trace.save(folder / kTraceFile);
  } catch (const std::exception&) {
  }
}

}  // namespace dlt
