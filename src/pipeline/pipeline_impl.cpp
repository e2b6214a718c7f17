// SPDX-License-Identifier: Apache-2.0
#include "pipeline/pipeline_impl.hpp"

#include <algorithm>
#include <ctime>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dlt/values.hpp"
#include "extract/extract.hpp"
#include "load/load.hpp"
#include "package/load_id.hpp"
#include "pipeline/folders.hpp"
#include "schema/hints.hpp"

namespace dlt {
namespace {

constexpr const char* kStateFile = "state.json";
constexpr const char* kSchemaFolder = "schemas";

void check_name(const std::string& name) {
  const bool bad =
      name.empty() ||
      name.find_first_of(std::string_view("./\\%{}<>:\"|?*\0", 16)) != std::string::npos ||
      name.size() > 200;
  if (bad) {
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("pipeline name '{}' cannot be a folder's name", name),
                "use letters, digits, '_' and '-'");
  }
}

std::int64_t now_microseconds() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::string dev_suffix() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  char text[32];
  std::strftime(text, sizeof text, "_%Y%m%d%H%M%S", &utc);
  return text;
}

std::string text_of(const Json& value) {
  return value.is_string() ? value.get<std::string>() : std::string{};
}

/// Whether the error is about what the package was made of, which stays as it is.
bool is_about_input(const Error& error, const PackageManifest& manifest,
                    const std::filesystem::path& items_folder) {
  if (error.code() == ErrorCode::kInvalidArgument) return true;
  if (error.code() != ErrorCode::kIo || error.retryable()) return false;
  return std::any_of(manifest.items.begin(), manifest.items.end(), [&](const ItemFile& item) {
    const std::string& file = error.context().file;
    return file == item.reference || (!item.name.empty() && file == items_folder / item.name);
  });
}

PipelineState read_state(const std::filesystem::path& file, const std::string& pipeline_name) {
  const Json document = Json::parse(files::read_all(file), nullptr, false);
  if (document.is_object()) return PipelineState::from_json(document, pipeline_name);
  Error error(ErrorCode::kState, "the pipeline's state is damaged",
              fmt::format("remove the folder '{}': the next run takes the state from the "
                          "destination",
                          file.parent_path().string()));
  throw error.add({.file = file.string()});
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

}  // namespace

bool is_terminal(const Error& error) {
  switch (error.code()) {
    case ErrorCode::kBadRecord:
    case ErrorCode::kContract:
    case ErrorCode::kNullViolation:
    case ErrorCode::kSchema:
    case ErrorCode::kNotFound:
      return !error.retryable();
    default:
      return false;
  }
}

Pipeline::Impl::Impl(PipelineOptions given)
    : options(std::move(given)), trace(options.pipeline_name) {
  check_name(options.pipeline_name);
  const std::filesystem::path parent =
      options.pipelines_dir.empty() ? default_pipelines_dir() : options.pipelines_dir;
  folder = std::filesystem::absolute(parent) / options.pipeline_name;
  open_folder();
}

void Pipeline::Impl::open_folder() {
  files::create_directories(folder.parent_path());
  lock = FileLock::try_acquire(folder.parent_path() / ("." + options.pipeline_name + ".lock"));
  if (!lock) {
    throw Error(ErrorCode::kLocked,
                fmt::format("another process runs the pipeline '{}'", options.pipeline_name),
                "wait until it is done, or use another pipeline name", Retry::kYes);
  }
  if (options.dev_mode) files::remove_all(folder);
  files::create_directories(folder);
  packages.emplace(folder);
  packages->remove_garbage();
  if (files::exists(folder / kStateFile)) {
    state = read_state(folder / kStateFile, options.pipeline_name);
  } else {
    begin_state();
  }
  recover();
  loaded_to = {.location = text_of(state->local("destination_location")),
               .dataset = text_of(state->get("dataset_name"))};
  set_destination();
  dataset_name = options.dataset_name.empty() ? loaded_to.dataset : options.dataset_name;
  if (dataset_name.empty()) dataset_name = options.pipeline_name + "_dataset";
  if (options.dev_mode) dataset_name += dev_suffix();
  note_dataset();
}

