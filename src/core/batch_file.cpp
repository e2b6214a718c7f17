// SPDX-License-Identifier: Apache-2.0
#include "core/batch_file.hpp"

#include <array>
#include <new>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <xxhash.h>

#include "core/files/file.hpp"
#include "dlt/error.hpp"
#include "dlt/json.hpp"

namespace dlt {
namespace {

// docs/formats/batch-file.md describes these; a change of meaning is a new version.
constexpr std::array<char, 8> kMagic = {'D', 'L', 'T', 'B', 'A', 'T', '0', '1'};
constexpr std::size_t kAlignment = 8;
// Less than this is not worth a system call of its own.
constexpr std::size_t kWriteBytes = std::size_t{64} << 10;

struct BatchHeader {
  std::uint64_t rows;
  std::uint32_t columns;
  std::uint32_t reserved;
  std::uint64_t body_bytes;
  std::uint64_t checksum;  // XXH3-64 of column headers and body
};

struct ColumnHeader {
  std::uint32_t field;
  std::uint32_t reserved;
  std::uint64_t null_count;
  std::uint64_t validity_bytes;
  std::uint64_t offsets_bytes;
  std::uint64_t values_bytes;
};

struct BatchEntry {
  std::uint64_t offset;
  std::uint64_t rows;
};

struct Trailer {
  std::uint64_t footer_offset;
  std::uint64_t footer_bytes;
  std::uint64_t checksum;  // XXH3-64 of the footer
  std::array<char, 8> magic;
};

constexpr std::size_t aligned(std::size_t bytes) {
  return (bytes + kAlignment - 1) / kAlignment * kAlignment;
}

class Checksum {
 public:
  Checksum() : state_(XXH3_createState()) {
    if (!state_) throw std::bad_alloc();
    XXH3_64bits_reset(state_.get());
  }
  void add(const void* bytes, std::size_t count) { XXH3_64bits_update(state_.get(), bytes, count); }
  std::uint64_t value() const { return XXH3_64bits_digest(state_.get()); }

 private:
  struct Free {
    void operator()(XXH3_state_t* state) const { XXH3_freeState(state); }
  };
  std::unique_ptr<XXH3_state_t, Free> state_;
};

Json field_to_json(const Field& field) {
  return Json{{"name", field.name},
              {"type", to_string(field.type)},
              {"precision", field.precision},
              {"scale", field.scale},
              {"timezone", field.timezone}};
}

Field field_from_json(const Json& json) {
  return {.name = json.at("name").get<std::string>(),
          .type = parse_data_type(json.at("type").get<std::string>()).value(),
          .precision = json.at("precision").get<int>(),
          .scale = json.at("scale").get<int>(),
          .timezone = json.at("timezone").get<bool>()};
}

}  // namespace

struct BatchFileWriter::Impl {
  File file;
  std::uint64_t bytes = 0;
  bool finished = false;
  std::vector<Field> fields = {};
  std::vector<BatchEntry> batches = {};
  std::int64_t rows = 0;
  // Reused for the headers of one batch.
  Buffer head = {};
  // Put, and not written yet.
  std::string waiting = {};

  void put(const void* from, std::size_t count) {
    const std::string_view piece(static_cast<const char*>(from), count);
    bytes += count;
    if (waiting.size() + count > kWriteBytes) flush();
    if (count > kWriteBytes) return file.write(piece);
    waiting += piece;
  }

  void flush() {
    file.write(waiting);
    waiting.clear();
  }

  std::uint32_t index_of(const Field& field) {
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (fields[i].name == field.name) return static_cast<std::uint32_t>(i);
    }
    fields.push_back(field);
    return static_cast<std::uint32_t>(fields.size() - 1);
  }
};

BatchFileWriter::BatchFileWriter(std::filesystem::path path)
    : impl_(std::make_unique<Impl>(Impl{.file = File(std::move(path), OpenMode::kCreateNew)})) {
  impl_->put(kMagic.data(), kMagic.size());
}

BatchFileWriter::~BatchFileWriter() {
  if (impl_->finished) return;
  std::error_code ignored;
  std::filesystem::remove(impl_->file.path(), ignored);
}

