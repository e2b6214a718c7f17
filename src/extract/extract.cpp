// SPDX-License-Identifier: Apache-2.0
#include "extract/extract.hpp"

#include <algorithm>
#include <chrono>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dlt/values.hpp"
#include "extract/incremental_run.hpp"
#include "extract/out.hpp"
#include "extract/source_files.hpp"
#include "schema/hints.hpp"
#include "schema/row_identity.hpp"
#include "schema/system_tables.hpp"

namespace dlt {
namespace {

Timestamp now() {
  const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(
                          std::chrono::system_clock::now().time_since_epoch())
                          .count();
  return {.seconds = micros / 1'000'000,
          .nanoseconds = static_cast<std::int32_t>(micros % 1'000'000 * 1000),
          .utc_offset_minutes = 0};
}

std::string disposition_of(const Table& table) {
  const std::string disposition = table.property("write_disposition");
  return disposition.empty() ? "append" : disposition;
}

JsonFormat parse_format(const std::string& name) {
  if (name == "auto") return JsonFormat::kAuto;
  if (name == "jsonl") return JsonFormat::kJsonl;
  if (name == "json") return JsonFormat::kJson;
  throw Error(
      ErrorCode::kInvalidArgument,
      fmt::format("unknown format of records: expected 'auto', 'jsonl' or 'json', got '{}'", name));
}

/// What can be read once only would be used up before it is normalized.
void check_is_file(const std::filesystem::path& file) {
  if (!files::exists(file)) {
    Error error(ErrorCode::kNotFound, "there is no such file");
    throw error.add({.file = file.string()});
  }
  if (std::filesystem::is_regular_file(file)) return;
  Error error(ErrorCode::kInvalidArgument, "not a regular file",
              "what comes through a pipe is read as standard input: -");
  throw error.add({.file = file.string()});
}

/// One extract: what its resources put into the package.
class Extract {
 public:
  explicit Extract(const ExtractContext& context)
      : context_(context),
        folder_(context.packages.create(PackageStage::kExtracting, context.load_id)) {
    files::create_directories(folder_ / "items");
    manifest_.load_id = context.load_id;
    manifest_.pipeline_name = context.pipeline_name;
    manifest_.schema_name = context.schema.name();
    manifest_.created_at = to_string(now());
    manifest_.state_before = context.state_before;
  }

  void begin_anew(const std::vector<Resource>& resources) {
    if (context_.refresh == Refresh::kNothing) return;
    context_.state.forget_extraction();
    RefreshedTables tables = refresh(context_.refresh, resources, context_.schema, context_.state);
    manifest_.dropped = std::move(tables.dropped);
    manifest_.truncated = std::move(tables.truncated);
  }

  void run(const Resource& resource) {
    const std::vector<Table> tables =
        tables_from_hints(context_.schema, resource.name(), resource.hints());
    const Table& root = tables.front();
    if (root.name.empty()) {
      throw Error(ErrorCode::kInvalidArgument,
                  fmt::format("nothing is left of the table name '{}' when it is normalized",
                              resource.hints().table_name.value_or(resource.name())),
                  "name another table");
    }
    const Schema hinted = with(root);
    const Table& table = *hinted.find_table(root.name);
    const std::string disposition = disposition_of(table);
    if (disposition == "skip") return;
    check_merge_hints(hinted, table, context_.capabilities.merge_strategies);
    const bool replaces = disposition == "replace";
    if (replaces) reset_state(resource);
    const std::size_t items_before = manifest_.items.size();
    if (resource.generator()) {
      run_generator(resource, root.name);
    } else {
      take_files(resource, root.name, disposition);
    }
    const bool has_items = manifest_.items.size() != items_before;
    if (has_items) {
      add_tables(tables);
    } else if (replaces && !resource.files().empty()) {
      // All files are loaded already, and the table holds just them.
      return;
    }
    if (replaces) {
      const Table* known = context_.schema.find_table(root.name);
      if (known == nullptr || (!has_items && !known->has_seen_data())) return;
      manifest_.replaced.push_back(root.name);
    }
  }

