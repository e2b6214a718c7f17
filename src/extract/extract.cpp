// SPDX-License-Identifier: Apache-2.0
#include "extract/extract.hpp"

#include <algorithm>
#include <exception>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "extract/aside_memory.hpp"
#include "extract/division.hpp"
#include "extract/file_memory.hpp"
#include "extract/incremental_run.hpp"
#include "extract/out.hpp"
#include "extract/package_sequence.hpp"
#include "extract/resource_plan.hpp"
#include "extract/source_files.hpp"
#include "schema/hints.hpp"

namespace dlt {
namespace {

/// One extract: what its resources put into packages.
class Extract {
 public:
  explicit Extract(const ExtractContext& context)
      : context_(context), packages_(context), files_(context.state, context.schema) {}

  /// Before the first of them runs: which files replace a table together, and whether resources
  /// that load one table which wants all of its rows at once go into one package.
  void see_together(const std::vector<Resource>& resources) {
    for (const Resource& resource : resources) {
      const Table table =
          tables_from_hints(context_.schema, resource.name(), resource.hints()).front();
      if (table.property("write_disposition") != "skip") files_.see(resource, table.name);
    }
    if (context_.next_package &&
        share_undivided_table(resources, context_.schema, context_.capabilities.merge_strategies))
      packages_.keep_together();
  }

  void begin_anew(const std::vector<Resource>& resources) {
    if (context_.refresh == Refresh::kNothing) return;
    context_.state.forget_extraction();
    RefreshedTables tables = refresh(context_.refresh, resources, context_.schema, context_.state);
    package().manifest().dropped = std::move(tables.dropped);
    package().manifest().truncated = std::move(tables.truncated);
  }

  void run(const Resource& resource) {
    // What was extracted before it may go ahead.
    if (packages_.is_full()) packages_.next();
    const ResourcePlan plan = plan_of(context_, resource);
    if (plan.disposition == "skip") return;
    const bool replaces = plan.replaces();
    Course course{
        .resource = resource, .plan = plan, .table = plan.table, .items_before = packages_.items()};
    if (replaces) {
      leave_room(course);
      reset_state(resource);
    }
    if (resource.generator()) {
      if (replaces) files_.forget(course.table);
      begin(course);
      run_generator(course);
    } else {
      take_files(course);
    }
    const bool has_items = packages_.items() != course.items_before;
    if (has_items) {
      package().declare(plan.tables);
      if (plan.is_unkeyed) {
        package().manifest().notes.push_back(
            fmt::format("table '{}' has neither primary nor merge key: what is merged into it is "
                        "appended",
                        plan.table));
      }
    } else if (replaces && !resource.files().empty()) {
      // All files are loaded already, and the table holds just them.
      return;
    }
    if (replaces) {
      const Table* known = context_.schema.find_table(plan.table);
      if (known == nullptr || (!has_items && !known->has_seen_data())) return;
      package().manifest().replaced.push_back(plan.table);
    }
  }

  /// Of all packages.
  std::uint64_t bytes() const { return packages_.bytes(); }

  /// Completes the last package.
  Extracted finish() {
    Extracted extracted = packages_.finish();
    extracted.incremental = std::move(metrics_);
    return extracted;
  }
  void abandon() { package().abandon(); }

 private:
  static constexpr const char* kIncremental = "incremental";
  static constexpr const char* kAside = "aside";

  /// A resource on its way.
  struct Course {
    const Resource& resource;
    const ResourcePlan& plan;
    /// The plan's.
    const std::string& table;
    /// Of the package that is written.
    std::uint64_t items_before = 0;
    /// What is read; empty where it has no name that is worth to be told.
    std::string source = {};
    std::optional<IncrementalRun> incremental = {};
    AsideMemory aside = {};
    /// What was known of the cursor before all files are loaded again.
    Json former_entry = nullptr;
    Division division = {};
  };

  void reset_state(const Resource& resource) {
    if (!resource.files().empty()) return;
    context_.state.source_state(context_.schema.name());
    context_.state.reset_resource_state(context_.schema.name(), resource.name());
  }

  Json& state_of(const Resource& resource) {
    return context_.state.resource_state(context_.schema.name(), resource.name());
  }

  // --- packages

  PackageWriter& package() { return packages_.current(); }

  /// What goes together gets most of a package, before anything of it is extracted.
  void leave_room(Course& course) {
    if (!packages_.is_half_full()) return;
    packages_.next();
    course.items_before = 0;
  }