void BatchFileWriter::write(const RecordBatch& batch) {
  Impl& impl = *impl_;
  constexpr std::array<std::byte, kAlignment> kZeros = {};
  impl.head.clear();
  std::uint64_t body = 0;
  const auto buffers = [](const ColumnArray& column) {
    return std::array<const Buffer*, 3>{&column.validity(), &column.offsets(), &column.values()};
  };
  std::uint32_t stored = 0;
  for (std::size_t i = 0; i < batch.columns.size(); ++i) {
    const ColumnArray& column = batch.columns[i];
    const std::uint32_t field = impl.index_of(batch.fields[i]);
    // A column of nulls costs nothing: readers make it up.
    if (column.null_count() == column.length()) continue;
    const bool has_nulls = column.null_count() != 0;
    const ColumnHeader header{.field = field,
                              .reserved = 0,
                              .null_count = static_cast<std::uint64_t>(column.null_count()),
                              .validity_bytes = has_nulls ? column.validity().size() : 0,
                              .offsets_bytes = column.offsets().size(),
                              .values_bytes = column.values().size()};
    impl.head.push(header);
    body += aligned(header.validity_bytes) + aligned(header.offsets_bytes) +
            aligned(header.values_bytes);
    ++stored;
  }
  Checksum checksum;
  checksum.add(impl.head.data(), impl.head.size());
  for (const ColumnArray& column : batch.columns) {
    if (column.null_count() == column.length()) continue;
    for (const Buffer* buffer : buffers(column)) {
      if (buffer == &column.validity() && column.null_count() == 0) continue;
      checksum.add(buffer->data(), buffer->size());
    }
  }
  const BatchHeader header{.rows = static_cast<std::uint64_t>(batch.rows),
                           .columns = stored,
                           .reserved = 0,
                           .body_bytes = body,
                           .checksum = checksum.value()};
  impl.batches.push_back({.offset = impl.bytes, .rows = header.rows});
  impl.put(&header, sizeof header);
  impl.put(impl.head.data(), impl.head.size());
  for (const ColumnArray& column : batch.columns) {
    if (column.null_count() == column.length()) continue;
    for (const Buffer* buffer : buffers(column)) {
      if (buffer == &column.validity() && column.null_count() == 0) continue;
      impl.put(buffer->data(), buffer->size());
      impl.put(kZeros.data(), aligned(buffer->size()) - buffer->size());
    }
  }
  impl.rows += batch.rows;
}

std::uint64_t BatchFileWriter::bytes() const { return impl_->bytes; }

std::int64_t BatchFileWriter::rows() const { return impl_->rows; }

void BatchFileWriter::finish() {
  Impl& impl = *impl_;
  Json footer;
  footer["rows"] = impl.rows;
  footer["fields"] = Json::array();
  for (const Field& field : impl.fields) footer["fields"].push_back(field_to_json(field));
  footer["batches"] = Json::array();
  for (const BatchEntry& entry : impl.batches)
    footer["batches"].push_back({entry.offset, entry.rows});
  const std::string text = footer.dump();
  const Trailer trailer{.footer_offset = impl.bytes,
                        .footer_bytes = text.size(),
                        .checksum = XXH3_64bits(text.data(), text.size()),
                        .magic = kMagic};
  impl.put(text.data(), text.size());
  impl.put(&trailer, sizeof trailer);
  impl.flush();
  impl.file.sync();
  impl.file.close();
  impl.finished = true;
}

struct BatchFileReader::Impl {
  File file;
  std::vector<Field> fields = {};
  std::vector<BatchEntry> batches = {};
  std::uint64_t batches_end = 0;
  std::int64_t rows = 0;

  [[noreturn]] void damaged(const char* what) const {
    Error error(ErrorCode::kIo, fmt::format("job file is damaged: {}", what),
                "drop the package and extract again");
    throw error.add({.file = file.path().string()});
  }

  void read_at(std::uint64_t offset, void* into, std::size_t bytes) const {
    if (file.read_at(offset, static_cast<char*>(into), bytes) != bytes) damaged("it is cut short");
  }

