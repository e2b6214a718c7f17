// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <iosfwd>
#include <map>
#include <string>
#include <vector>

#include <dlt/json.hpp>

namespace dlt {

/// What an incremental did with the rows of a resource.
struct IncrementalMetrics {
  std::string resource = {};
  std::string cursor_path = {};
  /// Rows and pages of rows that the resource yielded.
  std::uint64_t unfiltered_items_count = 0;
  std::uint64_t unfiltered_batches_count = 0;
  /// Rows at the last value that the state knew one by one, before and after.
  std::uint64_t initial_unique_hashes_count = 0;
  std::uint64_t final_unique_hashes_count = 0;
};

/// What an extract put into packages.
struct ExtractInfo {
  std::vector<std::string> loads_ids = {};
  /// A member for each resource that has an incremental.
  std::vector<IncrementalMetrics> incremental = {};
  /// What happened to cursors, in words, a line each.
  std::vector<std::string> notes = {};
  double seconds = 0;

  Json to_json() const;
};

/// What a normalize made of packages.
struct NormalizeInfo {
  std::vector<std::string> loads_ids = {};
  /// Rows by table.
  std::map<std::string, std::int64_t> row_counts = {};
  /// What happened to values on their way, in words, a line each: names that were taken, fractions
  /// that were cut, ...
  std::vector<std::string> notes = {};
  /// Records that were set aside, by table.
  std::map<std::string, std::uint64_t> quarantined = {};
  double seconds = 0;

  Json to_json() const;
};

/// A load package as a load left it.
struct LoadPackageInfo {
  std::string load_id = {};
  /// "loaded" or "failed".
  std::string state = {};
  /// Rows by table.
  std::map<std::string, std::int64_t> row_counts = {};
  /// Tables and columns that were created at the destination: {table: {columns: {...}}}. Never
  /// null.
  std::map<std::string, std::vector<std::string>> schema_update = {};
  std::string failed_message = {};
};

/// What a load did. Streams as the text that dlt prints.
struct LoadInfo {
  std::string pipeline_name = {};
  std::string destination_name = {};
  /// Where the data is, without secrets.
  std::string destination_location = {};
  std::string dataset_name = {};
  std::vector<LoadPackageInfo> load_packages = {};
  bool first_run = false;
  double seconds = 0;

  std::vector<std::string> loads_ids() const;
  bool has_failed_jobs() const;
  /// Throws kDestination when a package failed.
  void raise_on_failed_jobs() const;
  std::string to_string() const;
  Json to_json() const;
};

std::ostream& operator<<(std::ostream& stream, const LoadInfo& info);

}  // namespace dlt
