// SPDX-License-Identifier: Apache-2.0
#include "normalize/normalize.hpp"

#include <algorithm>
#include <set>
#include <thread>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/files/byte_source.hpp"
#include "normalize/block_runner.hpp"
#include "normalize/job_buffers.hpp"
#include "normalize/user_ids.hpp"
#include "package/quarantine.hpp"

namespace dlt::normalize {
namespace {

/// Where an item file is read: the file itself as long as it is what it was, else the link that was
/// made of it.
std::filesystem::path place_of(const ItemFile& item, const std::filesystem::path& items_folder) {
  if (item.reference.empty()) return items_folder / item.name;
  const auto unchanged = [&item](const std::filesystem::path& path) {
    return files::exists(path) && files::identity(path) == item.identity;
  };
  if (unchanged(item.reference)) return item.reference;
  if (!item.name.empty() && unchanged(items_folder / item.name)) return items_folder / item.name;
  Error error(ErrorCode::kNotFound,
              fmt::format("file {} since it was extracted",
                          files::exists(item.reference) ? "changed" : "vanished"),
              "run again: the file is extracted as it is then");
  throw error.add({.file = item.reference.string()});
}

/// The records of an item in blocks.
class JsonBlocks {
 public:
  JsonBlocks(const ItemFile& item, const std::filesystem::path& path, const FramingOptions& options)
      : source_(item.reference.empty() ? file_source(path)
                                       : decompressing_source(file_source(path, item.identity))),
        framer_(*source_, options),
        first_ordinal_(item.first_ordinal) {}

  bool fill(BlockJob& job) {
    job.rows.reset();
    if (!framer_.next(job.block)) return false;
    job.block.first_ordinal += first_ordinal_;
    return true;
  }
  std::uint64_t position() const { return source_->position(); }
  /// Whether there is a way on after what `fill` threw.
  bool goes_on() const { return framer_.goes_on(); }

 private:
  std::unique_ptr<ByteSource> source_;
  RecordFramer framer_;
  std::uint64_t first_ordinal_;
};

class RowBlocks {
 public:
  RowBlocks(const ItemFile& item, const std::filesystem::path& path,
            const arrow::RowReading& reading)
      : source_(open_rows(item, path, reading)), first_ordinal_(item.first_ordinal) {
    name_ = item.excerpt_of.empty() ? item.reference.string() : item.excerpt_of.string();
    if (name_.empty()) name_ = path.string();
  }

  bool fill(BlockJob& job) {
    // As much work as a block of JSON, about.
    constexpr std::size_t kRows = 8'192;
    while (rows_ == nullptr || next_ == rows_->count()) {
      auto rows = std::make_shared<arrow::Rows>();
      if (!source_->next(*rows)) return false;
      rows_ = std::move(rows);
      next_ = 0;
    }
    const std::size_t end = std::min(rows_->count(), next_ + kRows);
    job.rows = {.rows = rows_,
                .begin = next_,
                .end = end,
                .first_ordinal = first_ordinal_,
                .source = name_};
    next_ = end;
    return true;
  }
  std::uint64_t position() const { return source_->position(); }
  static bool goes_on() { return false; }

 private:
  std::unique_ptr<arrow::BatchSource> source_;
  std::uint64_t first_ordinal_;
  std::string name_;
  std::shared_ptr<const arrow::Rows> rows_;
  std::size_t next_ = 0;
};

/// Blocks are committed here, in input order, on the thread that reads.
class Commit {
 public:
  Commit(std::shared_ptr<const SchemaSnapshot> snapshot, std::shared_ptr<const Settings> settings,
         BlockRunner& runner, JobBuffers& buffers, UserIds& user_ids, Quarantine& quarantine)
      : snapshot_(std::move(snapshot)),
        settings_(std::move(settings)),
        runner_(runner),
        buffers_(buffers),
        user_ids_(user_ids),
        quarantine_(quarantine) {
    runner_.set_snapshot(snapshot_);
  }

