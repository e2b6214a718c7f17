// SPDX-License-Identifier: Apache-2.0
#include "extract/item_spool.hpp"

#include "core/json/canonical.hpp"

namespace dlt {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{256} << 10;

}  // namespace

ItemSpool::ItemSpool(std::filesystem::path path) : path_(std::move(path)) {}

void ItemSpool::add(const Json& item) {
  append_compact_json(buffer_, item, SortKeys::kNo);
  buffer_ += '\n';
  if (buffer_.size() >= kBufferBytes) flush();
}

void ItemSpool::add_text(std::string_view json) {
  add_bytes(json);
  add_bytes("\n");
}

void ItemSpool::add_bytes(std::string_view part) {
  buffer_ += part;
  if (buffer_.size() >= kBufferBytes) flush();
}

void ItemSpool::flush() {
  if (buffer_.empty()) return;
  if (!file_) file_.emplace(path_, OpenMode::kCreateOrTruncate);
  file_->write(buffer_);
  bytes_ += buffer_.size();
  buffer_.clear();
}

std::uint64_t ItemSpool::finish() {
  flush();
  if (!file_) return 0;
  file_->sync();
  file_->close();
  return bytes_;
}

}  // namespace dlt