void Pipeline::Impl::begin_state() {
  state.emplace(options.pipeline_name, std::filesystem::current_path().string());
  state->set_local("first_run", true);
}

void Pipeline::Impl::note_dataset() {
  state->set("dataset_name", dataset_name);
  state->set_local("_dev_mode", options.dev_mode);
}

void Pipeline::Impl::recover() {
  for (const PackageStage stage : {PackageStage::kExtracted, PackageStage::kNormalized}) {
    for (const std::string& load_id : packages->list(stage)) {
      // A crash between the two moves of a normalize leaves the package in both places.
      if (stage == PackageStage::kExtracted &&
          files::exists(packages->path(PackageStage::kNormalized, load_id))) {
        packages->remove(stage, load_id);
        continue;
      }
      const PackageManifest manifest = packages->read_manifest(stage, load_id);
      if (manifest.state.is_null()) continue;
      PipelineState carried = PipelineState::from_json(manifest.state, options.pipeline_name);
      if (carried.version() > state->version() || state->version_hash().empty())
        state = std::move(carried);
    }
  }
}

void Pipeline::Impl::save_state() {
  files::write_atomically(folder / kStateFile, state->to_json().dump(1));
}

void Pipeline::Impl::set_destination() {
  const std::string address = options.destination.empty()
                                  ? text_of(state->local("destination_location"))
                                  : options.destination;
  if (address.empty()) return;
  destination = make_destination(address, options.pipeline_name);
  state->set("destination_type", std::string(destination->type()));
  state->set_local("destination_location", destination->location());
}

DestinationClient& Pipeline::Impl::client() {
  if (!destination) {
    throw Error(ErrorCode::kConfiguration,
                fmt::format("pipeline '{}' has no destination", options.pipeline_name),
                "name one: duckdb:///path/to/file.duckdb");
  }
  if (!open_client) {
    const auto timeout =
        std::chrono::milliseconds(static_cast<std::int64_t>(options.lock_timeout_seconds * 1000));
    open_client = destination->open(dataset_name,
                                    {.lock_timeout = timeout,
                                     .waits =
                                         [progress = options.progress](std::string_view what_for) {
                                           if (progress != nullptr) progress->wait(what_for);
                                         },
                                     .cancellation = options.cancellation});
  }
  return *open_client;
}

// --- schemas
// ---------------------------------------------------------------------------------------------------------

SchemaStorage Pipeline::Impl::schema_storage() const {
  return SchemaStorage({.folder = folder / kSchemaFolder,
                        .import_folder = options.import_schema_path,
                        .export_folder = options.export_schema_path});
}

std::shared_ptr<const NamingConvention> Pipeline::Impl::naming_for(const std::string& name) const {
  const Capabilities defaults;
  const Capabilities& capabilities = destination ? destination->capabilities() : defaults;
  const int limit = options.max_identifier_length ? std::min(*options.max_identifier_length,
                                                             capabilities.max_identifier_length)
                                                  : capabilities.max_identifier_length;
  return make_naming(!name.empty()             ? name
                     : !options.naming.empty() ? options.naming
                                               : capabilities.naming_convention,
                     limit);
}

Schema Pipeline::Impl::schema_for(const std::string& name) {
  std::optional<Schema> found;
  SchemaStorage storage = schema_storage();
  if (storage.contains(name) || storage.import_file(name)) found = storage.load(name).schema;
  for (const std::string& load_id : packages->list(PackageStage::kNormalized)) {
    Schema pending = packages->read_schema(PackageStage::kNormalized, load_id);
    if (pending.name() == name && (!found || pending.version() > found->version()))
      found = std::move(pending);
  }
  if (!found) return Schema(name, naming_for(options.naming));
  found->set_naming(naming_for(options.naming.empty() ? found->naming_name() : options.naming));
  return std::move(*found);
}