  void read_footer() {
    const std::uint64_t size = file.identity().size;
    Trailer trailer{};
    if (size < kMagic.size() + sizeof trailer) damaged("it is cut short");
    read_at(size - sizeof trailer, &trailer, sizeof trailer);
    if (trailer.magic != kMagic) damaged("it does not end with a trailer");
    if (trailer.footer_offset + trailer.footer_bytes + sizeof trailer != size)
      damaged("its trailer is wrong");
    std::string text(trailer.footer_bytes, '\0');
    read_at(trailer.footer_offset, text.data(), text.size());
    if (XXH3_64bits(text.data(), text.size()) != trailer.checksum)
      damaged("its footer has another checksum");
    const Json footer = Json::parse(text);
    batches_end = trailer.footer_offset;
    rows = footer.at("rows").get<std::int64_t>();
    for (const Json& field : footer.at("fields")) fields.push_back(field_from_json(field));
    for (const Json& entry : footer.at("batches")) {
      batches.push_back(
          {.offset = entry.at(0).get<std::uint64_t>(), .rows = entry.at(1).get<std::uint64_t>()});
    }
  }
};

BatchFileReader::BatchFileReader(std::filesystem::path path)
    : impl_(std::make_unique<Impl>(Impl{.file = File(std::move(path), OpenMode::kRead)})) {
  impl_->read_footer();
}

BatchFileReader::~BatchFileReader() = default;

const std::filesystem::path& BatchFileReader::path() const { return impl_->file.path(); }

const std::vector<Field>& BatchFileReader::fields() const { return impl_->fields; }

std::int64_t BatchFileReader::rows() const { return impl_->rows; }

std::size_t BatchFileReader::batch_count() const { return impl_->batches.size(); }

std::int64_t BatchFileReader::batch_rows(std::size_t index) const {
  return static_cast<std::int64_t>(impl_->batches.at(index).rows);
}

std::uint64_t BatchFileReader::batch_bytes(std::size_t index) const {
  const std::vector<BatchEntry>& batches = impl_->batches;
  const std::uint64_t end =
      index + 1 < batches.size() ? batches[index + 1].offset : impl_->batches_end;
  return end - batches.at(index).offset;
}

void BatchFileReader::read(std::size_t index, RecordBatch& batch) const {
  const Impl& impl = *impl_;
  std::uint64_t at = impl.batches.at(index).offset;
  const auto take = [&](void* into, std::size_t bytes) {
    impl.read_at(at, into, bytes);
    at += bytes;
  };
  BatchHeader header{};
  take(&header, sizeof header);
  if (header.columns > impl.fields.size()) impl.damaged("a batch has too many columns");
  std::vector<ColumnHeader> heads(header.columns);
  take(heads.data(), heads.size() * sizeof(ColumnHeader));
  if (batch.fields != impl.fields) {
    batch = {};
    for (const Field& field : impl.fields) batch.add_column(field);
  }
  batch.clear();
  batch.rows = static_cast<std::int64_t>(header.rows);
  Checksum checksum;
  checksum.add(heads.data(), heads.size() * sizeof(ColumnHeader));
  for (const ColumnHeader& head : heads) {
    if (head.field >= batch.columns.size()) impl.damaged("a batch names an unknown column");
    if (head.validity_bytes > header.body_bytes || head.offsets_bytes > header.body_bytes ||
        head.values_bytes > header.body_bytes) {
      impl.damaged("a column is larger than its batch");
    }
    ColumnArray& column = batch.columns[head.field];
    const auto fill = [&](Buffer& buffer, std::uint64_t bytes) {
      buffer.reserve(aligned(bytes));
      buffer.truncate(bytes);
      take(buffer.data(), bytes);
      at += aligned(bytes) - bytes;
      checksum.add(buffer.data(), bytes);
    };
    if (head.validity_bytes != 0) {
      fill(column.validity_storage(), head.validity_bytes);
    } else {
      column.validity_storage().resize((header.rows + 7) / 8, std::byte{0xFF});
    }
    fill(column.offsets_storage(), head.offsets_bytes);
    fill(column.values_storage(), head.values_bytes);
    column.set_length(batch.rows, static_cast<std::int64_t>(head.null_count));
  }
  if (checksum.value() != header.checksum) impl.damaged("a batch has another checksum");
  batch.finish();
}

}  // namespace dlt
