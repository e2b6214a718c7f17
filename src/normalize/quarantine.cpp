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

Quarantine::Raw& Quarantine::raw_of(const std::string& table, bool is_line) {
  const auto found = raw_.find({table, is_line});
  if (found != raw_.end()) return found->second;
  const std::string name =
      fmt::format("{}.{}.{}", file_stem(table), raw_.size() + 1, is_line ? "jsonl" : "json");
  Raw raw{.name = name, .file = File(folder_ / name, OpenMode::kCreateNew)};
  return raw_.emplace(std::pair(table, is_line), std::move(raw)).first->second;
}

void Quarantine::add(const std::string& resource, const std::string& table,
                     std::optional<std::string_view> raw, const Error& why) {
  if (!index_) {
    files::create_directories(folder_);
    index_.emplace(folder_ / kQuarantineIndex, OpenMode::kCreateNew);
  }
  ++counts_[table];
  const ErrorContext& place = why.context();
  Json entry = {{"resource", resource},     {"table", table},     {"code", to_string(why.code())},
                {"message", why.message()}, {"hint", why.hint()}, {"file", place.file},
                {"line", place.line},       {"byte", place.byte}, {"row", place.row},
                {"column", place.column},   {"raw", nullptr}};
  if (raw) {
    // A broken line can be told from the next only where each record is a line.
    Raw& records = raw_of(table, raw->find('\n') == std::string_view::npos);
    records.file.write(*raw);
    records.file.write("\n");
    entry["raw"] = records.name;
  }
  // Messages may quote what is no UTF-8.
  index_->write(entry.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n");
}

void Quarantine::finish() {
  if (!index_) return;
  for (auto& [key, records] : raw_) records.file.sync();
  index_->sync();
  files::sync_folder(folder_);
}

}  // namespace dlt::normalize
