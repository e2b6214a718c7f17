// SPDX-License-Identifier: Apache-2.0
#include "core/json/framing.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "core/json/bracket_scan.hpp"
#include "core/json/structure_scanner.hpp"

namespace dlt {
namespace {

// Spans count in 32 bits, and a block may hold one whole record and a part of the next.
constexpr std::size_t kMostBytes = std::size_t{1} << 30;
// A block that once held a huge record gives its memory back when it is this many times too large.
constexpr std::size_t kKeptBlocks = 4;

std::uint64_t newlines(const char* from, std::size_t count) {
  return best_scan_kernel().count_newlines(from, from + count);
}

bool is_line_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

struct Signature {
  std::string_view bytes;
  const char* what;
};

using namespace std::string_view_literals;
constexpr auto kSignatures = std::to_array<Signature>({
    {"\xff\xfe\0\0"sv, "UTF-32 text"},
    {"\0\0\xfe\xff"sv, "UTF-32 text"},
    {"\xff\xfe"sv, "UTF-16 text"},
    {"\xfe\xff"sv, "UTF-16 text"},
    {"\x1f\x8b"sv, "gzip data"},
    {"\x28\xb5\x2f\xfd"sv, "zstd data"},
    {"BZh"sv, "bzip2 data"},
    {"\xfd"
     "7zXZ"sv,
     "xz data"},
    {"\x04\x22\x4d\x18"sv, "lz4 data"},
    {"PK\x03\x04"sv, "a zip archive"},
    {"PAR1"sv, "a Parquet file"},
    {"ARROW1"sv, "an Arrow file"},
    {"Obj\x01"sv, "an Avro file"},
    {"SQLite format 3"sv, "an SQLite database"},
});
constexpr std::size_t kHeadBytes = 64;
constexpr std::string_view kUtf8Mark = "\xef\xbb\xbf";

/// What the text is when it is no JSON in UTF-8, judging by its beginning; or null.
const char* foreign_content(std::string_view text) {
  for (const Signature& signature : kSignatures) {
    if (text.starts_with(signature.bytes)) return signature.what;
  }
  const auto nuls = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\0'));
  // One broken record is the parser's business; a text of two bytes a character is not.
  if (nuls * 8 <= text.size()) return nullptr;
  return text.size() > 1 && (text[0] == '\0') != (text[1] == '\0') ? "UTF-16 text" : "binary data";
}

}  // namespace

ErrorContext RecordBlock::place(std::size_t index, std::uint64_t at) const {
  const std::uint64_t offset = records[index].offset + at;
  return {.file = source,
          .line = first_line + newlines(bytes.data(), offset),
          .byte = is_excerpt ? 0 : first_byte + offset + 1};
}

/// The bytes of the block that is being filled are the window; what its last record misses is
/// carried over to the next block.
struct RecordFramer::Impl {
  Impl(ByteSource& byte_source, const FramingOptions& framing_options)
      : source(byte_source),
        options(framing_options),
        format(options.record_path.empty() ? options.format : JsonFormat::kJson),
        scanner(RecordPath::parse(options.record_path), best_scan_kernel(),
                options.max_record_bytes) {
    check("block_bytes", options.block_bytes);
    check("max_record_bytes", options.max_record_bytes);
  }

  static void check(std::string_view name, std::size_t value) {
    if (value >= 1 && value <= kMostBytes) return;
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("{} out of range: expected 1 to {}, got {}", name, kMostBytes, value));
  }

  bool next(RecordBlock& block);
  void begin(RecordBlock& block);
  void fill(RecordBlock& block);
  void recognize();
  void decide_format(RecordBlock& block);
  std::size_t read(char* into, std::size_t capacity);
  std::size_t read_source(char* into, std::size_t capacity);
  static bool is_one_value(std::string_view line);
  void cut(RecordBlock& block);
  void cut_lines(RecordBlock& block);
  void cut_structure(RecordBlock& block);
  static void add(RecordBlock& block, std::size_t from, std::size_t length);
  void drop_front(RecordBlock& block);
  void carry_over(RecordBlock& block);
  void refuse_large(const RecordBlock& block, std::size_t at);
  void fail(const RecordBlock& block, const FramingProblem& problem);
  ErrorContext place(const RecordBlock& block, std::size_t at) const;

  ByteSource& source;
  const FramingOptions options;
  JsonFormat format;
  StructureScanner scanner;

  TextWindow window;     // of the block's bytes
  std::size_t kept = 0;  // the bytes of the window from here on are needed again
  bool recognized = false;
  std::string head;  // what was read to recognize the content
  std::size_t head_used = 0;
  bool passing_over_line = false;