std::string Pipeline::Impl::schema_name_for(const Source& source) const {
  if (!source.name.empty()) return make_naming("snake_case", 64)->normalize_identifier(source.name);
  const std::string known = text_of(state->get("default_schema_name"));
  return !known.empty()
             ? known
             : make_naming("snake_case", 64)->normalize_identifier(options.pipeline_name);
}

// --- extract
// ---------------------------------------------------------------------------------------------------------

std::vector<Resource> Pipeline::Impl::resources_of(const Source& source,
                                                   const RunOptions& run) const {
  std::vector<Resource> resources;
  for (const Resource& given : source.resources) {
    ResourceHints hints = given.hints();
    ResourceHints over;
    if (!run.table_name.empty()) over.table_name = run.table_name;
    over.write_disposition = run.write_disposition;
    over.primary_key = run.primary_key;
    over.merge_key = run.merge_key;
    over.columns = run.columns;
    over.schema_contract = run.schema_contract;
    apply_hints(hints, over);
    const std::string name = !given.name().empty() ? given.name() : hints.table_name.value_or("");
    if (name.empty()) {
      throw Error(ErrorCode::kInvalidArgument, "the data has no name, and no table_name was given",
                  "give the run a table_name, or the resource a name");
    }
    Resource resource =
        given.generator()
            ? Resource::from_text(name, given.generator(), hints, given.file_options())
            : Resource::from_files(name, given.files(), hints, given.file_options());
    resources.push_back(std::move(resource));
  }
  return resources;
}

std::string Pipeline::Impl::new_load_id() {
  std::string last = last_known_load_id;
  for (const PackageStage stage : {PackageStage::kExtracted, PackageStage::kNormalized,
                                   PackageStage::kLoaded, PackageStage::kFailed}) {
    const std::vector<std::string> ids = packages->list(stage);
    if (!ids.empty() && parse_load_id(ids.back()) > parse_load_id(last)) last = ids.back();
  }
  last_known_load_id = next_load_id(now_microseconds(), last);
  return last_known_load_id;
}

ExtractInfo Pipeline::Impl::extract(const Data& data, const RunOptions& run) {
  const Stopwatch watch;
  const Source& source = data.source();
  const std::string schema_name = run.schema ? run.schema->name() : schema_name_for(source);
  Schema schema = schema_for(schema_name);
  if (run.schema) schema.update_schema(*run.schema);
  const std::optional<int> nesting =
      run.max_table_nesting ? run.max_table_nesting : source.max_table_nesting;
  if (nesting) schema.set_normalizer_config("max_nesting", *nesting);
  if (source.root_key) schema.set_normalizer_config("root_key_propagation", *source.root_key);
  if (!source.schema_contract.is_null()) schema.set_contract(source.schema_contract);
  if (!run.schema_contract.is_null()) schema.set_contract(run.schema_contract);

  PipelineState next = *state;
  if (text_of(next.get("default_schema_name")).empty())
    next.set("default_schema_name", schema_name);
  const Json& known_names = next.get("schema_names");
  std::vector<std::string> names = known_names.is_array()
                                       ? known_names.get<std::vector<std::string>>()
                                       : std::vector<std::string>{};
  if (std::find(names.begin(), names.end(), schema_name) == names.end())
    names.push_back(schema_name);
  std::sort(names.begin(), names.end());
  next.set("schema_names", names);
  next.source_state(schema_name);

  const Capabilities defaults;
  const std::string load_id = new_load_id();
  const ExtractContext context{.packages = *packages,
                               .pipeline_name = options.pipeline_name,
                               .load_id = load_id,
                               .capabilities = destination ? destination->capabilities() : defaults,
                               .schema = schema,
                               .state = next,
                               .cancellation = options.cancellation,
                               .progress = options.progress};
  ExtractInfo info;
  if (extract_package(context, resources_of(source, run))) {
    SchemaStorage storage = schema_storage();
    storage.save_import_file(schema);
    storage.save(schema);
    packages->move(load_id, PackageStage::kExtracting, PackageStage::kExtracted);
    state = std::move(next);
    save_state();
    info.loads_ids.push_back(load_id);
  }
  info.seconds = watch.seconds();
  return info;
}

