// SPDX-License-Identifier: Apache-2.0
#include "arrow/file.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <xxhash.h>

#include "arrow/file_body.hpp"
#include "arrow/type_document.hpp"
#include "core/text/utf8.hpp"
#include "dlt/error.hpp"
#include "dlt/json.hpp"

namespace dlt::arrow {
namespace {

// docs/formats/arrow-file.md describes these; a change of meaning is a new version.
constexpr std::array<char, 8> kMagic = {'D', 'L', 'T', 'A', 'R', 'R', '0', '1'};

struct BatchHeader {
  std::uint64_t first_row;
  std::uint64_t takes_all;  // 1; else 0
  std::uint64_t taken;      // rows that count
  std::uint64_t arrays;
  std::uint64_t body_bytes;
  std::uint64_t checksum;  // XXH3-64 of what follows
};

/// As it is written: views become text with offsets.
Type stored(Type type) {
  if (is_view(type.kind)) {
    type.kind = type.kind == TypeKind::kTextView ? TypeKind::kText : TypeKind::kBinary;
    type.width = 8;
  }
  for (Type& child : type.children) child = stored(std::move(child));
  return type;
}

[[noreturn]] void refuse_text(const Type& type) {
  throw Error(
      ErrorCode::kBadRecord,
      fmt::format("the Arrow array of field '{}' has text that is no valid UTF-8", type.name),
      "mend it at its source, or hand it over as binary");
}

std::int64_t offset_at(const ColumnData& data, int width, std::int64_t index) {
  if (width == 4) {
    std::int32_t offset = 0;
    std::memcpy(&offset, data.values + index * 4, sizeof offset);
    return offset;
  }
  std::int64_t offset = 0;
  std::memcpy(&offset, data.values + index * 8, sizeof offset);
  return offset;
}

/// The arrays of a batch, flattened.
struct Flat {
  std::vector<ArrayHeader> headers = {};
  /// Three an array: validity, values, text.
  std::vector<std::string_view> buffers = {};
  /// Buffers that had to be made.
  std::vector<std::unique_ptr<std::string>> made = {};

  void add(const ColumnData& data) {
    const Type& type = *data.type;
    const Type& values = type.kind == TypeKind::kDictionary ? type.children.back() : type;
    const std::int64_t rows = data.length + data.offset;
    const auto bytes = [](const void* from, std::int64_t count) {
      return std::string_view(static_cast<const char*>(from), static_cast<std::size_t>(count));
    };
    std::string_view validity;
    if (data.validity != nullptr) validity = bytes(data.validity, (rows + 7) / 8);
    std::string_view stored_values;
    std::string_view text;
    switch (values.kind) {
      case TypeKind::kNull:
      case TypeKind::kStruct:
      case TypeKind::kFixedList:
        break;
      case TypeKind::kBool:
        stored_values = bytes(data.values, (rows + 7) / 8);
        break;
      case TypeKind::kText:
      case TypeKind::kBinary:
        if (rows > 0) {
          stored_values = bytes(data.values, (rows + 1) * values.width);
          text = bytes(data.bytes, offset_at(data, values.width, rows));
          if (values.kind == TypeKind::kText) check_text(data, text);
        }
        break;
      case TypeKind::kTextView:
      case TypeKind::kBinaryView:
        std::tie(stored_values, text) = without_views(data);
        break;
      case TypeKind::kList:
        if (rows > 0) stored_values = bytes(data.values, (rows + 1) * values.width);
        break;
      default:
        stored_values = bytes(data.values, rows * values.width);
    }
    headers.push_back({.length = data.length,
                       .offset = data.offset,
                       .validity_bytes = validity.size(),
                       .values_bytes = stored_values.size(),
                       .text_bytes = text.size()});
    buffers.insert(buffers.end(), {validity, stored_values, text});
    for (const ColumnData& child : data.children) add(child);
  }

  /// Each value by itself: two halves of a character in two values are two errors.
  static void check_text(const ColumnData& data, std::string_view text) {
    const Type& type = *data.type;
    if (!is_valid_utf8(text)) refuse_text(type);
    for (std::int64_t row = data.offset; row < data.length + data.offset; ++row) {
      const auto begin = static_cast<std::size_t>(offset_at(data, type.width, row));
      if (begin < text.size() && (static_cast<unsigned char>(text[begin]) & 0xC0U) == 0x80U)
        refuse_text(type);
    }
  }

