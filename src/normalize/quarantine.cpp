// SPDX-License-Identifier: Apache-2.0
#include "normalize/quarantine.hpp"

#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dlt/json.hpp"
#include "normalize/job_buffers.hpp"
#include "package/quarantine_files.hpp"

namespace dlt::normalize {

bool is_about_record(const Error& error) {
  return error.code() == ErrorCode::kBadRecord || error.code() == ErrorCode::kNullViolation;
}

std::string Quarantine::write(const std::string& resource, const std::string& table,
                              const char* ending, std::string_view head, std::string_view record) {
  const std::tuple key(resource, table, std::string(ending), std::string(head));
  auto found = raw_.find(key);
  if (found == raw_.end()) {
    files::create_directories(folder_);
    std::string name = fmt::format("{}.{}.{}", file_stem(table), raw_.size() + 1, ending);
    File file(folder_ / name, OpenMode::kCreateNew);
    file.write(head);
    found = raw_.emplace(key, RawFile{std::move(name), std::move(file)}).first;
  }
  found->second.file.write(record);
  found->second.file.write("\n");
  return found->second.name;
}

void Quarantine::add_entry(const std::string& resource, const std::string& table, Json raw,
                           Json csv, const Error& why) {
  if (!index_) {
    files::create_directories(folder_);
    index_.emplace(folder_ / kQuarantineIndex, OpenMode::kCreateNew);
  }
  ++counts_[table];
  const ErrorContext& place = why.context();
  const Json entry = {
      {"resource", resource},     {"table", table},        {"code", to_string(why.code())},
      {"message", why.message()}, {"hint", why.hint()},    {"file", place.file},
      {"line", place.line},       {"byte", place.byte},    {"row", place.row},
      {"column", place.column},   {"raw", std::move(raw)}, {"csv", std::move(csv)}};
  // Messages may quote what is no UTF-8.
  index_->write(entry.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n");
}

void Quarantine::add(const std::string& resource, const std::string& table,
                     std::optional<std::string_view> raw, const Error& why) {
  Json file;
  if (raw) {
    // A broken line can be told from the next only where each record is a line.
    const bool is_line = raw->find('\n') == std::string_view::npos;
    file = write(resource, table, is_line ? "jsonl" : "json", "", *raw);
  }
  add_entry(resource, table, std::move(file), nullptr, why);
}

void Quarantine::add(const std::string& resource, const std::string& table,
                     const arrow::BadRow& row) {
  Json file;
  if (row.text) file = write(resource, table, "csv", row.head, *row.text);
  add_entry(resource, table, std::move(file),
            {{"delimiter", row.csv.delimiter}, {"quote", row.csv.quote}}, row.why);
}

void Quarantine::finish() {
  if (!index_) return;
  for (auto& [key, records] : raw_) records.file.sync();
  index_->sync();
  files::sync_folder(folder_);
}

}  // namespace dlt::normalize