// --- normalize
// -------------------------------------------------------------------------------------------------------

void Pipeline::Impl::normalize_one(const std::string& load_id, NormalizeInfo& info) {
  const PackageManifest manifest = packages->read_manifest(PackageStage::kExtracted, load_id);
  auto settings = std::make_shared<normalize::Settings>();
  settings->pipeline_name = options.pipeline_name;
  settings->load_id = load_id;
  settings->capabilities = std::make_shared<const Capabilities>(
      destination ? destination->capabilities() : Capabilities{});
  settings->declared = manifest.declared;
  if (const std::optional<Schema> imported = schema_storage().import_file(manifest.schema_name))
    settings->declared.add(*imported);
  settings->started = static_cast<double>(now_microseconds()) / 1e6;
  normalize::Result result =
      normalize::normalize_package(*packages, load_id, schema_for(manifest.schema_name), settings,
                                   {.workers = options.workers,
                                    .block_bytes = options.block_bytes,
                                    .max_record_bytes = options.max_record_bytes,
                                    .cancellation = options.cancellation,
                                    .progress = options.progress});
  packages->move(load_id, PackageStage::kNormalizing, PackageStage::kNormalized);
  packages->remove(PackageStage::kExtracted, load_id);
  schema_storage().save(result.schema);
  for (const auto& [table, rows] : result.row_counts) info.row_counts[table] += rows;
  for (const std::string& table : manifest.replaced) info.row_counts.try_emplace(table, 0);
  for (std::string& note : describe(result.tally, result.schema))
    info.notes.push_back(std::move(note));
  info.loads_ids.push_back(load_id);
}

NormalizeInfo Pipeline::Impl::normalize() {
  const Stopwatch watch;
  NormalizeInfo info;
  for (const std::string& load_id : packages->list(PackageStage::kExtracted)) {
    check_not_held_back(PackageStage::kExtracted, load_id);
    try {
      normalize_one(load_id, info);
    } catch (Error& error) {
      error.add({.load_id = load_id});
      packages->remove(PackageStage::kNormalizing, load_id);
      const PackageManifest manifest = packages->read_manifest(PackageStage::kExtracted, load_id);
      const std::filesystem::path items =
          packages->path(PackageStage::kExtracted, load_id) / "items";
      if (is_terminal(error) || is_about_input(error, manifest, items)) {
        follow_package(error, items, packages->path(PackageStage::kFailed, load_id) / "items");
        set_aside(PackageStage::kExtracted, load_id, "normalize", error);
      }
      throw;
    }
  }
  info.seconds = watch.seconds();
  return info;
}

// --- load
// ------------------------------------------------------------------------------------------------------------

LoadInfo Pipeline::Impl::load() {
  const Stopwatch watch;
  LoadInfo info{.pipeline_name = options.pipeline_name,
                .destination_name = destination ? std::string(destination->name()) : std::string{},
                .destination_location = destination ? destination->location() : std::string{},
                .dataset_name = dataset_name,
                .first_run = state->local("first_run") == true};
  for (const std::string& load_id : packages->list(PackageStage::kNormalized)) {
    check_not_held_back(PackageStage::kNormalized, load_id);
    try {
      info.load_packages.push_back(
          load_package(*packages, load_id, client(), options.cancellation, options.progress));
    } catch (Error& error) {
      error.add({.load_id = load_id});
      open_client.reset();
      if (is_terminal(error)) set_aside(PackageStage::kNormalized, load_id, "load", error);
      throw;
    }
    state->set_local("first_run", false);
    save_state();
    packages->move(load_id, PackageStage::kNormalized, PackageStage::kLoaded);
    files::remove_all(packages->path(PackageStage::kLoaded, load_id) / "new_jobs");
  }
  open_client.reset();
  info.seconds = watch.seconds();
  return info;
}