  /// Of the items so far.
  std::uint64_t bytes() const {
    std::uint64_t sum = 0;
    for (const ItemFile& file : manifest_.items) sum += file.identity.size;
    return sum;
  }

  std::vector<IncrementalMetrics> take_metrics() { return std::move(metrics_); }
  const std::vector<std::string>& notes() const { return manifest_.notes; }

  /// Adds the state to the package when it is not the one that was extracted last, and completes
  /// the package.
  bool finish() {
    propagate_root_keys(context_.schema, context_.capabilities.merge_strategies);
    const bool has_data = !manifest_.items.empty() || !manifest_.replaced.empty() ||
                          !manifest_.dropped.empty() || !manifest_.truncated.empty();
    if (!has_data && context_.state.version_hash() == context_.state.compute_version_hash() &&
        context_.state.is_extracted()) {
      context_.packages.remove(PackageStage::kExtracting, context_.load_id);
      return false;
    }
    context_.state.bump_version();
    if (!context_.state.is_extracted()) add_state();
    context_.schema.bump_version();
    files::sync_folder(folder_ / "items");
    context_.packages.write_schema(PackageStage::kExtracting, context_.load_id, context_.schema);
    context_.packages.write_manifest(PackageStage::kExtracting, manifest_);
    return true;
  }

 private:
  /// The schema with what the hints say.
  Schema with(const Table& hinted) const {
    Schema schema = context_.schema;
    schema.update_table(hinted);
    return schema;
  }

  void reset_state(const Resource& resource) {
    if (!resource.files().empty()) return;
    context_.state.source_state(context_.schema.name());
    context_.state.reset_resource_state(context_.schema.name(), resource.name());
  }

  void add_tables(const std::vector<Table>& tables) {
    for (Table table : tables) {
      const bool is_new = context_.schema.is_new_table(table.name);
      const std::string parent = table.property("parent");
      SchemaContract contract = context_.schema.contract_for(table.name, parent);
      if (const auto own = table.properties->find("schema_contract");
          own != table.properties->end()) {
        contract = SchemaContract::parse(*own, contract);
      }
      if (is_new && contract.tables == ContractMode::kFreeze) {
        Error error(
            ErrorCode::kContract,
            fmt::format("new table '{}', but the contract for tables is 'freeze'", table.name),
            "set the contract for tables to 'evolve' to let the dataset grow");
        throw error.add({.table = table.name});
      }
      // Rows of a table that the contract discards are counted when they are normalized.
      if (is_new && contract.tables != ContractMode::kEvolve) continue;
      if (is_new && contract.columns != ContractMode::kEvolve) evolve_columns_once(table);
      context_.schema.update_table(table);
      manifest_.declared.add(table);
    }
  }

  ItemFile item(const Resource& resource, const std::string& table) {
    const std::size_t index = manifest_.items.size();
    // Numbers of records are unique within a package: a file has 2^40 of its own.
    return {.resource = resource.name(),
            .table = table,
            .name = fmt::format("{:06}.jsonl", index),
            .first_ordinal = static_cast<std::uint64_t>(index) << 40};
  }

  static constexpr const char* kIncremental = "incremental";

  std::optional<IncrementalRun> begin_incremental(const Resource& resource) {
    if (!resource.hints().incremental) return {};
    if (!incremental_names_.insert(resource.name()).second) {
      throw Error(
          ErrorCode::kInvalidArgument,
          fmt::format("two resources named '{}' have an incremental: what one of them loads "
                      "would be old for the other",
                      resource.name()),
          "give them names of their own, or make one resource of them");
    }
    IncrementalRule rule = check_incremental(*resource.hints().incremental,
                                             resource.hints().primary_key, context_.environment);
    const Json& state = state_of(resource);
    const Json known = state.value(kIncremental, Json::object());
    const Json entry = known.value(rule.cursor.text(), Json());
    return IncrementalRun(IncrementalFilter(std::move(rule), entry), context_.cancellation);
  }

  void finish_incremental(const Resource& resource, IncrementalRun& run) {
    IncrementalFilter& filter = run.filter();
    filter.finish();
    if (filter.is_stateful())
      state_of(resource)[kIncremental][filter.rule().cursor.text()] = filter.entry();
    metrics_.push_back(filter.metrics());
    metrics_.back().resource = resource.name();
    for (const std::string& note : filter.notes()) manifest_.notes.push_back(note);
  }

