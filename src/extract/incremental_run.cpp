// SPDX-License-Identifier: Apache-2.0
#include "extract/incremental_run.hpp"

#include "arrow/view.hpp"
#include "core/json/bracket_scan.hpp"
#include "core/json/canonical.hpp"
#include "core/json/slow_view.hpp"
#include "core/json/sorted_json.hpp"
#include "dlt/error.hpp"
#include "package/quarantine.hpp"
#include "schema/plain_json.hpp"

namespace dlt {
namespace {

/// Writes the records of one source that are taken.
class ExcerptWriter {
 public:
  ExcerptWriter(IncrementalRun::Lines lines, Excerpt& out)
      : keeps_lines_(lines == IncrementalRun::Lines::kKept), out_(out) {}

  void begin_block(const RecordBlock& block) {
    seen_ = block.bytes.data();
    source_line_ = block.first_line;
  }

  void add(std::string_view record, JsonFormat format) {
    if (spool_ == nullptr) {
      spool_ = format == JsonFormat::kJsonl ? &out_.lines : &out_.json;
      is_array_ = format != JsonFormat::kJsonl;
      // A record may be an array itself, which at top level would fall into its elements.
      if (is_array_) spool_->add_bytes("[");
    } else {
      spool_->add_bytes(is_array_ ? "," : "\n");
      if (!is_array_) ++line_;
    }
    if (keeps_lines_) keep_line(record);
    spool_->add_bytes(record);
  }

  void finish() {
    if (spool_ != nullptr) spool_->add_bytes(is_array_ ? "]\n" : "\n");
  }

 private:
  void keep_line(std::string_view record) {
    const auto newlines = best_scan_kernel().count_newlines;
    source_line_ += newlines(seen_, record.data());
    for (; line_ < source_line_; ++line_) spool_->add_bytes("\n");
    seen_ = record.data() + record.size();
    const std::size_t within = newlines(record.data(), seen_);
    source_line_ += within;
    line_ += within;
  }

  const bool keeps_lines_;
  Excerpt& out_;
  ItemSpool* spool_ = nullptr;
  bool is_array_ = false;
  std::uint64_t line_ = 1;         // where the excerpt is
  std::uint64_t source_line_ = 1;  // of `seen_`
  const char* seen_ = nullptr;
};

}  // namespace

void IncrementalRun::add(const Json& row, ItemSpool& out) {
  line_.clear();
  append_compact_json(line_, row, SortKeys::kNo);
  const std::size_t size = line_.size();
  line_.append(kJsonPadding, ' ');
  const std::string_view record(line_.data(), size);
  const Json* value = filter_.rule().cursor.find(row);
  cursor_.clear();
  if (value != nullptr) cursor_.assign(*value);
  const auto missing =
      value == nullptr ? IncrementalFilter::Missing::kYes : IncrementalFilter::Missing::kNo;
  const auto takes = [&] {
    return filter_.takes(cursor_, missing, {.json = record, .typed = true});
  };
  if (or_set_aside(
          takes, [](std::uint64_t) { return ErrorContext{}; },
          [&] { return without_marks(record); }))
    out.add_text(record);
}

template <class Takes, class Place, class Raw>
bool IncrementalRun::or_set_aside(Takes takes, Place place, Raw raw) {
  try {
    return takes();
  } catch (Error& error) {
    error.move_to(place(error.context().byte));
    if (!set_aside || !is_about_record(error)) throw;
    set_aside(raw(), error);
    return false;
  }
}

template <class View>
bool IncrementalRun::takes_row(View row, const RowText& text) {
  const std::optional<View> value = filter_.rule().cursor.find(row);
  cursor_.clear();
  if (value) cursor_.assign(*value);
  const auto missing = value ? IncrementalFilter::Missing::kNo : IncrementalFilter::Missing::kYes;
  return filter_.takes(cursor_, missing, text);
}

bool IncrementalRun::takes(std::string_view record) {
  Parsed parsed = Parsed::kFast;
  try {
    parsed = parser_.parse(record);
  } catch (const Error&) {
    if (set_aside) throw;
    return true;
  }
  return parsed == Parsed::kFast ? takes_row(parser_.view(), {.json = record})
                                 : takes_row(SlowView(parser_.slow()), {.json = record});
}

void IncrementalRun::add_text(ByteSource& source, const FramingOptions& options, Lines lines,
                              Excerpt& out) {
  filter_.begin_sequence();
  filter_.count_batch();
  RecordFramer framer(source, options);
  ExcerptWriter writer(lines, out);
  RecordBlock block;
  const auto next_block = [&] {
    for (;;) {
      try {
        return framer.next(block);
      } catch (const Error& error) {
        if (!set_aside || !is_about_record(error) || !framer.goes_on()) throw;
        set_aside({}, error);
      }
    }
  };
  while (!filter_.can_stop() && next_block()) {
    cancellation_.throw_if_requested("extracting");
    writer.begin_block(block);
    for (std::size_t i = 0; i < block.records.size(); ++i) {
      const std::string_view record = block.record(i);
      const auto place = [&](std::uint64_t byte) {
        return block.place(i, byte == 0 ? 0 : byte - 1);
      };
      if (or_set_aside([&] { return takes(record); }, place, [&] { return record; }))
        writer.add(record, framer.format());
    }
    if (out.bytes() > out.room) out.when_full();
  }
  writer.finish();
}

void IncrementalRun::add_rows(arrow::BatchSource& source, RowSpool& out) {
  filter_.begin_sequence();
  filter_.count_batch();
  for (arrow::Rows rows; !filter_.can_stop() && source.next(rows);) {
    cancellation_.throw_if_requested("extracting");
    std::vector<std::uint32_t> taken;
    for (std::size_t i = 0; i < rows.count(); ++i) {
      const std::size_t row = rows.row(i);
      const arrow::View view(rows.batch->data(), static_cast<std::int64_t>(row));
      const auto takes = [&] {
        line_.clear();
        try {
          SortedJson(line_, TypedMarks::kKeep).write(view);
        } catch (const Error& error) {
          // A moment beyond the calendar.
          throw Error(ErrorCode::kBadRecord, error.message(),
                      "cast the column to text at its source");
        }
        const std::size_t size = line_.size();
        line_.append(kJsonPadding, ' ');
        return takes_row(view, {.json = {line_.data(), size}, .typed = true});
      };
      const auto place = [&](std::uint64_t) {
        return ErrorContext{.row = rows.first_row + row + 1};
      };
      const auto as_json = [&] {
        return arrow::plain_json_of(rows.batch->data(), static_cast<std::int64_t>(row));
      };
      if (or_set_aside(takes, place, as_json)) taken.push_back(static_cast<std::uint32_t>(row));
    }
    if (taken.size() < rows.count()) rows.taken = std::move(taken);
    out.add(rows);
  }
}

void RowSpool::add(const arrow::Rows& rows) {
  if (rows.count() == 0) return;
  if (!file) file.emplace(path, rows.batch->type());
  file->write(rows);
  if (file->bytes() > room) when_full();
}

std::uint64_t RowSpool::finish() {
  if (!file) return 0;
  file->finish();
  return file->bytes();
}

}  // namespace dlt