// --- destination and run
// ---------------------------------------------------------------------------------------------

bool Pipeline::Impl::has_pending() const {
  return !packages->list(PackageStage::kExtracted).empty() ||
         !packages->list(PackageStage::kNormalized).empty();
}

bool Pipeline::Impl::has_moved() const {
  return !loaded_to.location.empty() &&
         (loaded_to.location != destination->location() || loaded_to.dataset != dataset_name);
}

void Pipeline::Impl::forget() {
  begin_state();
  set_destination();
  note_dataset();
  save_state();
  files::remove_all(folder / kSchemaFolder);
}

void Pipeline::Impl::sync() {
  if (has_moved() && has_pending()) {
    throw Error(
        ErrorCode::kState,
        fmt::format("pipeline '{}' has packages that wait for dataset '{}' of '{}', not for '{}' "
                    "of '{}'",
                    options.pipeline_name, loaded_to.dataset, loaded_to.location, dataset_name,
                    destination->location()),
        fmt::format("finish them (dltpp pipeline {0} retry) or give them up (dltpp pipeline {0} "
                    "drop-pending); or use another pipeline name",
                    options.pipeline_name));
  }
  DestinationClient& remote = client();
  synced = true;
  const bool has_dataset = remote.has_dataset();
  // What the pipeline remembers is about the dataset that it loaded to: in another one, or when
  // that is gone, nothing of it is loaded.
  const bool is_gone = !has_dataset && state->local("first_run") == false && !has_pending();
  if (has_moved() || is_gone) forget();
  loaded_to = {.location = destination->location(), .dataset = dataset_name};
  if (!has_dataset) return;
  const std::string last = remote.last_load_id();
  if (parse_load_id(last) > parse_load_id(last_known_load_id)) last_known_load_id = last;
  const std::optional<StoredState> stored = remote.stored_state(options.pipeline_name);
  if (!stored) return;
  const PipelineState restored =
      PipelineState::from_json(decode_state(stored->state), options.pipeline_name);
  SchemaStorage storage = schema_storage();
  const bool restores = !has_pending() && state->yields_to(restored);
  if (restores) {
    state->restore(restored);
    state->set("dataset_name", dataset_name);
    state->mark_extracted(Json(now_text()));
    state->set_local("first_run", false);
  }
  for (const Json& name : state->get("schema_names")) {
    if (!restores && storage.contains(name.get<std::string>())) continue;
    if (const std::optional<std::string> document = remote.stored_schema(name.get<std::string>())) {
      Schema schema = Schema::from_json(Json::parse(*document));
      storage.save(schema);
    }
  }
  if (restores) save_state();
}

LoadInfo Pipeline::Impl::run(const Data* data, const RunOptions& run) {
  const Stopwatch watch;
  trace = Trace(options.pipeline_name);
  if (options.restore_from_destination && !options.dev_mode && !synced && destination) {
    step("sync", [&] {
      sync();
      // Others may have the destination while this run extracts and normalizes.
      open_client.reset();
      return ExtractInfo{};
    });
  }
  LoadInfo info;
  const auto finish = [&] {
    step("normalize", [&] { return normalize(); });
    LoadInfo loaded = step("load", [&] { return load(); });
    loaded.load_packages.insert(loaded.load_packages.begin(), info.load_packages.begin(),
                                info.load_packages.end());
    info = std::move(loaded);
  };
  if (has_pending()) finish();
  if (data != nullptr) step("extract", [&] { return extract(*data, run); });
  finish();
  info.seconds = watch.seconds();
  trace.save(folder / kTraceFile);
  return info;
}

}  // namespace dlt
