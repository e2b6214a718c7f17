// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdio>
#include <map>
#include <set>
#include <string_view>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/commands.hpp"
#include "cli/option_values.hpp"
#include "cli/progress_display.hpp"
#include "cli/source_paths.hpp"
#include "cli/standard_input.hpp"
#include "cli/what_next.hpp"
#include "core/files/byte_source.hpp"
#include "core/json/record_path.hpp"
#include "dlt/pipeline.hpp"

namespace dlt::cli {
namespace {

std::optional<Incremental> parse_incremental(const IngestOptions& options) {
  if (options.incremental.empty()) {
    for (const auto& [option, value] :
         {std::pair{"--incremental-initial", &options.incremental_initial},
          std::pair{"--on-cursor-value-missing", &options.on_cursor_value_missing}}) {
      if (!value->empty())
        refuse(fmt::format("{} is about a cursor, but there is no --incremental", option),
               "name the cursor, for example --incremental updated_at");
    }
    return {};
  }
  Incremental incremental{.cursor_path = options.incremental};
  if (!options.on_cursor_value_missing.empty())
    incremental.on_cursor_value_missing = options.on_cursor_value_missing;
  if (!options.incremental_initial.empty()) {
    const Json json = Json::parse(options.incremental_initial, nullptr, false);
    incremental.initial_value =
        json.is_number() || json.is_string() ? json : Json(options.incremental_initial);
  }
  return incremental;
}

/// A stream, in pieces.
void yield_stream(Out& out, const std::string& source, const CancellationToken& cancellation) {
  const std::unique_ptr<ByteSource> input =
      source == "-" ? standard_input(cancellation) : decompressing_source(file_source(source));
  std::string piece(std::size_t{1} << 20, '\0');
  while (const std::size_t count = input->read(piece.data(), piece.size())) {
    cancellation.throw_if_requested();
    out.yield_bytes({piece.data(), count});
  }
}

std::vector<Resource> resources_for(const IngestOptions& options,
                                    const CancellationToken& cancellation) {
  RecordPath::parse(options.records);
  if (options.destination.ends_with(":memory:"))
    refuse("a database in memory ends with the program", "name a file");
  ResourceHints hints;
  if (!options.write_disposition.empty())
    hints.write_disposition = parse_write_disposition(options.write_disposition);
  if (!options.columns.empty()) hints.columns = parse_columns(options.columns);
  if (!options.primary_key.empty()) hints.primary_key = parse_names(options.primary_key);
  if (!options.merge_key.empty()) hints.merge_key = parse_names(options.merge_key);
  hints.incremental = parse_incremental(options);
  CsvOptions csv{.delimiter = options.csv_delimiter, .quote = options.csv_quote};
  if (!options.csv_header.empty()) csv.header = options.csv_header == "yes";
  const FileOptions file_options{.format = options.format,
                                 .csv = csv,
                                 .records = options.records,
                                 .remember = true,
                                 .reload = options.reload};

  std::vector<Resource> resources;
  std::map<std::string, std::vector<std::filesystem::path>> files;
  std::vector<std::string> order;
  std::set<std::string> streams;
  for (const std::string& source : options.sources) {
    if (is_stream(source)) {
      const char* name = source == "-" ? "standard input" : source.c_str();
      if (options.table.empty())
        refuse(fmt::format("{} has no name for a table", name), "name one with --table");
      if (!streams.insert(source).second)
        refuse(fmt::format("{} is named twice", name), "it can be read only once");
      resources.push_back(Resource::from_text(
          options.table,
          [source, cancellation](Out& out) { yield_stream(out, source, cancellation); }, hints,
          file_options));
      continue;
    }
    for (std::filesystem::path& file : expand_source(source)) {
      const std::string table = options.table.empty() ? table_for(file) : options.table;
      if (!files.contains(table)) order.push_back(table);
      files[table].push_back(std::move(file));
    }
  }
  for (const std::string& table : order)
    resources.push_back(Resource::from_files(table, files[table], hints, file_options));
  return resources;
}

void print_notes(const Pipeline& pipeline) {
  const Json trace = pipeline.last_trace();
  if (trace.is_null()) return;
  // Packages of a run mostly have the same to say.
  std::set<std::string> said;
  for (const Json& step : trace.at("steps")) {
    if (!step.contains("info") || !step.at("info").contains("notes")) continue;
    for (const Json& note : step.at("info").at("notes")) {
      if (said.insert(note.get<std::string>()).second)
        std::fputs(fmt::format("note: {}\n", note.get<std::string>()).c_str(), stderr);
    }
  }
}

std::string nothing_new(const IngestOptions& options) {
  if (options.write_disposition == "skip")
    return "Nothing was loaded: the write disposition is skip";
  if (!options.incremental.empty())
    return fmt::format("Nothing new: no record is beyond the cursor '{}'", options.incremental);
  return std::all_of(options.sources.begin(), options.sources.end(), is_stream)
             ? "Nothing was loaded: the input has no records"
             : "Nothing new: every file is loaded already (--reload loads it again)";
}

}  // namespace

int ingest(const CommonOptions& common, const IngestOptions& options,
           const CancellationToken& cancellation) {
  Source source{.resources = resources_for(options, cancellation),
                .max_table_nesting = options.max_table_nesting};
  for (const std::string& name : options.sources) {
    if (options.quiet || !is_stream(name) || !options.incremental.empty()) continue;
    std::fputs(fmt::format("note: {} is not remembered: a run that is made again loads it again\n",
                           name == "-" ? "standard input" : name)
                   .c_str(),
               stderr);
  }
  if (!options.schema_contract.empty())
    source.schema_contract = parse_contract(options.schema_contract);
  ProgressDisplay display;
  Pipeline pipeline(
      {.pipeline_name = options.pipeline,
       .pipelines_dir = common.pipelines_dir,
       .destination = options.destination,
       .dataset_name = options.dataset.empty() ? options.pipeline + "_dataset" : options.dataset,
       .naming = options.naming,
       .workers = options.workers,
       .block_bytes = options.block_bytes,
       .max_record_bytes = options.max_record_bytes,
       .on_bad_record = options.on_bad_record,
       .memory_budget = options.memory_budget,
       .add_dlt_id = options.add_dlt_id,
       .disk_budget = options.disk_budget,
       .lock_timeout_seconds = static_cast<double>(common.lock_timeout),
       .progress = options.quiet ? nullptr : &display,
       .cancellation = cancellation});
  LoadInfo info;
  try {
    info = pipeline.run(source, {.refresh = options.refresh});
  } catch (const PipelineStepFailed& failure) {
    const int exit_code = report(failure);
    if (!options.quiet) print_what_next(common, pipeline, failure);
    return exit_code;
  }
  if (!options.quiet) print_notes(pipeline);
  if (options.json) {
    fmt::print("{}\n", info.to_json().dump(2));
  } else if (!options.quiet) {
    fmt::print("{}\n", info.load_packages.empty() ? nothing_new(options) : info.to_string());
  }
  return kDone;
}

}  // namespace dlt::cli
