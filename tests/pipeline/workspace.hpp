// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/temporary_folder.hpp"
#include "dlt/pipeline.hpp"

namespace dlt {

/// A machine with its folder of working folders, and a dataset.
struct Place {
  std::string machine = "a";
  std::string database = "x";
  std::string dataset = "d";
};

/// The folder of a test: machines, databases and files of records.
class Workspace {
 public:
  const std::filesystem::path& path() const { return folder_.path(); }

  /// The settings of pipeline `p`.
  PipelineOptions options(const Place& place = {}) const;
  Pipeline open(const Place& place = {}) const { return Pipeline(options(place)); }
  std::filesystem::path working_dir(const Place& place = {}) const;
  std::filesystem::path database(const Place& place = {}) const;

  /// A file of records with these ids, each with a list below it. Written again it has another
  /// time.
  std::filesystem::path write(const std::string& name, const std::vector<int>& ids) const;
  /// Files by name, remembered once they are loaded, for table `t`.
  Data remembered(const std::vector<std::string>& names) const;

  /// The first column of the rows of a query, joined by commas; NULL for a null.
  std::string ask(const std::string& sql, const Place& place = {}) const;
  /// The ids in table `t`, in order.
  std::string ids(const Place& place = {}) const;
  /// Fails the test unless every load is there once and has its rows, every row has its load, and
  /// every row of a list has its parent. Lists of `t` are those that `write` made.
  void expect_whole(const Place& place = {}) const;

 private:
  const TemporaryFolder folder_;
};

inline const RunOptions kIntoT = {.table_name = "t"};

/// A file or folder as it was, to put it back or parts of it.
class Snapshot {
 public:
  Snapshot(const Workspace& workspace, std::filesystem::path original, std::string_view name);

  const std::filesystem::path& path() const { return copy_; }
  /// Makes the original, or what lies within it at `part`, what it was: gone when it was not there.
  void restore(const std::filesystem::path& part = {}) const;

 private:
  std::filesystem::path original_;
  std::filesystem::path copy_;
};

/// Moves a file or folder, as a rename between stages does.
void move_path(const std::filesystem::path& from, const std::filesystem::path& to);

Json read_json(const std::filesystem::path& file);

/// The state that the destination has of pipeline `p`; null when there is none.
Json stored_state(const Workspace& workspace, const Place& place = {});

/// Names of the files that a state remembers for table `t`, joined by commas.
std::string remembered_files(const Json& state);

}  // namespace dlt