  /// The same within a resource: what it has yielded so far is whole.
  void divide(Course& course) {
    if (course.incremental && course.division.moves_cursor) save_cursor(course);
    if (packages_.items() != course.items_before) package().declare(course.plan.tables);
    packages_.next();
    course.items_before = 0;
  }

  /// `why` the records that came so far cannot go ahead.
  [[noreturn]] void fail_full(const Course& course, std::string_view why) const {
    Error error(ErrorCode::kConfiguration,
                fmt::format("the records of resource '{}' do not fit into the disk budget: their "
                            "package would have more than {} bytes, a quarter of it, and they "
                            "cannot be loaded in parts: {}",
                            course.resource.name(), context_.package_bytes, why),
                "give the pipeline a larger disk budget, or none");
    throw error.add({.table = course.table});
  }

  /// Why the resource cannot be divided here; empty: it can.
  std::string_view obstacle(const Course& course) const {
    if (!course.division.obstacle.empty()) return course.division.obstacle;
    return packages_.obstacle();
  }

  // --- incremental

  void begin(Course& course) {
    const Resource& resource = course.resource;
    if (course.plan.incremental) {
      if (!incremental_names_.insert(resource.name()).second) {
        throw Error(
            ErrorCode::kInvalidArgument,
            fmt::format("two resources named '{}' have an incremental: what one of them loads "
                        "would be old for the other",
                        resource.name()),
            "give them names of their own, or make one resource of them");
      }
      const IncrementalRule& rule = *course.plan.incremental;
      const Json known = state_of(resource).value(kIncremental, Json::object());
      Json entry = known.value(rule.cursor.text(), Json());
      const bool reloads = resource.file_options().reload && !resource.generator();
      if (reloads) course.former_entry = std::exchange(entry, nullptr);
      course.incremental.emplace(IncrementalFilter(rule, entry), context_.cancellation);
      if (context_.quarantines) {
        if (!reloads) course.aside = AsideMemory(state_of(resource).value(kAside, Json()));
        course.incremental->set_aside = [this, &course](std::optional<std::string_view> raw,
                                                        Error why) {
          why = placed(std::move(why), course);
          if (course.aside.add(raw.value_or(""), why))
            package().quarantine().add(course.resource.name(), course.table, raw, why);
        };
      }
    }
    const bool is_remembered = resource.file_options().remember &&
                               !resource.file_options().reload && !resource.generator();
    course.division = division_of(course.plan.schema, course.plan.tables,
                                  course.incremental ? &course.incremental->filter() : nullptr,
                                  is_remembered ? Remembered::kYes : Remembered::kNo,
                                  context_.capabilities.merge_strategies);
    if (!course.division.obstacle.empty()) leave_room(course);
    if (course.division.forgets) packages_.hold_back();
  }

  void save_cursor(Course& course) {
    IncrementalFilter& filter = course.incremental->filter();
    filter.save();
    if (!filter.is_stateful()) return;
    Json& state = state_of(course.resource);
    state[kIncremental][filter.rule().cursor.text()] = filter.entry_after(course.former_entry);
    // Where a source has no name, nothing tells a record from the same one later.
    if (course.source.empty() || course.aside.empty()) return;
    state[kAside] = course.aside.entry();
  }

  void finish_incremental(Course& course) {
    IncrementalFilter& filter = course.incremental->filter();
    filter.finish();
    save_cursor(course);
    metrics_.push_back(filter.metrics());
    metrics_.back().resource = course.resource.name();
    for (const std::string& note : filter.notes()) package().manifest().notes.push_back(note);
  }

  /// What an incremental refuses does not know for which table it was.
  template <class Action>
  void naming_table(const std::string& table, Action action) const {
    try {
      action();
    } catch (Error& error) {
      if (!failure_) error.add({.table = table});
      throw;
    }
  }

  FramingOptions framing(ItemFormat format, const FileOptions& options) const {
    return {.format = json_format(format),
            .max_record_bytes = context_.max_record_bytes,
            .record_path = options.records};
  }

  // --- generators

  /// Files of the package that a generator's yields go to.
  struct YieldedFiles {
    ItemFile items = {};
    ItemFile texts = {};
  };

  YieldedFiles yielded_files(const Course& course) {
    const FileOptions& options = course.resource.file_options();
    YieldedFiles files{.items = package().item(course.resource.name(), course.table)};
    files.items.typed = true;
    files.items.format = ItemFormat::kJsonl;
    files.texts = PackageWriter::part_of(files.items, 2, "text-");
    files.texts.typed = false;
    files.texts.format = format_of_file({}, options);
    files.texts.csv = options.csv;
    files.texts.record_path = options.records;
    return files;
  }