  Json& state_of(const Resource& resource) {
    return context_.state.resource_state(context_.schema.name(), resource.name());
  }

  FramingOptions framing(const FileOptions& options) const {
    return {.format = parse_format(options.format),
            .max_record_bytes = context_.max_record_bytes,
            .record_path = options.records};
  }

  /// Items of one resource are numbered apart: `part` of 4.
  static ItemFile part_of(const ItemFile& items, std::uint64_t part, const std::string& prefix) {
    ItemFile file = items;
    file.name = prefix + items.name;
    file.first_ordinal += part << 38;
    return file;
  }

  ItemSpool spool(const ItemFile& file) const { return ItemSpool(folder_ / "items" / file.name); }

  void add_spooled(ItemFile file, ItemSpool& spool) {
    file.identity.size = spool.finish();
    if (file.identity.size != 0) manifest_.items.push_back(std::move(file));
  }

  void run_generator(const Resource& resource, const std::string& table) {
    ItemFile items = item(resource, table);
    items.typed = true;
    items.format = JsonFormat::kJsonl;
    const FileOptions& options = resource.file_options();
    ItemFile texts = part_of(items, 2, "text-");
    texts.typed = false;
    texts.format = parse_format(options.format);
    texts.record_path = options.records;
    std::optional<IncrementalRun> incremental = begin_incremental(resource);
    Out::Impl impl{.items = spool(items), .texts = spool(texts)};
    if (incremental) {
      impl.filtered.emplace(Out::Impl::Filtered{
          .run = *incremental, .framing = framing(options), .texts = excerpt(texts)});
    }
    Out out(impl);
    if (!incremental) {
      resource.generator()(out);
      context_.cancellation.throw_if_requested("extracting");
      add_spooled(std::move(items), impl.items);
      add_spooled(std::move(texts), impl.texts);
      return;
    }
    naming_table(table, [&] {
      resource.generator()(out);
      context_.cancellation.throw_if_requested("extracting");
      filter_bytes(texts, impl);
      finish_incremental(resource, *incremental);
    });
    add_spooled(std::move(items), impl.items);
    add_excerpt(texts, impl.filtered->texts);
  }

  /// What an incremental refuses does not know for which table it was.
  template <class Action>
  static void naming_table(const std::string& table, Action action) {
    try {
      action();
    } catch (Error& error) {
      error.add({.table = table});
      throw;
    }
  }

  static ItemFile lines_part(const ItemFile& texts) { return part_of(texts, 0, "lines-"); }
  static ItemFile json_part(const ItemFile& texts) { return part_of(texts, 1, "json-"); }

  Excerpt excerpt(const ItemFile& texts) const {
    return {.lines = spool(lines_part(texts)), .json = spool(json_part(texts))};
  }

  void add_excerpt(const ItemFile& texts, Excerpt& excerpt) {
    ItemFile lines = lines_part(texts);
    lines.format = JsonFormat::kJsonl;
    lines.record_path.clear();
    add_spooled(std::move(lines), excerpt.lines);
    ItemFile json = json_part(texts);
    json.format = JsonFormat::kJson;
    json.record_path.clear();
    add_spooled(std::move(json), excerpt.json);
  }

  /// Bytes that came cut anywhere are whole records only now.
  void filter_bytes(const ItemFile& texts, Out::Impl& impl) {
    if (impl.texts.finish() == 0) return;
    const std::filesystem::path bytes = folder_ / "items" / texts.name;
    Out::Impl::Filtered& filtered = *impl.filtered;
    try {
      filtered.run.add_text(*file_source(bytes), filtered.framing, IncrementalRun::Lines::kAny,
                            filtered.texts);
    } catch (Error& error) {
      // The file goes with the package.
      throw error.move_to({.line = error.context().line, .byte = error.context().byte});
    }
    files::remove(bytes);
  }

