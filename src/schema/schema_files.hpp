// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dlt/schema.hpp"

namespace dlt {

enum class SchemaFormat { kJson, kYaml };
/// "json" or "yaml". Throws kConfiguration for any other one.
SchemaFormat parse_schema_format(std::string_view name);

/// Reads `<folder>/<name>.schema.json`, or else `.yaml`. Empty when there is none. Throws kSchema
/// when it is malformed or holds a schema of another name, each with the file in its context.
std::optional<Schema> read_schema_file(const std::filesystem::path& folder, std::string_view name);
/// The same in one format.
std::optional<Schema> read_schema_file(const std::filesystem::path& folder, std::string_view name,
                                       SchemaFormat format);
/// Writes the form that people edit; the folder is made when it is not there.
void write_schema_file(const std::filesystem::path& folder, const Schema& schema,
                       SchemaFormat format);

struct SchemaStorageOptions {
  /// `schemas` of the working folder.
  std::filesystem::path folder = {};
  /// Where people keep the schemas that they edit; empty: nowhere.
  std::filesystem::path import_folder = {};
  /// Where each saved schema is written as well; empty: nowhere.
  std::filesystem::path export_folder = {};
  SchemaFormat external_format = SchemaFormat::kYaml;
};

/// What the import folder had to do with a schema that was loaded.
enum class SchemaImport {
  kNone,      ///< nothing: no such folder or file, or the file is the one that was imported before
  kFirst,     ///< there was no stored schema, the file became it
  kReplaced,  ///< the file changed and took the stored schema's place: say so, above all when
              ///< tables had data
};

struct LoadedSchema {
  Schema schema;
  SchemaImport import = SchemaImport::kNone;
};

/// The schemas of a pipeline's working folder, one `<name>.schema.json` each.
class SchemaStorage {
 public:
  explicit SchemaStorage(SchemaStorageOptions options) : options_(std::move(options)) {}

  bool contains(std::string_view name) const;
  /// In alphabetical order.
  std::vector<std::string> names() const;
  /// Throws kNotFound when there is neither a stored schema nor one to import, kState when the
  /// stored one was changed by something that does not keep its hash.
  LoadedSchema load(std::string_view name);
  /// Gives the schema its next version, writes it, and exports it. With a file to import it is
  /// linked to that, so that the file as it is now does not take its place at the next load.
  void save(Schema& schema);
  /// Writes the schema to the import folder when there is one and it has no such file yet. Returns
  /// whether it did.
  bool save_import_file(Schema& schema);
  /// The schema to import as it stands in its file: its columns are declared ones.
  std::optional<Schema> import_file(std::string_view name) const;
  void remove(std::string_view name);

 private:
  void write(Schema& schema);

  SchemaStorageOptions options_;
};

}  // namespace dlt