  void run_generator(Course& course) {
    YieldedFiles files = yielded_files(course);
    Out::Impl impl{.items = package().spool(files.items), .texts = package().spool(files.texts)};
    if (course.incremental) {
      impl.filtered.emplace(Out::Impl::Filtered{
          .run = *course.incremental,
          .framing = framing(files.texts.format, course.resource.file_options()),
          .texts = package().excerpt(files.texts)});
    }
    const auto add_all = [&] {
      package().add(files.items, impl.items);
      if (impl.filtered) {
        package().add(files.texts, impl.filtered->texts);
      } else {
        package().add(files.texts, impl.texts);
      }
    };
    std::size_t streams = 0;
    impl.add_rows = [&](arrow::BatchSource& rows) {
      ItemFile file = PackageWriter::part_of(files.items, 3, fmt::format("rows-{:04}-", streams++));
      file.typed = false;
      file.format = ItemFormat::kArrow;
      add_rows(course, std::move(file), rows);
    };
    impl.room = packages_.room();
    impl.when_full = [&] {
      // Whoever caught what a yield threw, and goes on, gets no further.
      if (failure_) std::rethrow_exception(failure_);
      try {
        if (const std::string_view why = obstacle(course); !why.empty()) fail_full(course, why);
        if (impl.has_bytes) fail_full(course, "they come as bytes, which may end within a record");
        if (course.incremental && !course.incremental->filter().can_save()) return;
        add_all();
        divide(course);
        files = yielded_files(course);
        impl.items = package().spool(files.items);
        impl.texts = package().spool(files.texts);
        if (impl.filtered) impl.filtered->texts = package().excerpt(files.texts);
        impl.room = packages_.room();
      } catch (...) {
        failure_ = std::current_exception();
        throw;
      }
    };
    Out out(impl);
    const auto generate = [&] {
      course.resource.generator()(out);
      if (failure_) std::rethrow_exception(failure_);
      context_.cancellation.throw_if_requested("extracting");
    };
    if (course.incremental) {
      naming_table(course.table, [&] {
        generate();
        filter_bytes(course, files.texts, impl);
        finish_incremental(course);
      });
    } else {
      generate();
    }
    add_all();
  }

  /// Adds the rows that are taken of a source, in a file of the package.
  void add_rows(Course& course, ItemFile file, arrow::BatchSource& source) {
    RowSpool spool{.path = package().path(file)};
    spool.room = packages_.room();
    spool.when_full = [&] {
      const std::string_view why = obstacle(course);
      fail_full(course, why.empty() ? "those of a stream or file go together" : why);
    };
    if (course.incremental) {
      course.incremental->add_rows(source, spool);
    } else {
      for (arrow::Rows rows; source.next(rows);) {
        context_.cancellation.throw_if_requested("extracting");
        spool.add(rows);
      }
    }
    file.identity.size = spool.finish();
    if (file.identity.size != 0) package().add(std::move(file));
  }

  arrow::RowReading row_reading(Course& course) {
    arrow::RowReading reading{.memory_bytes = context_.row_memory_bytes,
                              .max_record_bytes = context_.max_record_bytes,
                              .cancellation = context_.cancellation,
                              .is_text = text_columns(context_.schema, course.table)};
    if (context_.quarantines) {
      reading.set_aside = [this, &course](arrow::BadRow row) {
        row.why = placed(std::move(row.why), course);
        if (course.aside.add(row.text.value_or(""), row.why))
          package().quarantine().add(course.resource.name(), course.table, row);
      };
    }
    return reading;
  }

  /// An error with its place in the course's source.
  static Error placed(Error error, const Course& course) {
    const ErrorContext& place = error.context();
    return error.move_to(
        {.file = course.source, .line = place.line, .byte = place.byte, .row = place.row});
  }

  /// Bytes that came cut anywhere are whole records only now.
  void filter_bytes(Course& course, const ItemFile& texts, Out::Impl& impl) {
    if (impl.texts.finish() == 0) return;
    const std::filesystem::path bytes = package().path(texts);
    Out::Impl::Filtered& filtered = *impl.filtered;
    try {
      if (holds_rows(texts.format)) {
        ItemFile rows = PackageWriter::part_of(texts, 0, "rows-");
        rows.format = ItemFormat::kArrow;
        add_rows(course, std::move(rows), *open_rows(texts, bytes, row_reading(course)));
        files::remove(bytes);
        return;
      }
      filtered.run.add_text(*file_source(bytes), filtered.framing, IncrementalRun::Lines::kAny,
                            filtered.texts);
    } catch (Error& error) {
      // The file goes with the package.
      throw placed(std::move(error), course);
    }
    files::remove(bytes);
  }