  void commit(BlockJob& job) {
    BlockNormalizer& block = job.normalizer;
    const bool is_old = job.snapshot != snapshot_;
    const bool has_failed = block.error() || !block.refused().empty();
    if (is_old && (has_failed || !still_hold(block.findings(), *snapshot_))) {
      job.run(snapshot_);
    }
    if (block.error()) std::rethrow_exception(block.error());
    const std::shared_ptr<const Schema> grown =
        with_proposals(block.findings(), snapshot_->shared_schema());
    if (grown != snapshot_->shared_schema()) {
      snapshot_ = std::make_shared<const SchemaSnapshot>(grown, settings_);
      runner_.set_snapshot(snapshot_);
    }
    for (const TableBuilder* table : block.tables()) {
      buffers_.append(table->name(), table->batch);
      rows_ += static_cast<std::uint64_t>(table->batch.rows);
    }
    for (const BlockNormalizer::UserId& id : block.user_ids()) {
      user_ids_.add(id.table->name(), id.id, job.place(id.record));
    }
    for (const auto& [record, why] : block.refused())
      quarantine_.add(job.origin->resource, job.origin->table, job.raw(record), why);
    tally_.add(block.tally());
  }

  const std::shared_ptr<const SchemaSnapshot>& snapshot() const { return snapshot_; }
  std::uint64_t rows() const { return rows_; }
  const Tally& tally() const { return tally_; }

 private:
  std::shared_ptr<const SchemaSnapshot> snapshot_;
  std::shared_ptr<const Settings> settings_;
  BlockRunner& runner_;
  JobBuffers& buffers_;
  UserIds& user_ids_;
  Quarantine& quarantine_;
  std::uint64_t rows_ = 0;
  Tally tally_;
};

constexpr std::size_t kMaxStateBytes = std::size_t{1} << 30;

/// Columns that hints name but that never got a type must at least be allowed to be null.
void check_bound(const Table& table) {
  for (const Column& column : table.columns) {
    if (column.is_complete() || column.is_nullable()) continue;
    Error error(
        ErrorCode::kSchema,
        fmt::format("column '{}' is declared not nullable, but got no value and has no data type",
                    column.name),
        "give the column a data_type, or declare it nullable");
    throw error.add({.table = table.name, .column = column.name});
  }
}

void mark_seen(Schema& schema, const std::map<std::string, std::int64_t>& row_counts,
               const std::vector<std::string>& replaced) {
  const auto mark = [&schema](const std::string& name) {
    Table* table = schema.find_table(name);
    if (table == nullptr) return;
    check_bound(*table);
    Json normalizer = table->properties->value("x-normalizer", Json::object());
    normalizer.erase("evolve-columns-once");
    normalizer["seen-data"] = true;
    table->set_property("x-normalizer", std::move(normalizer));
  };
  for (const auto& [name, rows] : row_counts) mark(name);
  for (const std::string& name : replaced) mark(name);
}

/// What normalizing may take of the disk: what items of the package's own leave.
class DiskBudget {
 public:
  DiskBudget(std::uint64_t bytes, const PackageManifest& manifest) : bytes_(bytes) {
    for (const ItemFile& item : manifest.items) {
      if (item.reference.empty()) items_ += item.identity.size;
    }
  }

  /// `written`: bytes of files that normalizing has made.
  void check(std::uint64_t written) const {
    if (bytes_ == 0 || items_ + written <= bytes_) return;
    throw Error(ErrorCode::kConfiguration,
                fmt::format("the package does not fit into the disk budget of {} bytes", bytes_),
                "run again with a larger disk budget, or with none: what is extracted is kept");
  }