  PaddedBytes carried;
  std::size_t carried_seen = 0;
  std::uint64_t byte = 0;  // of carried[0]
  std::uint64_t line = 1;
  std::uint64_t ordinal = 0;

  std::optional<Error> large_record;  // thrown once, after the records before it
  std::optional<Error> failure;       // thrown ever after
};

RecordFramer::RecordFramer(ByteSource& source, const FramingOptions& options)
    : impl_(std::make_unique<Impl>(source, options)) {}
RecordFramer::~RecordFramer() = default;
bool RecordFramer::next(RecordBlock& block) { return impl_->next(block); }
bool RecordFramer::goes_on() const { return !impl_->failure; }
JsonFormat RecordFramer::format() const { return impl_->format; }

bool RecordFramer::Impl::next(RecordBlock& block) {
  if (large_record) throw *std::exchange(large_record, std::nullopt);
  if (!recognized) recognize();
  if (failure) throw *failure;
  begin(block);
  while (true) {
    fill(block);
    if (format == JsonFormat::kAuto) decide_format(block);
    cut(block);
    if (!block.records.empty() || large_record || failure) break;
    if (window.last) {
      if (const auto problem = format == JsonFormat::kJson ? scanner.finish(window) : std::nullopt)
        fail(block, *problem);
      break;
    }
    drop_front(block);
  }
  carry_over(block);
  if (!block.records.empty()) return true;
  if (large_record) throw *std::exchange(large_record, std::nullopt);
  if (failure) throw *failure;
  return false;
}

void RecordFramer::Impl::begin(RecordBlock& block) {
  block.bytes.clear_and_shrink(kKeptBlocks * options.block_bytes);
  block.bytes.append(carried.view());
  carried.clear_and_shrink(kKeptBlocks * options.block_bytes);
  block.records.clear();
  block.first_ordinal = ordinal;
  block.first_byte = byte;
  block.first_line = line;
  block.is_excerpt = !options.excerpt_of.empty();
  block.source = block.is_excerpt ? options.excerpt_of : source.name();
  window.data = block.bytes.data();
  window.at = carried_seen;
  window.end = block.bytes.size();
  kept = 0;
}

void RecordFramer::Impl::fill(RecordBlock& block) {
  const std::size_t more = options.block_bytes;
  const std::size_t target = window.end < more ? more : window.end + more;
  block.bytes.resize(target);
  // The block is filled up whatever the source deals out at once: blocks must not depend on that.
  while (!window.last && window.end < target) {
    const std::size_t got = read(block.bytes.data() + window.end, target - window.end);
    window.last = got == 0;
    window.end += got;
  }
  block.bytes.resize(window.end);
  window.data = block.bytes.data();
}

std::size_t RecordFramer::Impl::read(char* into, std::size_t capacity) {
  if (head_used == head.size()) return read_source(into, capacity);
  const std::size_t count = head.copy(into, capacity, head_used);
  head_used += count;
  return count;
}

std::size_t RecordFramer::Impl::read_source(char* into, std::size_t capacity) {
  try {
    return source.read(into, capacity);
  } catch (const Error& error) {
    // What was read since the last block is lost: nobody may go on behind it.
    failure = error;
    throw;
  }
}

void RecordFramer::Impl::recognize() {
  recognized = true;
  head.resize(kHeadBytes);
  std::size_t size = 0;
  for (std::size_t got;
       size < kHeadBytes && (got = read_source(head.data() + size, kHeadBytes - size)) > 0;)
    size += got;
  head.resize(size);
  if (const char* what = foreign_content(head)) {
    failure = Error(ErrorCode::kBadRecord,
                    fmt::format("not JSON in UTF-8: '{}' looks like {}", source.name(), what),
                    "convert it to JSON in UTF-8 first");
    failure->add({.file = source.name(), .line = 1, .byte = 1});
  } else if (head.starts_with(kUtf8Mark)) {
    byte = head_used = kUtf8Mark.size();
  }
}

void RecordFramer::Impl::decide_format(RecordBlock& block) {
  while (true) {
    const char* const end = window.data + window.end;
    const char* const first =
        std::find_if_not(window.data, end, [](char c) { return c == '\n' || is_line_blank(c); });
    const char* const line_end = std::find(first, end, '\n');
    const auto length = static_cast<std::size_t>(line_end - first);
    const bool whole = line_end < end || window.last;
    if ((first < end && *first == '[') || length > options.max_record_bytes) {
      format = JsonFormat::kJson;
    } else if (whole) {
      // A first line that is the only one may hold several values.
      format =
          line_end < end && is_one_value({first, length}) ? JsonFormat::kJsonl : JsonFormat::kJson;
    } else {
      kept = static_cast<std::size_t>(first - window.data);
      window.at = kept;
      drop_front(block);
      fill(block);
      continue;
    }
    return;
  }
}

