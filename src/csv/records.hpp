// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/files/byte_source.hpp"

namespace dlt::csv {

inline constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// How fields are written.
struct Dialect {
  std::string delimiter = ",";
  /// Around fields; twice inside of one. Empty: none.
  std::string quote = "\"";
};

struct CsvField {
  std::string_view text;
  /// Whether it stood in quotes.
  bool is_quoted;
};

/// Cuts CSV into records and those into fields, as RFC 4180 has it and what is written in its name:
/// records end with LF, CR LF or CR; quotes count where a field begins with one. A byte order mark
/// is left out.
class RecordReader {
 public:
  /// Errors call the source `name`.
  RecordReader(std::unique_ptr<ByteSource> source, std::string name, Dialect dialect,
               std::size_t max_record_bytes);

  /// Goes to the next record, blank ones included; false after the last. Throws kBadRecord, with
  /// file and line, for quotes that are not closed, or closed within a field: where the next record
  /// begins is not certain then.
  bool next();

  /// Where the record begins, from 1.
  std::uint64_t line() const { return line_; }
  /// Whether it is larger than `max_record_bytes`; then it has neither text nor fields.
  bool is_too_large() const { return is_too_large_; }
  /// As it came, without its end. Valid until the next record, as the fields are.
  std::string_view text() const { return {text_.data() + begin_, end_ - begin_}; }
  bool is_blank() const { return begin_ == end_ && !is_too_large_; }
  const std::vector<CsvField>& fields() const { return fields_; }
  /// Bytes of the source that were read.
  std::uint64_t position() const { return source_->position(); }

 private:
  /// A field in the record, from its beginning.
  struct Part {
    std::size_t begin;
    std::size_t end;
    bool is_quoted;
    bool has_doubled_quotes;
  };
  enum class State { kFieldStart, kPlain, kQuoted, kQuoteSeen };

  std::string_view bytes() const { return {text_.data(), filled_}; }
  bool is_quote(char c) const { return !dialect_.quote.empty() && c == dialect_.quote[0]; }
  /// Whether the delimiter is here. May read on.
  bool at_delimiter();
  /// Moves what is there of the record to the front, and reads more behind it; false at the end.
  bool refill();
  void begin_field();
  void end_field();
  /// Takes the end of the line that is here.
  void end_record();
  void resolve_fields();
  [[noreturn]] void refuse(const char* what) const;

  std::unique_ptr<ByteSource> source_;
  const std::string name_;
  const Dialect dialect_;
  const std::size_t max_record_bytes_;
  /// By byte: whether it ends a field without quotes, or may.
  std::array<bool, 256> ends_field_ = {};

  std::string text_;
  std::size_t filled_ = 0;  ///< of `text_`, which is as long as was ever needed
  std::size_t begin_ = 0;   ///< of the record, in `text_`
  std::size_t end_ = 0;
  std::size_t at_ = 0;
  bool is_at_end_ = false;
  /// The line ended with CR; an LF that follows belongs to its end.
  bool is_after_cr_ = false;
  std::uint64_t line_ = 0;
  std::uint64_t next_line_ = 1;
  bool is_too_large_ = false;

  State state_ = State::kFieldStart;
  std::size_t field_begin_ = 0;  ///< in the record
  std::size_t field_end_ = 0;    ///< of one in quotes
  bool has_doubled_quotes_ = false;
  std::vector<Part> parts_;
  std::vector<CsvField> fields_;
  std::deque<std::string> unescaped_;
};

}  // namespace dlt::csv