 private:
  std::uint64_t bytes_;
  std::uint64_t items_ = 0;
};

/// What opening an item refuses does not know for which table it was.
template <class Action>
auto naming(const std::string& table, const std::string& load_id, Action action) {
  try {
    return action();
  } catch (Error& error) {
    throw error.add({.load_id = load_id, .table = table});
  }
}

/// Whether rows of an item need ids by themselves: others hang on them, or they bring their own.
bool needs_ids(const ItemFile& item, const std::filesystem::path& items_folder,
               const arrow::RowReading& reading, const NamingConvention& naming) {
  if (!holds_rows(item.format)) return true;
  const std::string id = naming.normalize_identifier("_dlt_id");
  const auto is_id = [&](const std::string& name) {
    return naming.normalize_identifier(name) == id;
  };
  // Its types take reading all of it, and have no lists.
  if (item.format == ItemFormat::kCsv)
    return std::ranges::any_of(csv_names(item, place_of(item, items_folder), reading), is_id);
  const auto rows = open_rows(item, place_of(item, items_folder), reading);
  return rows->type()->has_lists() ||
         std::ranges::any_of(rows->type()->children, is_id, &arrow::Type::name);
}

/// Settings with the tables whose rows need no `_dlt_id`: those that only get rows of typed
/// columns, without lists, are appended or replaced, and have no such column.
std::shared_ptr<const Settings> with_id_rules(const std::shared_ptr<const Settings>& settings,
                                              const PackageManifest& manifest, const Schema& schema,
                                              const std::filesystem::path& items_folder,
                                              const arrow::RowReading& reading) {
  if (settings->adds_ids_to_rows) return settings;
  std::set<std::string> without;
  std::set<std::string> with;
  for (const ItemFile& item : manifest.items) {
    if (with.contains(item.table)) continue;
    const Table* table = schema.find_table(item.table);
    const bool wants_ids =
        table != nullptr &&
        (table->find(schema.naming().normalize_identifier("_dlt_id")) != nullptr ||
         table->property("write_disposition") == "merge");
    const bool has_ids = wants_ids || naming(item.table, manifest.load_id, [&] {
                           return needs_ids(item, items_folder, reading, schema.naming());
                         });
    (has_ids ? with : without).insert(item.table);
  }
  for (const std::string& table : with) without.erase(table);
  if (without.empty()) return settings;
  auto own = std::make_shared<Settings>(*settings);
  own->without_ids = std::move(without);
  return own;
}

}  // namespace

Result normalize_package(const PackageStore& packages, const std::string& load_id,
                         const Schema& schema, const std::shared_ptr<const Settings>& given,
                         const Options& options) {
  PackageManifest manifest = packages.read_manifest(PackageStage::kExtracted, load_id);
  const std::filesystem::path items_folder =
      packages.path(PackageStage::kExtracted, load_id) / "items";
  const std::filesystem::path folder = packages.create(PackageStage::kNormalizing, load_id);
  const std::filesystem::path jobs_folder = folder / "new_jobs";
  files::create_directories(jobs_folder);

  const int workers = options.workers > 0
                          ? options.workers
                          : static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  const arrow::RowReading reading{.threads = workers,
                                  .memory_bytes = options.row_memory_bytes,
                                  .max_record_bytes = options.max_record_bytes,
                                  .temp_directory = folder / "rows.tmp",
                                  .cancellation = options.cancellation};
  const std::shared_ptr<const Settings> settings =
      with_id_rules(given, manifest, schema, items_folder, reading);
  const DiskBudget disk(options.disk_bytes, manifest);
  JobBuffers buffers(jobs_folder, options.buffer_bytes);
  UserIds user_ids(folder / "user_ids.batch");
  Quarantine quarantine(folder);
  quarantine.take_over(packages.path(PackageStage::kExtracted, load_id));
  BlockRunner runner(workers);
  Commit commit(
      std::make_shared<const SchemaSnapshot>(std::make_shared<const Schema>(schema), settings),
      settings, runner, buffers, user_ids, quarantine);

  StepProgress progress{.step = "normalize"};
  for (const ItemFile& item : manifest.items) progress.total_bytes += item.identity.size;
  if (options.progress != nullptr) options.progress->update(progress);
  const auto commit_next = [&] {
    std::unique_ptr<BlockJob> job = runner.take();
    if (!job) return false;
    commit.commit(*job);
    disk.check(buffers.bytes_written() + quarantine.bytes());
    progress.rows = commit.rows();
    progress.tables = buffers.row_counts().size();
    if (options.progress != nullptr) options.progress->update(progress);
    runner.recycle(std::move(job));
    return true;
  };

  std::uint64_t bytes_before = 0;
  bool first = true;
  const auto normalize_blocks = [&](const ItemFile& item, auto open) {
    auto blocks = naming(item.table, load_id, open);
    const auto origin = std::make_shared<const RecordOrigin>(
        RecordOrigin{.resource = item.resource, .table = item.table, .typed = item.typed});
    for (;;) {
      options.cancellation.throw_if_requested("normalizing");
      std::unique_ptr<BlockJob> job = runner.free_job();
      if (!job) {
        commit_next();
        continue;
      }
      bool more = false;
      try {
        more = blocks.fill(*job);
      } catch (Error& error) {
        // The records before this place come first: one of them may be the first that is wrong.
        runner.recycle(std::move(job));
        while (commit_next()) {
        }
        error.add({.load_id = load_id, .table = item.table});
        if (!settings->quarantines || !is_about_record(error) || !blocks.goes_on()) throw;
        quarantine.add(item.resource, item.table, {}, error);
        continue;
      }
      if (!more) {
        runner.recycle(std::move(job));
        break;
      }
      job->origin = origin;
      runner.put(std::move(job));
      progress.bytes = bytes_before + blocks.position();
      // What the first block finds out about the schema spares the others from finding it out once
      // more each.
      if (first) commit_next();
      first = false;
    }
    bytes_before += item.identity.size;
  };
  for (const ItemFile& item : manifest.items) {
    const std::filesystem::path path = place_of(item, items_folder);
    if (holds_rows(item.format)) {
      arrow::RowReading of_item = reading;
      if (settings->quarantines) {
        of_item.set_aside = [&](const arrow::BadRow& row) {
          quarantine.add(item.resource, item.table, row);
        };
      }
      if (item.format == ItemFormat::kCsv) {
        // What the items before it have made of the table counts.
        while (commit_next()) {
        }
        of_item.is_text = text_columns(*commit.snapshot()->shared_schema(), item.table);
      }
      normalize_blocks(item, [&] { return RowBlocks(item, path, of_item); });
      continue;
    }
    // The state is a record of our own, however much it remembers.
    const bool is_state = item.table == schema.state_table_name();
    const FramingOptions framing{
        .format = json_format(item.format),
        .block_bytes = options.block_bytes,
        .max_record_bytes = is_state ? kMaxStateBytes : options.max_record_bytes,
        .record_path = item.record_path,
        .excerpt_of = item.excerpt_of.string()};
    normalize_blocks(item, [&] { return JsonBlocks(item, path, framing); });
  }
  while (commit_next()) {
  }
  user_ids.check();
  quarantine.finish();

  Result result{.schema = *commit.snapshot()->shared_schema(), .row_counts = buffers.row_counts()};
  manifest.jobs = buffers.finish();
  disk.check(buffers.bytes_written() + quarantine.bytes());
  mark_seen(result.schema, result.row_counts, manifest.replaced);
  result.schema.bump_version();
  manifest.row_counts = result.row_counts;
  result.quarantined = quarantine.counts();
  result.notes = describe(commit.tally(), result.schema);
  for (const auto& [table, count] : result.quarantined) {
    result.notes.push_back(fmt::format(
        "table '{}': {} that cannot be loaded, set aside: dltpp pipeline {} quarantine", table,
        count == 1 ? "1 record" : fmt::format("{} records", count), manifest.pipeline_name));
  }
  manifest.notes.insert(manifest.notes.end(), result.notes.begin(), result.notes.end());
  files::sync_folder(jobs_folder);
  packages.write_schema(PackageStage::kNormalizing, load_id, result.schema);
  packages.write_manifest(PackageStage::kNormalizing, manifest);
  progress.bytes = progress.total_bytes;
  if (options.progress != nullptr) options.progress->finish(progress);
  return result;
}

}  // namespace dlt::normalize