  // --- files

  void take_files(Course& course) {
    const Resource& resource = course.resource;
    const bool replaces = course.plan.replaces();
    const FileOptions& options = resource.file_options();
    std::vector<std::filesystem::path> files = distinct_files(resource.files());
    Json& state = state_of(resource);
    if (options.remember) {
      // What is new in a file that grew, the cursor tells.
      if (replaces) {
        if (!files_.is_anew(course.table)) return;
      } else if (!options.reload) {
        files = files_.select(resource, files, course.plan.adds(), course.plan.cursor());
      }
    }
    if (files.empty()) return;
    if (replaces) {
      if (!options.remember) files_.forget(course.table);
      state.erase(kIncremental);
      state.erase(kAside);
    }
    begin(course);
    // In the next file the cursor begins anew.
    if (course.division.moves_cursor)
      course.division = {.obstacle = "they are appended, and each file has a cursor of its own"};
    // Files count as loaded when the cursor has seen all of them: it would not see them again.
    std::vector<std::pair<std::filesystem::path, FileIdentity>> filtered;
    for (const std::filesystem::path& file : files) {
      context_.cancellation.throw_if_requested("extracting");
      const FileIdentity identity = files::identity(file);
      if (course.division.obstacle.empty() && !packages_.has_room_for(file, identity))
        divide(course);
      if (course.incremental) {
        filter_file(course, file, identity);
        filtered.emplace_back(file, identity);
      } else {
        take_file(course, file, identity);
        if (options.remember) files_.remember(resource, course.table, file, identity, {});
      }
    }
    if (!course.incremental) return;
    naming_table(course.table, [&] { finish_incremental(course); });
    if (!options.remember) return;
    for (const auto& [file, identity] : filtered)
      files_.remember(resource, course.table, file, identity, course.plan.cursor());
  }

  void take_file(const Course& course, const std::filesystem::path& file,
                 const FileIdentity& identity) {
    const FileOptions& options = course.resource.file_options();
    ItemFile taken = package().item(course.resource.name(), course.table);
    taken.reference = file;
    taken.identity = identity;
    taken.format = format_of_file(file, options);
    taken.csv = options.csv;
    taken.record_path = options.records;
    // The link keeps the content there when the file is removed or replaced before it is
    // normalized.
    if (!files::hard_link(file, package().path(taken))) taken.name.clear();
    package().add(std::move(taken));
  }

  void filter_file(Course& course, const std::filesystem::path& file,
                   const FileIdentity& identity) {
    ItemFile taken = package().item(course.resource.name(), course.table);
    taken.excerpt_of = file;
    course.source = file.string();
    const FileOptions& options = course.resource.file_options();
    const ItemFormat format = format_of_file(file, options);
    if (holds_rows(format)) {
      const ItemFile source{.reference = file, .format = format, .csv = options.csv};
      taken.format = ItemFormat::kArrow;
      naming_table(course.table, [&] {
        try {
          add_rows(course, taken, *open_rows(source, file, row_reading(course)));
        } catch (Error& error) {
          throw error.add({.file = course.source});
        }
      });
      return;
    }
    Excerpt parts = package().excerpt(taken);
    // A file that has a package of its own may fill it.
    const bool divides = obstacle(course).empty();
    parts.room = divides ? context_.package_bytes : packages_.room();
    parts.when_full = [&] {
      const std::string_view why = obstacle(course);
      fail_full(course, why.empty() ? "those of a file go together" : why);
    };
    const auto source = decompressing_source(file_source(file, identity));
    naming_table(course.table, [&] {
      course.incremental->add_text(*source, framing(format, options), IncrementalRun::Lines::kKept,
                                   parts);
    });
    package().add(taken, parts);
  }

  const ExtractContext& context_;
  PackageSequence packages_;
  FileMemory files_;
  /// What a yield threw because the package was full.
  std::exception_ptr failure_;
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
    extract.see_together(resources);
    for (const Resource& resource : resources) {
      extract.run(resource);
      ++progress.tables;
      progress.bytes = extract.bytes();
      report();
    }
    progress.total_bytes = progress.bytes;
    Extracted extracted = extract.finish();
    if (context.progress != nullptr) context.progress->finish(progress);
    return extracted;
  } catch (...) {
    extract.abandon();
    throw;
  }
}

}  // namespace dlt
