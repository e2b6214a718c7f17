// SPDX-License-Identifier: Apache-2.0
#include "pipeline/pipeline_impl.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <random>
#include <thread>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/time/clock.hpp"
#include "dlt/values.hpp"
#include "extract/extract.hpp"
#include "load/load.hpp"
#include "package/load_id.hpp"
#include "pipeline/folders.hpp"
#include "schema/hints.hpp"

namespace dlt {
namespace {

using namespace std::string_view_literals;

void check_name(const std::string& name) {
  const bool bad = name.empty() || name.find_first_of("./\\%{}<>:\"|?*\0"sv) != std::string::npos ||
                   name.size() > 200;
  if (bad) {
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("pipeline name '{}' cannot be a folder's name", name),
                "use letters, digits, '_' and '-'");
  }
}

void check_options(const PipelineOptions& options) {
  if (options.on_bad_record != "fail" && options.on_bad_record != "quarantine") {
    throw Error(
        ErrorCode::kInvalidArgument,
        fmt::format("on_bad_record is 'fail' or 'quarantine', not '{}'", options.on_bad_record));
  }
  constexpr std::size_t kLeastMemory = std::size_t{64} << 20;
  if (options.memory_budget < kLeastMemory) {
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("a memory budget of {} bytes is too little: at least {} are needed",
                            options.memory_budget, kLeastMemory));
  }
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

PipelineState read_state(const std::filesystem::path& file, const std::string& pipeline_name) {
  const Json document = Json::parse(files::read_all(file), nullptr, false);
  if (document.is_object()) return PipelineState::from_json(document, pipeline_name);
  Error error(ErrorCode::kState, "the pipeline's state is damaged",
              fmt::format("remove the folder '{}': the next run takes the state from the "
                          "destination",
                          file.parent_path().string()));
  throw error.add({.file = file.string()});
}

}  // namespace

Pipeline::Impl::Impl(PipelineOptions given, std::optional<FileLock> held)
    : options(std::move(given)), lock(std::move(held)), trace(options.pipeline_name) {
  check_name(options.pipeline_name);
  check_options(options);
  const std::filesystem::path parent =
      options.pipelines_dir.empty() ? default_pipelines_dir() : options.pipelines_dir;
  folder = std::filesystem::absolute(parent) / options.pipeline_name;
  open_folder();
}

void Pipeline::Impl::take_lock() {
  if (lock) return;
  files::create_directories(folder.parent_path());
  // Commands that only look hold it for a moment.
  constexpr int kTries = 40;
  for (int i = 0; !lock && i < kTries; ++i) {
    if (i > 0) std::this_thread::sleep_for(std::chrono::milliseconds(50));
    lock = FileLock::try_acquire(folder.parent_path() / ("." + options.pipeline_name + ".lock"));
  }
  if (lock) return;
  throw Error(ErrorCode::kLocked,
              fmt::format("another process runs the pipeline '{}'", options.pipeline_name),
              "wait until it is done, or use another pipeline name", Retry::kYes);
}

void Pipeline::Impl::open_folder() {
  take_lock();
  if (options.dev_mode) files::remove_all(folder);
  files::create_directories(folder);
  files::remove_leftovers(folder);
  files::remove_leftovers(folder / kSchemaFolder);
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
  if (options.dev_mode) state->set_local("_dev_mode", true);
  state->set("dataset_name", dataset_name);
}

void Pipeline::Impl::leave_dev_mode() {
  if (options.dev_mode || state->local("_dev_mode") != true) return;
  files::remove_all(folder);
  files::create_directories(folder);
  dataset_name =
      options.dataset_name.empty() ? options.pipeline_name + "_dataset" : options.dataset_name;
  loaded_to = {};
  forget();
}

void Pipeline::Impl::begin_state() {
  state.emplace(options.pipeline_name, std::filesystem::current_path().string());
  state->set_local("first_run", true);
}

void Pipeline::Impl::save_state() {
  files::write_atomically(folder / kStateFile, state->to_json().dump(1));
}

void Pipeline::Impl::set_destination() {
  const std::string address = options.destination.empty()
                                  ? text_of(state->local("destination_location"))
                                  : options.destination;
  if (address.empty()) return;
  destination = make_destination(address, options.pipeline_name, options.destination_settings);
  note_destination();
}