  std::pair<std::string_view, std::string_view> without_views(const ColumnData& data) {
    auto& offsets = *made.emplace_back(std::make_unique<std::string>());
    auto& text = *made.emplace_back(std::make_unique<std::string>());
    const auto put_offset = [&] {
      const auto offset = static_cast<std::int64_t>(text.size());
      offsets.append(reinterpret_cast<const char*>(&offset), sizeof offset);
    };
    for (std::int64_t row = 0; row < data.length + data.offset; ++row) {
      put_offset();
      const bool is_null =
          data.validity != nullptr && (data.validity[row >> 3] >> (row & 7) & 1) == 0;
      if (is_null) continue;
      std::array<std::int32_t, 4> parts;
      const std::byte* view = data.values + row * kViewBytes;
      std::memcpy(parts.data(), view, sizeof parts);
      constexpr std::int32_t kInlineBytes = 12;
      const char* from = parts[0] <= kInlineBytes
                             ? reinterpret_cast<const char*>(view) + 4
                             : static_cast<const char*>(data.variadic[parts[2]]) + parts[3];
      const std::string_view value(from, static_cast<std::size_t>(parts[0]));
      if (data.type->kind == TypeKind::kTextView && !is_valid_utf8(value)) refuse_text(*data.type);
      text += value;
    }
    put_offset();
    return {offsets, text};
  }
};

}  // namespace

FileWriter::FileWriter(std::filesystem::path path, const Type& type)
    : file_(std::move(path), OpenMode::kCreateNew) {
  put(kMagic.data(), kMagic.size());
  const std::string schema = type_document(stored(type)).dump();
  const std::uint64_t length = schema.size();
  put(&length, sizeof length);
  put(schema.data(), schema.size());
}

void FileWriter::put(const void* from, std::size_t count) {
  file_.write({static_cast<const char*>(from), count});
  bytes_ += count;
}

void FileWriter::write(const Rows& rows) {
  if (rows.count() == 0) return;
  Flat flat;
  flat.add(rows.batch->data());
  std::string body;
  const auto append = [&body](const auto& values) {
    body.append(reinterpret_cast<const char*>(values.data()),
                values.size() * sizeof(values.front()));
    body.resize(aligned(body.size()));
  };
  if (rows.taken) append(*rows.taken);
  append(flat.headers);
  for (const std::string_view buffer : flat.buffers) {
    body += buffer;
    body.resize(aligned(body.size()));
  }
  const BatchHeader header{.first_row = rows.first_row,
                           .takes_all = rows.taken ? 0U : 1U,
                           .taken = rows.count(),
                           .arrays = flat.headers.size(),
                           .body_bytes = body.size(),
                           .checksum = XXH3_64bits(body.data(), body.size())};
  put(&header, sizeof header);
  put(body.data(), body.size());
}

FileReader::FileReader(std::filesystem::path path) : file_(std::move(path), OpenMode::kRead) {
  std::array<char, 8> magic = {};
  get(magic.data(), magic.size());
  std::uint64_t length = 0;
  get(&length, sizeof length);
  if (magic != kMagic || length > file_.identity().size) fail();
  std::string schema(length, '\0');
  get(schema.data(), schema.size());
  std::optional<Type> type = type_from_document(Json::parse(schema, nullptr, false));
  if (!type || type->kind != TypeKind::kStruct) fail();
  type_ = std::make_shared<const Type>(std::move(*type));
}

void FileReader::get(void* into, std::size_t count) {
  if (file_.read(static_cast<char*>(into), count) != count) fail();
  position_ += count;
}

void FileReader::fail() const {
  Error error(ErrorCode::kIo, "file of Arrow batches is cut short or damaged",
              "drop the package and extract again");
  throw error.add({.file = file_.path().string()});
}

bool FileReader::next(Rows& rows) {
  const std::uint64_t size = file_.identity().size;
  if (position_ == size) return false;
  BatchHeader header;
  get(&header, sizeof header);
  if (header.body_bytes > size) fail();
  const auto body = std::make_shared<std::string>(header.body_bytes, '\0');
  get(body->data(), body->size());
  if (XXH3_64bits(body->data(), body->size()) != header.checksum) fail();
  if (header.takes_all > 1) fail();
  BodyReader reader(*body);
  rows.first_row = header.first_row;
  rows.taken.reset();
  if (header.takes_all == 0 && !reader.read_taken(header.taken, rows.taken.emplace())) fail();
  ColumnData data;
  if (!reader.read_arrays(header.arrays, *type_, data)) fail();
  const auto length = static_cast<std::uint64_t>(data.length);
  const auto is_beyond = [&](std::uint32_t row) { return row >= length; };
  if (rows.taken ? std::ranges::any_of(*rows.taken, is_beyond) : header.taken != length) fail();
  rows.batch = std::make_shared<const Batch>(type_, std::move(data), body);
  return true;
}

}  // namespace dlt::arrow