  void take_files(const Resource& resource, const std::string& table,
                  const std::string& disposition) {
    const bool replaces = disposition == "replace";
    const FileOptions& options = resource.file_options();
    std::vector<std::filesystem::path> files;
    std::set<std::filesystem::path> seen;
    for (const std::filesystem::path& given : resource.files()) {
      std::filesystem::path file = std::filesystem::absolute(given).lexically_normal();
      check_is_file(file);
      if (seen.insert(file).second) files.push_back(std::move(file));
    }
    Json& state = context_.state.resource_state(context_.schema.name(), resource.name());
    const bool is_incremental = resource.hints().incremental.has_value();
    if (options.remember) {
      // What is new in a file that grew, the cursor tells.
      const bool appends = disposition == "append" && !is_incremental;
      files = select_files(files, state, appends, replaces, options.reload).load;
      if (replaces && !files.empty()) state.erase("files");
    }
    // What is loaded again as a whole is new from the start.
    if ((replaces || options.reload) && !files.empty()) state.erase(kIncremental);
    if (is_incremental && !files.empty()) return filter_files(resource, table, files);
    for (const std::filesystem::path& file : files) {
      context_.cancellation.throw_if_requested("extracting");
      ItemFile taken = item(resource, table);
      taken.reference = file;
      taken.identity = files::identity(file);
      taken.format = parse_format(options.format);
      taken.record_path = options.records;
      // The link keeps the content there when the file is removed or replaced before it is
      // normalized.
      if (!files::hard_link(file, folder_ / "items" / taken.name)) taken.name.clear();
      if (options.remember) remember_file(state, file, taken.identity);
      manifest_.items.push_back(std::move(taken));
    }
  }

  void filter_files(const Resource& resource, const std::string& table,
                    const std::vector<std::filesystem::path>& files) {
    std::optional<IncrementalRun> incremental = begin_incremental(resource);
    const FileOptions& options = resource.file_options();
    for (const std::filesystem::path& file : files) {
      const FileIdentity identity = files::identity(file);
      ItemFile taken = item(resource, table);
      taken.excerpt_of = file;
      Excerpt parts = excerpt(taken);
      const auto source = decompressing_source(file_source(file, identity));
      naming_table(table, [&] {
        incremental->add_text(*source, framing(options), IncrementalRun::Lines::kKept, parts);
      });
      add_excerpt(taken, parts);
      if (options.remember) remember_file(state_of(resource), file, identity);
    }
    naming_table(table, [&] { finish_incremental(resource, *incremental); });
  }

  void add_state() {
    const std::string table = context_.schema.state_table_name();
    context_.schema.update_table(pipeline_state_table());
    const Resource resource("_dlt_pipeline_state", {});
    ItemFile file = item(resource, table);
    file.typed = true;
    file.format = JsonFormat::kJsonl;
    ItemSpool spool(folder_ / "items" / file.name);
    const Json created_at = now();
    Json row = context_.state.to_row(created_at, context_.load_id);
    row.erase("_dlt_load_id");
    spool.add(row);
    file.identity.size = spool.finish();
    manifest_.items.push_back(std::move(file));
    manifest_.declared.add(*context_.schema.find_table(table));
    context_.state.mark_extracted(created_at);
    manifest_.state = context_.state.to_json();
  }

  const ExtractContext& context_;
  std::filesystem::path folder_;
  PackageManifest manifest_;
  std::set<std::string> incremental_names_;
  std::vector<IncrementalMetrics> metrics_;
};

}  // namespace

Extracted extract_package(const ExtractContext& context, const std::vector<Resource>& resources) {
  Extract extract(context);
  StepProgress progress{.step = "extract"};
  const auto report = [&] {
    if (context.progress != nullptr) context.progress->update(progress);
  };
  report();
  try {
    extract.begin_anew(resources);
    for (const Resource& resource : resources) {
      extract.run(resource);
      ++progress.tables;
      progress.bytes = extract.bytes();
      report();
    }
    progress.total_bytes = progress.bytes;
    Extracted extracted{.has_package = extract.finish(),
                        .incremental = extract.take_metrics(),
                        .notes = extract.notes()};
    if (context.progress != nullptr) context.progress->finish(progress);
    return extracted;
  } catch (...) {
    context.packages.remove(PackageStage::kExtracting, context.load_id);
    throw;
  }
}

}  // namespace dlt
