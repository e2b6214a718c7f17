// SPDX-License-Identifier: Apache-2.0
#include "package/manifest.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace dlt {
namespace {

constexpr const char* kFormat = "dltpp-package";

Json csv_to_json(const CsvOptions& csv) {
  return {{"delimiter", csv.delimiter},
          {"quote", csv.quote},
          {"header", csv.header ? Json(*csv.header) : Json(nullptr)}};
}

CsvOptions csv_from_json(const Json& json) {
  CsvOptions csv{.delimiter = json.at("delimiter").get<std::string>(),
                 .quote = json.at("quote").get<std::string>()};
  if (!json.at("header").is_null()) csv.header = json.at("header").get<bool>();
  return csv;
}

Json item_to_json(const ItemFile& item) {
  return {{"resource", item.resource},
          {"table", item.table},
          {"reference", item.reference.string()},
          {"name", item.name},
          {"size", item.identity.size},
          {"mtime_ns", item.identity.mtime_ns},
          {"inode", item.identity.inode},
          {"format", to_string(item.format)},
          {"csv", csv_to_json(item.csv)},
          {"record_path", item.record_path},
          {"excerpt_of", item.excerpt_of.string()},
          {"typed", item.typed},
          {"first_ordinal", item.first_ordinal}};
}

ItemFile item_from_json(const Json& json) {
  return {.resource = json.at("resource").get<std::string>(),
          .table = json.at("table").get<std::string>(),
          .reference = json.at("reference").get<std::string>(),
          .name = json.at("name").get<std::string>(),
          .identity = {.size = json.at("size").get<std::uint64_t>(),
                       .mtime_ns = json.at("mtime_ns").get<std::int64_t>(),
                       .inode = json.at("inode").get<std::uint64_t>()},
          .format = parse_item_format(json.at("format").get<std::string>()),
          .csv = json.contains("csv") ? csv_from_json(json.at("csv")) : CsvOptions{},
          .record_path = json.at("record_path").get<std::string>(),
          .excerpt_of = json.value("excerpt_of", std::string{}),
          .typed = json.at("typed").get<bool>(),
          .first_ordinal = json.at("first_ordinal").get<std::uint64_t>()};
}

}  // namespace

std::string file_stem(std::string_view table) {
  constexpr std::size_t kMaxBytes = 120;
  std::size_t end = std::min(table.size(), kMaxBytes);
  // Not within a character.
  while (end < table.size() && (static_cast<unsigned char>(table[end]) & 0xC0U) == 0x80U) --end;
  std::string stem(table.substr(0, end));
  std::ranges::replace(stem, '/', '_');
  std::ranges::replace(stem, '\0', '_');
  return stem;
}

Json PackageManifest::to_json() const {
  Json json = {{"format", kFormat},          {"version", kVersion},
               {"load_id", load_id},         {"pipeline_name", pipeline_name},
               {"schema_name", schema_name}, {"created_at", created_at}};
  json["items"] = Json::array();
  for (const ItemFile& item : items) json["items"].push_back(item_to_json(item));
  json["jobs"] = Json::array();
  for (const JobFile& job : jobs) {
    json["jobs"].push_back(
        {{"table", job.table}, {"name", job.name}, {"rows", job.rows}, {"bytes", job.bytes}});
  }
  json["declared"] = declared.to_json();
  json["replaced"] = replaced;
  json["dropped"] = dropped;
  json["truncated"] = truncated;
  json["row_counts"] = row_counts;
  json["state"] = state;
  json["state_before"] = state_before;
  json["notes"] = notes;
  json["mends"] = mends;
  json["failure"] = failure;
  return json;
}

PackageManifest PackageManifest::from_json(const Json& document,
                                           const std::filesystem::path& path) {
  try {
    if (document.at("format") != kFormat || document.at("version") != kVersion) {
      throw Error(ErrorCode::kState,
                  fmt::format("format '{}' version {}", document.at("format").dump(),
                              document.at("version").dump()));
    }
    PackageManifest manifest{.load_id = document.at("load_id").get<std::string>(),
                             .pipeline_name = document.at("pipeline_name").get<std::string>(),
                             .schema_name = document.at("schema_name").get<std::string>(),
                             .created_at = document.at("created_at").get<std::string>()};
    for (const Json& item : document.at("items")) manifest.items.push_back(item_from_json(item));
    for (const Json& job : document.at("jobs")) {
      manifest.jobs.push_back({.table = job.at("table").get<std::string>(),
                               .name = job.at("name").get<std::string>(),
                               .rows = job.at("rows").get<std::int64_t>(),
                               .bytes = job.at("bytes").get<std::uint64_t>()});
    }
    manifest.declared = DeclaredColumns::from_json(document.at("declared"));
    manifest.replaced = document.at("replaced").get<std::vector<std::string>>();
    manifest.dropped = document.value("dropped", std::vector<std::string>{});
    manifest.truncated = document.value("truncated", std::vector<std::string>{});
    manifest.row_counts = document.at("row_counts").get<std::map<std::string, std::int64_t>>();
    manifest.state = document.at("state");
    manifest.state_before = document.at("state_before");
    manifest.notes = document.at("notes").get<std::vector<std::string>>();
    manifest.mends = document.value("mends", std::vector<std::string>{});
    manifest.failure = document.at("failure");
    return manifest;
  } catch (const std::exception& reason) {
    throw Error(ErrorCode::kState,
                fmt::format("'{}' is no package of this program: {}", path.string(), reason.what()),
                "finish or drop the package with the program that made it");
  }
}

}  // namespace dlt