const Capabilities& Pipeline::Impl::capabilities() const {
  static const Capabilities kDefaults;
  return destination ? destination->capabilities() : kDefaults;
}

void Pipeline::Impl::note_destination() {
  if (!destination) return;
  state->set("destination_type", std::string(destination->type()));
  state->set_local("destination_location", destination->location());
}

std::unique_ptr<DestinationClient> Pipeline::Impl::open_destination(QueryAccess access) {
  if (!destination) {
    throw Error(ErrorCode::kConfiguration,
                fmt::format("pipeline '{}' has no destination", options.pipeline_name),
                "name one: duckdb:///path/to/file.duckdb");
  }
  const auto timeout =
      std::chrono::milliseconds(static_cast<std::int64_t>(options.lock_timeout_seconds * 1000));
  return destination->open(normalized_dataset_name(),
                           {.access = access,
                            .memory_bytes = options.memory_budget,
                            .rows_copied = &rows_copied,
                            .lock_timeout = timeout,
                            .waits =
                                [progress = options.progress](std::string_view what_for) {
                                  if (progress != nullptr) progress->wait(what_for);
                                },
                            .cancellation = options.cancellation});
}

DestinationClient& Pipeline::Impl::client() {
  if (!open_client) open_client = open_destination(QueryAccess::kReadWrite);
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
  const int limit = options.max_identifier_length ? std::min(*options.max_identifier_length,
                                                             capabilities().max_identifier_length)
                                                  : capabilities().max_identifier_length;
  return make_naming(!name.empty()             ? name
                     : !options.naming.empty() ? options.naming
                                               : capabilities().naming_convention,
                     {limit, capabilities().max_identifier_bytes});
}

Schema Pipeline::Impl::schema_for(const std::string& name) {
  SchemaStorage storage = schema_storage();
  if (!storage.contains(name) && !storage.import_file(name))
    return Schema(name, naming_for(options.naming));
  Schema found = storage.load(name).schema;
  found.set_naming(naming_for(options.naming.empty() ? found.naming_name() : options.naming));
  return found;
}

void Pipeline::Impl::save_newest_schema() {
  const std::vector<std::string> normalized = packages->list(PackageStage::kNormalized);
  if (normalized.empty()) return;
  Schema newest = packages->read_schema(PackageStage::kNormalized, normalized.back());
  SchemaStorage storage = schema_storage();
  if (!storage.contains(newest.name()) ||
      storage.load(newest.name()).schema.version() < newest.version())
    storage.save(newest);
}

std::string Pipeline::Impl::schema_name_for(const Source& source) const {
  if (!source.name.empty()) return make_naming("snake_case", 64)->normalize_identifier(source.name);
  const std::string known = text_of(state->get("default_schema_name"));
  return !known.empty()
             ? known
             : make_naming("snake_case", 64)->normalize_identifier(options.pipeline_name);
}