bool RecordFramer::Impl::is_one_value(std::string_view line) {
  while (!line.empty() && is_line_blank(line.back())) line.remove_suffix(1);
  StructureScanner values{RecordPath()};
  TextWindow text{.data = line.data(), .end = line.size(), .last = true};
  return values.advance(text) == StructureScanner::Event::kRecord &&
         values.record().length == line.size();
}

void RecordFramer::Impl::cut(RecordBlock& block) {
  if (format == JsonFormat::kJsonl) {
    cut_lines(block);
  } else {
    cut_structure(block);
  }
}

void RecordFramer::Impl::cut_lines(RecordBlock& block) {
  while (true) {
    const void* const found = std::memchr(window.data + window.at, '\n', window.end - window.at);
    const bool ends_here = found != nullptr || window.last;
    std::size_t end = found == nullptr
                          ? window.end
                          : static_cast<std::size_t>(static_cast<const char*>(found) - window.data);
    window.at = found == nullptr ? window.end : end + 1;
    if (passing_over_line) {
      passing_over_line = !ends_here;
      kept = window.at;
    } else {
      while (kept < end && is_line_blank(window.data[kept])) ++kept;
      const std::size_t from = kept;
      const bool large = end - from > options.max_record_bytes;
      if (ends_here || large) kept = window.at;
      if (large) {
        passing_over_line = !ends_here;
        refuse_large(block, from);
        return;
      }
      if (ends_here) {
        while (end > from && is_line_blank(window.data[end - 1])) --end;
        if (end > from) add(block, from, end - from);
      }
    }
    if (found == nullptr) return;
  }
}

void RecordFramer::Impl::cut_structure(RecordBlock& block) {
  while (true) {
    switch (scanner.advance(window)) {
      case StructureScanner::Event::kRecord: {
        const RecordSpan record = scanner.record();
        kept = window.at;
        if (record.length > options.max_record_bytes) return refuse_large(block, record.offset);
        add(block, record.offset, record.length);
        break;
      }
      case StructureScanner::Event::kMore: {
        kept = scanner.kept();
        if (window.end - kept <= options.max_record_bytes) return;
        if (!scanner.keeps_record()) return fail(block, StructureScanner::large_key(kept));
        refuse_large(block, kept);
        scanner.pass_over_record();
        kept = window.end;
        return;
      }
      case StructureScanner::Event::kProblem:
        return fail(block, scanner.problem());
    }
  }
}

void RecordFramer::Impl::add(RecordBlock& block, std::size_t from, std::size_t length) {
  block.records.push_back({static_cast<std::uint32_t>(from), static_cast<std::uint32_t>(length)});
}

void RecordFramer::Impl::drop_front(RecordBlock& block) {
  if (kept == 0) return;
  const std::size_t left = window.end - kept;
  block.first_byte += kept;
  block.first_line += newlines(window.data, kept);
  std::memmove(block.bytes.data(), block.bytes.data() + kept, left);
  block.bytes.resize(left);
  window.at -= kept;
  window.end = left;
  kept = 0;
}

void RecordFramer::Impl::carry_over(RecordBlock& block) {
  carried.append(block.bytes.view().substr(kept));
  carried_seen = window.at - kept;
  byte = block.first_byte + kept;
  line = block.first_line + newlines(block.bytes.data(), kept);
  ordinal += block.records.size() + (large_record ? 1 : 0);
  block.bytes.resize(kept);
}

void RecordFramer::Impl::refuse_large(const RecordBlock& block, std::size_t at) {
  large_record =
      Error(ErrorCode::kBadRecord,
            fmt::format("the record that begins here is larger than max_record_bytes ({})",
                        options.max_record_bytes),
            "raise max_record_bytes");
  large_record->add(place(block, at));
}

void RecordFramer::Impl::fail(const RecordBlock& block, const FramingProblem& problem) {
  failure = Error(problem.code, problem.message, problem.hint);
  // A wrong option is wrong everywhere in the file.
  failure->add(problem.code == ErrorCode::kInvalidArgument ? ErrorContext{.file = block.source}
                                                           : place(block, problem.at));
}

ErrorContext RecordFramer::Impl::place(const RecordBlock& block, std::size_t at) const {
  return {.file = block.source,
          .line = block.first_line + newlines(block.bytes.data(), at),
          .byte = block.is_excerpt ? 0 : block.first_byte + at + 1};
}

}  // namespace dlt
