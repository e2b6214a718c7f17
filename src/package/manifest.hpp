// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/files/file.hpp"
#include "dlt/json.hpp"
#include "package/item_format.hpp"
#include "schema/declared_columns.hpp"

namespace dlt {

/// A run of records that a resource yielded, in a file.
struct ItemFile {
  std::string resource = {};
  /// Normalized name of the root table.
  std::string table = {};
  /// Empty: the file is the package's own, `name` in its folder `items`. Else a file elsewhere,
  /// absolute.
  std::filesystem::path reference = {};
  /// In the folder `items`: the package's own file, or a hard link to the referenced one where
  /// there is one.
  std::string name = {};
  /// What the referenced file was when it was extracted.
  FileIdentity identity = {};
  ItemFormat format = ItemFormat::kAuto;
  CsvOptions csv = {};
  std::string record_path = {};
  /// The file that the records were taken from, each on the line that it has there; errors name it.
  /// Empty: none.
  std::filesystem::path excerpt_of = {};
  /// Strings may be dlt's typed JSON: the records come from a program.
  bool typed = false;
  /// Number of the file's first record within its resource.
  std::uint64_t first_ordinal = 0;
};

/// A file of normalized rows, in the folder `new_jobs`.
struct JobFile {
  std::string table = {};
  std::string name = {};
  std::int64_t rows = 0;
  std::uint64_t bytes = 0;
};

/// A table's name, or the first part of it, as the beginning of a file's name: that has at most 255
/// bytes, and no '/'.
std::string file_stem(std::string_view table);

/// What a package says of itself: `package.json` in its folder. See docs/formats/package.md.
struct PackageManifest {
  static constexpr int kVersion = 1;

  std::string load_id = {};
  std::string pipeline_name = {};
  std::string schema_name = {};
  /// When the package was extracted, ISO.
  std::string created_at = {};
  std::vector<ItemFile> items = {};
  std::vector<JobFile> jobs = {};
  DeclaredColumns declared = {};
  /// Root tables whose rows are replaced, though no rows came for them.
  std::vector<std::string> replaced = {};
  /// Tables that a refresh drops, and tables that it empties, before anything is loaded.
  std::vector<std::string> dropped = {};
  std::vector<std::string> truncated = {};
  /// Rows by table, once normalized.
  std::map<std::string, std::int64_t> row_counts = {};
  /// The pipeline state that is committed with the package; null: it does not change the state.
  Json state = nullptr;
  /// The pipeline state that the extract started from: it holds again when the package is dropped
  /// or fails. Null: as `state`.
  Json state_before = nullptr;
  /// What happened to values on their way, in words.
  std::vector<std::string> notes = {};
  /// Packages whose quarantine this one brings, mended: it is done with when this one is loaded.
  std::vector<std::string> mends = {};
  /// Why the package is in `failed`: {"step", "code", "message", "hint", "table", ...}; null: it is
  /// not.
  Json failure = nullptr;

  Json to_json() const;
  /// Throws kState naming `path` when the document is none of this version.
  static PackageManifest from_json(const Json& document, const std::filesystem::path& path);
};

}  // namespace dlt
