// SPDX-License-Identifier: Apache-2.0
#include "schema/schema_files.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/files/file.hpp"
#include "dlt/error.hpp"
#include "schema/document.hpp"
#include "schema/properties.hpp"
#include "schema/yaml.hpp"

namespace dlt {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::pair<std::string_view, SchemaFormat>, 2> kFormats = {{
    {"json", SchemaFormat::kJson},
    {"yaml", SchemaFormat::kYaml},
}};
constexpr std::string_view kSuffix = ".schema.json";
constexpr int kIndent = 2;

std::string_view extension_of(SchemaFormat format) {
  return kFormats.at(static_cast<std::size_t>(format)).first;
}

fs::path file_of(const fs::path& folder, std::string_view name, SchemaFormat format) {
  return folder / fmt::format("{}.schema.{}", name, extension_of(format));
}

std::string to_text(const Json& document) {
  try {
    return document.dump(kIndent);
  } catch (const Json::exception&) {
    throw Error(ErrorCode::kSchema, "a schema holds text that is not UTF-8");
  }
}

Json parse(const std::string& text, SchemaFormat format) {
  if (format == SchemaFormat::kYaml) return read_yaml(text);
  try {
    return Json::parse(text);
  } catch (const Json::exception& error) {
    throw Error(ErrorCode::kSchema, fmt::format("not a JSON document: {}", error.what()));
  }
}

std::optional<Json> read_document(const fs::path& path, SchemaFormat format) {
  if (!files::exists(path)) return {};
  const std::string text = files::read_all(path);
  try {
    return parse(text, format);
  } catch (Error& error) {
    error.add({.file = path.string()});
    throw;
  }
}

Schema schema_of(Json document, std::string_view name, const fs::path& path) {
  try {
    Schema schema = Schema::from_json(std::move(document));
    if (schema.name() != name) {
      throw Error(
          ErrorCode::kSchema,
          fmt::format("a file holds another schema: expected '{}', got '{}'", name, schema.name()));
    }
    return schema;
  } catch (Error& error) {
    error.add({.file = path.string()});
    throw;
  }
}

// Of older engine versions the hash was taken over another document than the one that is made of it
// now.
void check_hash(const Json& document, const fs::path& path) {
  const Json* engine = find_property(document, "engine_version");
  const Json* hash = find_property(document, "version_hash");
  if (engine == nullptr || *engine != Schema::kEngineVersion || hash == nullptr) return;
  const std::string computed = version_hash(document);
  if (*hash == computed) return;
  throw Error(
      ErrorCode::kState,
      fmt::format("a stored schema was changed from outside: expected version hash '{}', got '{}'",
                  hash->is_string() ? hash->get<std::string>() : "", computed),
      "edit the file of the import folder instead, or drop the pipeline's working folder")
      .add({.file = path.string()});
}

}  // namespace

SchemaFormat parse_schema_format(std::string_view name) {
  for (const auto& [known, format] : kFormats) {
    if (known == name) return format;
  }
  throw Error(ErrorCode::kConfiguration, fmt::format("unknown format of schema files: '{}'", name),
              "use json or yaml");
}

std::optional<Schema> read_schema_file(const fs::path& folder, std::string_view name,
                                       SchemaFormat format) {
  const fs::path path = file_of(folder, name, format);
  std::optional<Json> document = read_document(path, format);
  if (!document) return {};
  return schema_of(std::move(*document), name, path);
}

std::optional<Schema> read_schema_file(const fs::path& folder, std::string_view name) {
  for (const auto& [extension, format] : kFormats) {
    if (auto schema = read_schema_file(folder, name, format)) return schema;
  }
  return {};
}

void write_schema_file(const fs::path& folder, const Schema& schema, SchemaFormat format) {
  files::create_directories(folder);
  const std::string text = format == SchemaFormat::kYaml
                               ? schema.to_yaml_without_defaults()
                               : to_text(schema.to_json_without_defaults());
  files::write_atomically(file_of(folder, schema.name(), format), text);
}

bool SchemaStorage::contains(std::string_view name) const {
  return files::exists(file_of(options_.folder, name, SchemaFormat::kJson));
}

std::vector<std::string> SchemaStorage::names() const {
  std::vector<std::string> names;
  if (!files::is_folder(options_.folder)) return names;
  for (const std::string& file : files::list(options_.folder)) {
    if (file.ends_with(kSuffix)) names.push_back(file.substr(0, file.size() - kSuffix.size()));
  }
  return names;
}

LoadedSchema SchemaStorage::load(std::string_view name) {
  const fs::path path = file_of(options_.folder, name, SchemaFormat::kJson);
  std::optional<Json> document = read_document(path, SchemaFormat::kJson);
  if (document) check_hash(*document, path);
  std::optional<Schema> imported = import_file(name);
  if (!document && !imported) {
    throw Error(ErrorCode::kNotFound, fmt::format("there is no schema '{}'", name))
        .add({.file = path.string()});
  }
  if (!document) {
    imported->set_imported_version_hash(imported->stored_version_hash());
    write(*imported);
    return {std::move(*imported), SchemaImport::kFirst};
  }
  Schema schema = schema_of(std::move(*document), name, path);
  if (!imported || imported->stored_version_hash() == schema.imported_version_hash()) {
    return {std::move(schema), SchemaImport::kNone};
  }
  schema.replace_content(*imported);
  schema.set_imported_version_hash(imported->stored_version_hash());
  write(schema);
  return {std::move(schema), SchemaImport::kReplaced};
}

void SchemaStorage::save(Schema& schema) {
  if (const auto imported = import_file(schema.name())) {
    schema.set_imported_version_hash(imported->stored_version_hash());
  }
  write(schema);
}

bool SchemaStorage::save_import_file(Schema& schema) {
  if (options_.import_folder.empty()) return false;
  if (files::exists(file_of(options_.import_folder, schema.name(), options_.external_format)))
    return false;
  Schema declared = schema.without_processing_hints();
  declared.bump_version();
  write_schema_file(options_.import_folder, declared, options_.external_format);
  schema.set_imported_version_hash(declared.stored_version_hash());
  return true;
}

std::optional<Schema> SchemaStorage::import_file(std::string_view name) const {
  if (options_.import_folder.empty()) return {};
  return read_schema_file(options_.import_folder, name, options_.external_format);
}

void SchemaStorage::remove(std::string_view name) {
  files::remove(file_of(options_.folder, name, SchemaFormat::kJson));
  files::sync_folder(options_.folder);
}

void SchemaStorage::write(Schema& schema) {
  files::create_directories(options_.folder);
  schema.bump_version();
  files::write_atomically(file_of(options_.folder, schema.name(), SchemaFormat::kJson),
                          to_text(schema.to_json()));
  if (options_.export_folder.empty()) return;
  // A file that people edit holds no processing hints.
  const bool is_imported = options_.export_folder == options_.import_folder;
  write_schema_file(options_.export_folder,
                    is_imported ? schema.without_processing_hints() : schema,
                    options_.external_format);
}

}  // namespace dlt
