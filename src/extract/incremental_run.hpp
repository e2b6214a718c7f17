// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "arrow/batch_source.hpp"
#include "arrow/file.hpp"
#include "core/files/byte_source.hpp"
#include "core/json/framing.hpp"
#include "core/json/parser.hpp"
#include "dlt/cancellation.hpp"
#include "dlt/error.hpp"
#include "extract/incremental_filter.hpp"
#include "extract/item_spool.hpp"

namespace dlt {

/// Where the records of JSON text go that are taken: as they are, in files of the package. Two,
/// since a broken line can be told from the next only where each record is a line.
struct Excerpt {
  ItemSpool lines;
  ItemSpool json;
  /// Bytes that may come before `when_full` is called after a block of records.
  std::uint64_t room = std::numeric_limits<std::uint64_t>::max();
  std::function<void()> when_full = {};

  std::uint64_t bytes() const { return lines.bytes() + json.bytes(); }
};

/// Where the rows of a source go that are taken: a file of the package, which is there once a row
/// was taken.
struct RowSpool {
  std::filesystem::path path = {};
  /// Bytes that may come before `when_full` is called after a batch.
  std::uint64_t room = std::numeric_limits<std::uint64_t>::max();
  std::function<void()> when_full = {};
  std::optional<arrow::FileWriter> file = {};

  void add(const arrow::Rows& rows);
  /// Makes the file durable. Returns its size; 0 when there is none.
  std::uint64_t finish();
};

/// A resource on its way through its incremental.
class IncrementalRun {
 public:
  IncrementalRun(IncrementalFilter filter, CancellationToken cancellation)
      : filter_(std::move(filter)), cancellation_(std::move(cancellation)) {}

  IncrementalFilter& filter() { return filter_; }

  /// Gets a record that is no JSON or that the incremental cannot take, as it came or as plain JSON
  /// where that can be said, and why, with the place. Empty: such a record is an error, of the
  /// extract or later.
  std::function<void(std::optional<std::string_view> raw, const Error& why)> set_aside = {};

  /// Adds the row to `out` when it is taken.
  void add(const Json& row, ItemSpool& out);

  /// Whether each record is to stand on the line that it has in its source.
  enum class Lines { kAny, kKept };
  /// Adds the records of a source that are taken. Only cursor and key are looked at; unless it is
  /// set aside, a record that is no JSON goes with them, for `normalize` to refuse. Throws
  /// kBadRecord where the source cannot be cut into records, and for a record without the cursor
  /// that it must have, unless it is set aside.
  void add_text(ByteSource& source, const FramingOptions& options, Lines lines, Excerpt& out);
  /// Adds the rows that are taken.
  void add_rows(arrow::BatchSource& source, RowSpool& out);

 private:
  /// What `takes` says of a record; false for one that is set aside.
  template <class Takes, class Place, class Raw>
  bool or_set_aside(Takes takes, Place place, Raw raw);
  bool takes(std::string_view record);
  template <class View>
  bool takes_row(View row, const RowText& text);

  IncrementalFilter filter_;
  CancellationToken cancellation_;
  CursorValue cursor_;
  JsonParser parser_;
  std::string line_;
};

}  // namespace dlt