std::string Pipeline::Impl::normalized_dataset_name() const {
  const std::string schema_name = text_of(state->get("default_schema_name"));
  SchemaStorage storage = schema_storage();
  const bool is_known = !schema_name.empty() && storage.contains(schema_name);
  const std::string naming = !options.naming.empty() || !is_known
                                 ? options.naming
                                 : storage.load(schema_name).schema.naming_name();
  return naming_for(naming)->normalize_table_identifier(dataset_name);
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
    // Where the resource says nothing, the schema says it for all tables.
    if (hints.max_table_nesting) over.max_table_nesting = run.max_table_nesting;
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

PackageStage Pipeline::Impl::stage_of(std::string_view load_id) const {
  for (const PackageStage stage : {PackageStage::kExtracted, PackageStage::kNormalized,
                                   PackageStage::kLoaded, PackageStage::kFailed}) {
    if (files::exists(packages->path(stage, load_id))) return stage;
  }
  throw Error(ErrorCode::kNotFound,
              fmt::format("pipeline '{}' has no package {}", options.pipeline_name, load_id));
}

std::string Pipeline::Impl::new_load_id() {
  std::random_device random;
  const auto draw = [&random](std::int64_t least, std::int64_t most) {
    return std::uniform_int_distribution(least, most)(random);
  };
  // Runs that begin in one moment must not take one id, nor those whose clocks are behind what was
  // loaded last the id next to that.
  const std::int64_t now = now_microseconds();
  const std::int64_t before = now - draw(0, 99'999);
  last_known_load_id = next_load_id(before > parse_load_id(last_known_load_id) ? before : now,
                                    last_known_load_id, draw(1, 1'000'000));
  return last_known_load_id;
}

ExtractInfo Pipeline::Impl::extract(const Data& data, const RunOptions& run,
                                    const std::function<void()>& load_package,
                                    std::vector<std::string> mends) {
  leave_dev_mode();
  if (is_behind()) sync(QueryAccess::kReadOnly);
  save_newest_schema();
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
  // Version 0 is the pipeline before it has anything, as in dlt.
  if (next.version_hash().empty()) next.bump_version();
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

  const auto commit = [&](const Extracted& extracted) {
    ExtractInfo info{.incremental = extracted.incremental, .notes = extracted.notes};
    if (extracted.has_package) {
      SchemaStorage storage = schema_storage();
      storage.save_import_file(schema);
      storage.save(schema);
      packages->move(extracted.load_id, PackageStage::kExtracting, PackageStage::kExtracted);
      state = next;
      save_state();
      info.loads_ids.push_back(extracted.load_id);
    }
    info.seconds = step_watch.seconds();
    return info;
  };
  const auto new_package = [&] {
    return NewPackage{.load_id = new_load_id(), .state_before = state->to_json()};
  };
  ExtractContext context{.packages = *packages,
                         .pipeline_name = options.pipeline_name,
                         .first_package = new_package(),
                         .capabilities = capabilities(),
                         .schema = schema,
                         .state = next,
                         .refresh = parse_refresh(run.refresh),
                         .mends = std::move(mends),
                         .quarantines = quarantines(),
                         .max_record_bytes = options.max_record_bytes,
                         .row_memory_bytes = options.memory_budget / 4,
                         .environment = [](const char* name) { return std::getenv(name); },
                         .cancellation = options.cancellation,
                         .progress = options.progress};
  // Normalized, records take about as much once more; those of many small nested rows far more.
  if (options.disk_budget != 0) context.package_bytes = options.disk_budget / 4;
  // What mends a quarantine is one package: with it the quarantine is done with.
  if (options.disk_budget != 0 && load_package && context.mends.empty()) {
    context.next_package = [&](const Extracted& full) {
      const ExtractInfo info = commit(full);
      trace.add("extract", info.seconds, info.to_json());
      load_package();
      step_watch = Stopwatch();
      schema = schema_for(schema_name);
      next = *state;
      return new_package();
    };
  }
  return commit(extract_package(context, resources_of(source, run)));
}

// --- normalize
// -------------------------------------------------------------------------------------------------------

// A package that drops tables may have been extracted before one ahead of it made them anew.
Schema Pipeline::Impl::schema_to_normalize(const PackageManifest& manifest) {
  Schema schema = schema_for(manifest.schema_name);
  std::vector<std::string> made_anew;
  for (const std::string& name : manifest.dropped) {
    const Table* table = schema.find_table(name);
    if (table != nullptr && table->has_seen_data()) made_anew.push_back(name);
  }
  if (made_anew.empty()) return schema;
  const Schema extracted = packages->read_schema(PackageStage::kExtracted, manifest.load_id);
  for (const std::string& name : made_anew) {
    schema.drop_table(name);
    if (const Table* table = extracted.find_table(name)) schema.update_table(*table);
  }
  return schema;
}

void Pipeline::Impl::normalize_one(const PackageManifest& manifest, NormalizeInfo& info) {
  const std::string& load_id = manifest.load_id;
  const Schema schema = schema_to_normalize(manifest);
  auto settings = std::make_shared<normalize::Settings>();
  settings->pipeline_name = options.pipeline_name;
  settings->load_id = load_id;
  settings->capabilities = std::make_shared<const Capabilities>(capabilities());
  settings->declared = manifest.declared;
  settings->adds_ids_to_rows = options.add_dlt_id;
  settings->quarantines = quarantines();
  if (const std::optional<Schema> imported = schema_storage().import_file(manifest.schema_name))
    settings->declared.add(*imported);
  settings->started = static_cast<double>(now_microseconds()) / 1e6;
  const normalize::Options normalize_options{.workers = options.workers,
                                             .block_bytes = options.block_bytes,
                                             .max_record_bytes = options.max_record_bytes,
                                             .buffer_bytes = options.memory_budget / 8,
                                             .row_memory_bytes = options.memory_budget / 4,
                                             .disk_bytes = options.disk_budget,
                                             .cancellation = options.cancellation,
                                             .progress = options.progress};
  normalize::Result result = or_set_aside(PackageStage::kExtracted, load_id, "normalize", [&] {
    return normalize::normalize_package(*packages, load_id, schema, settings, normalize_options);
  });
  packages->move(load_id, PackageStage::kNormalizing, PackageStage::kNormalized);
  packages->remove(PackageStage::kExtracted, load_id);
  schema_storage().save(result.schema);
  for (const auto& [table, rows] : result.row_counts) info.row_counts[table] += rows;
  for (const std::string& table : manifest.replaced) info.row_counts.try_emplace(table, 0);
  info.notes.insert(info.notes.end(), result.notes.begin(), result.notes.end());
  for (const auto& [table, count] : result.quarantined) info.quarantined[table] += count;
  info.loads_ids.push_back(load_id);
}

NormalizeInfo Pipeline::Impl::normalize() {
  const Stopwatch watch;
  NormalizeInfo info;
  save_newest_schema();
  for (const std::string& load_id : packages->list(PackageStage::kExtracted)) {
    const PackageManifest manifest = packages->read_manifest(PackageStage::kExtracted, load_id);
    check_not_held_back(manifest);
    normalize_one(manifest, info);
  }
  info.seconds = watch.seconds();
  return info;
}

// --- load
// ------------------------------------------------------------------------------------------------------------

// Each attempt asks first whether the one before it did it after all.
LoadPackageInfo Pipeline::Impl::load_patiently(const std::string& load_id,
                                               const LoadOptions& load_options) {
  std::chrono::milliseconds pause(500);
  for (int attempt = 1;; ++attempt, pause *= 2) {
    try {
      return load_package(*packages, load_id, client(), load_options);
    } catch (const Error& error) {
      open_client.reset();
      const bool may_pass = error.retryable() && error.code() != ErrorCode::kLocked &&
                            error.code() != ErrorCode::kInterrupted;
      if (!may_pass || attempt >= capabilities().load_attempts) throw;
      if (options.progress != nullptr)
        options.progress->wait(fmt::format("{}: trying again", error.message()));
    }
    options.cancellation.sleep(pause, "loading");
  }
}

LoadInfo Pipeline::Impl::load() {
  const Stopwatch watch;
  LoadInfo info{.pipeline_name = options.pipeline_name,
                .destination_name = destination ? std::string(destination->name()) : std::string{},
                .destination_location = destination ? destination->location() : std::string{},
                .dataset_name = normalized_dataset_name(),
                .first_run = state->local("first_run") == true};
  save_newest_schema();
  const LoadOptions load_options{
      .capabilities = capabilities(),
      .compares_state = options.restore_from_destination && !options.dev_mode,
      .cancellation = options.cancellation,
      .progress = options.progress,
      .rows_copied = &rows_copied};
  for (const std::string& load_id : packages->list(PackageStage::kNormalized)) {
    check_not_held_back(packages->read_manifest(PackageStage::kNormalized, load_id));
    info.load_packages.push_back(or_set_aside(PackageStage::kNormalized, load_id, "load", [&] {
      return load_patiently(load_id, load_options);
    }));
    state->set_local("first_run", false);
    save_state();
    packages->move(load_id, PackageStage::kNormalized, PackageStage::kLoaded);
    packages->remove_jobs(PackageStage::kLoaded, load_id);
    forget_mended(packages->read_manifest(PackageStage::kLoaded, load_id));
  }
  open_client.reset();
  info.seconds = watch.seconds();
  return info;
}

}  // namespace dlt
