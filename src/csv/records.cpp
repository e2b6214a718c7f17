// SPDX-License-Identifier: Apache-2.0
#include "csv/records.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "dlt/error.hpp"

namespace dlt::csv {
namespace {

constexpr std::size_t kPieceBytes = std::size_t{64} << 10;

}  // namespace

RecordReader::RecordReader(std::unique_ptr<ByteSource> source, std::string name, Dialect dialect,
                           std::size_t max_record_bytes)
    : source_(std::move(source)),
      name_(std::move(name)),
      dialect_(std::move(dialect)),
      max_record_bytes_(max_record_bytes) {
  for (const char c : {'\n', '\r', dialect_.delimiter[0]})
    ends_field_[static_cast<unsigned char>(c)] = true;
  while (filled_ < kByteOrderMark.size() && refill()) {
  }
  if (bytes().starts_with(kByteOrderMark)) end_ = at_ = kByteOrderMark.size();
}

bool RecordReader::refill() {
  if (is_at_end_) return false;
  if (at_ - begin_ > max_record_bytes_) is_too_large_ = true;
  // Of a record that is too large nothing is kept.
  if (is_too_large_) begin_ = at_;
  std::memmove(text_.data(), text_.data() + begin_, filled_ - begin_);
  filled_ -= begin_;
  at_ -= begin_;
  begin_ = 0;
  if (text_.size() - filled_ < kPieceBytes) text_.resize(2 * text_.size() + kPieceBytes);
  const std::size_t read = source_->read(text_.data() + filled_, kPieceBytes);
  filled_ += read;
  is_at_end_ = read == 0;
  return !is_at_end_;
}

bool RecordReader::at_delimiter() {
  const std::string& delimiter = dialect_.delimiter;
  while (filled_ - at_ < delimiter.size() && refill()) {
  }
  return bytes().substr(at_).starts_with(delimiter);
}

void RecordReader::begin_field() {
  state_ = State::kFieldStart;
  field_begin_ = at_ - begin_;
  has_doubled_quotes_ = false;
}

void RecordReader::end_field() {
  if (is_too_large_) return;
  const bool was_quoted = state_ == State::kQuoteSeen;
  parts_.push_back({.begin = field_begin_,
                    .end = was_quoted ? field_end_ : at_ - begin_,
                    .is_quoted = was_quoted,
                    .has_doubled_quotes = has_doubled_quotes_});
}

void RecordReader::end_record() {
  end_field();
  end_ = at_;
  if (at_ < filled_) {
    ++next_line_;
    is_after_cr_ = text_[at_++] == '\r';
  }
  if (end_ - begin_ > max_record_bytes_) is_too_large_ = true;
  if (!is_too_large_) resolve_fields();
}

void RecordReader::resolve_fields() {
  for (const Part& part : parts_) {
    std::string_view field = bytes().substr(begin_ + part.begin, part.end - part.begin);
    if (part.has_doubled_quotes) {
      std::string& plain = unescaped_.emplace_back();
      for (std::size_t i = 0; i < field.size(); ++i) {
        plain += field[i];
        if (is_quote(field[i])) ++i;
      }
      field = plain;
    }
    fields_.push_back({.text = field, .is_quoted = part.is_quoted});
  }
}

void RecordReader::refuse(const char* what) const {
  Error error(ErrorCode::kBadRecord, what,
              "mend the quotes, or say which are used (--csv-quote, '' for none)");
  throw error.add({.file = name_, .line = line_});
}

bool RecordReader::next() {
  begin_ = at_;
  is_too_large_ = false;
  if (std::exchange(is_after_cr_, false)) {
    if (at_ == filled_) refill();
    if (at_ < filled_ && text_[at_] == '\n') begin_ = ++at_;
  }
  line_ = next_line_;
  parts_.clear();
  fields_.clear();
  unescaped_.clear();
  begin_field();
  for (;;) {
    if (at_ == filled_) {
      if (refill()) continue;
      if (state_ == State::kQuoted) refuse("a quote that opens in this record is not closed");
      const bool is_over =
          state_ == State::kFieldStart && parts_.empty() && at_ == begin_ && !is_too_large_;
      if (is_over) return false;
      end_record();
      return true;
    }
    const char c = text_[at_];
    switch (state_) {
      case State::kFieldStart:
        if (is_quote(c)) {
          state_ = State::kQuoted;
          field_begin_ = ++at_ - begin_;
          break;
        }
        state_ = State::kPlain;
        [[fallthrough]];
      case State::kPlain:
        while (at_ < filled_ && !ends_field_[static_cast<unsigned char>(text_[at_])]) ++at_;
        if (at_ == filled_) break;
        if (text_[at_] == '\n' || text_[at_] == '\r') {
          end_record();
          return true;
        }
        if (!at_delimiter()) {
          ++at_;
          break;
        }
        end_field();
        at_ += dialect_.delimiter.size();
        begin_field();
        break;
      case State::kQuoted: {
        const std::string_view rest = bytes().substr(at_);
        const std::string_view quoted = rest.substr(0, rest.find(dialect_.quote[0]));
        next_line_ += static_cast<std::uint64_t>(std::ranges::count(quoted, '\n'));
        at_ += quoted.size();
        if (at_ == filled_) break;
        field_end_ = at_++ - begin_;
        state_ = State::kQuoteSeen;
        break;
      }
      case State::kQuoteSeen:
        if (is_quote(c)) {
          has_doubled_quotes_ = true;
          state_ = State::kQuoted;
          ++at_;
        } else if (c == '\n' || c == '\r') {
          end_record();
          return true;
        } else if (at_delimiter()) {
          end_field();
          at_ += dialect_.delimiter.size();
          begin_field();
        } else {
          refuse("text follows a quote that closes a field");
        }
        break;
    }
  }
}

}  // namespace dlt::csv
