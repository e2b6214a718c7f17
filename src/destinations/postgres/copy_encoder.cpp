// SPDX-License-Identifier: Apache-2.0
#include "destinations/postgres/copy_encoder.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>

#include <fmt/format.h>

#include "core/text/utf8.hpp"
#include "destinations/postgres/big_endian.hpp"
#include "destinations/postgres/copy_plan.hpp"
#include "dlt/error.hpp"

namespace dlt::postgres {
namespace {

using namespace std::string_view_literals;

// Signature, flags, and the length of an extension that is not there; and what ends the rows.
constexpr std::string_view kHeader = "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0"sv;
constexpr std::int16_t kEnd = -1;
constexpr std::int32_t kNull = -1;
constexpr std::byte kJsonbVersion{1};

constexpr std::size_t kBufferBytes = std::size_t{512} << 10;
// Of a value whose size does not depend on it, length included.
constexpr std::size_t kFixedBytes = 4 + kMaxScaledBytes;

/// The buffers of a batch's column.
struct View {
  const std::uint8_t* validity = nullptr;  // null: each row has a value
  const std::byte* values = nullptr;
  const std::int32_t* offsets = nullptr;
  std::int64_t length = 0;

  bool is_null(std::int64_t row) const {
    if (row >= length) return true;
    return validity != nullptr && (validity[row >> 3] >> (row & 7) & 1) == 0;
  }
  template <typename T>
  T at(std::int64_t row) const {
    T value;
    std::memcpy(&value, values + static_cast<std::size_t>(row) * sizeof(T), sizeof(T));
    return value;
  }
  bool bit(std::int64_t row) const {
    return (std::to_integer<unsigned>(values[row >> 3]) >> (row & 7) & 1U) != 0;
  }
  std::string_view bytes(std::int64_t row) const {
    return {reinterpret_cast<const char*>(values) + offsets[row],
            static_cast<std::size_t>(offsets[row + 1] - offsets[row])};
  }
};

/// A value that the column does not take; becomes an Error where the batch is at hand.
struct Misfit {
  std::int64_t row;
};

View view_of(const ColumnArray& column) {
  View view{.values = column.values().data(), .length = column.length()};
  if (column.null_count() != 0) view.validity = column.validity().as<std::uint8_t>();
  if (column.layout() == Layout::kVariable) view.offsets = column.offsets().as<std::int32_t>();
  return view;
}

void check_nulls(const CopyPlan& plan, const ColumnArray& column, std::int64_t rows) {
  if (!plan.column.not_null || (column.null_count() == 0 && column.length() == rows)) return;
  throw Error(ErrorCode::kNullViolation,
              fmt::format("null in column '{}', which is not nullable at the destination",
                          plan.column.name),
              "drop NOT NULL of the column at the destination, or mend the records")
      .add({.column = plan.column.name});
}

// PostgreSQL has no U+0000 in text; one look at all of a batch's bytes.
void check_no_nul(const CopyPlan& plan, const View& view, std::int64_t rows) {
  const bool is_text = plan.encoding == Encoding::kText || plan.encoding == Encoding::kJsonb;
  const std::int64_t length = std::min(rows, view.length);
  if (!is_text || length == 0) return;
  const auto first = static_cast<std::size_t>(view.offsets[0]);
  const auto last = static_cast<std::size_t>(view.offsets[length]);
  if (last == first || std::memchr(view.values + first, 0, last - first) == nullptr) return;
  for (std::int64_t row = 0; row < length; ++row) {
    if (!view.is_null(row) && view.bytes(row).find('\0') != std::string_view::npos)
      throw Misfit{row};
  }
}

}  // namespace

bool is_encodable(const Field& field, const TableColumn& column) {
  return encoding_of(field, column).has_value();
}

struct CopyEncoder::Impl {
  std::vector<CopyPlan> plans;
  std::vector<View> views;
  Sink sink;
  // What a row takes at most besides its values of variable size. That much room is always left
  // when a value is written.
  std::size_t row_bytes;
  std::size_t capacity;
  std::unique_ptr<std::byte[]> buffer;
  std::byte* out;

  Impl(const std::vector<Field>& fields, const std::vector<TableColumn>& columns, Sink to)
      : sink(std::move(to)),
        row_bytes(kHeader.size() + 2 + fields.size() * kFixedBytes),
        capacity(kBufferBytes + 2 * row_bytes),
        buffer(std::make_unique_for_overwrite<std::byte[]>(capacity)),
        out(buffer.get()) {
    for (std::size_t i = 0; i < fields.size(); ++i) plans.emplace_back(fields[i], columns.at(i));
    std::memcpy(out, kHeader.data(), kHeader.size());
    out += kHeader.size();
  }

  std::size_t room() const { return capacity - static_cast<std::size_t>(out - buffer.get()); }

  void flush() {
    const auto size = static_cast<std::size_t>(out - buffer.get());
    if (size != 0) sink({reinterpret_cast<const char*>(buffer.get()), size});
    out = buffer.get();
  }

  void put_row(std::int64_t row, std::size_t& at) {
    if (room() < 2 * row_bytes) flush();
    put(out, static_cast<std::int16_t>(plans.size()));
    for (at = 0; at < plans.size(); ++at) {
      if (views[at].is_null(row)) {
        put(out, kNull);
      } else {
        put_value(plans[at], views[at], row);
      }
    }
  }

  void put_value(const CopyPlan& plan, const View& view, std::int64_t row) {
    switch (plan.encoding) {
      case Encoding::kBool:
        put(out, std::int32_t{1});
        put(out, std::uint8_t{view.bit(row)});
        return;
      case Encoding::kInt16:
        put(out, std::int32_t{2});
        put(out, static_cast<std::int16_t>(within(plan, view.at<std::int64_t>(row), row)));
        return;
      case Encoding::kInt32:
        put(out, std::int32_t{4});
        put(out, static_cast<std::int32_t>(within(plan, view.at<std::int64_t>(row), row)));
        return;
      case Encoding::kInt64:
      case Encoding::kDouble:
        put(out, std::int32_t{8});
        put(out, view.at<std::int64_t>(row));
        return;
      case Encoding::kDate:
        put(out, std::int32_t{4});
        put(out,
            static_cast<std::int32_t>(within(plan, view.at<std::int32_t>(row), row) + plan.shift));
        return;
      case Encoding::kTimestamp:
      case Encoding::kTime: {
        const std::int64_t value = within(plan, view.at<std::int64_t>(row), row);
        if (plan.step != 1 && value % plan.step != 0) throw Misfit{row};
        put(out, std::int32_t{8});
        const std::int64_t units = plan.divisor == 1 ? value : value / plan.divisor;
        put(out, (units + plan.shift) * plan.multiplier);
        return;
      }
      case Encoding::kIntegerAsNumeric:
        put_scaled(plan, view.at<std::int64_t>(row), 0, row);
        return;
      case Encoding::kScaledNumeric:
        put_scaled(plan, view.at<Int128>(row), plan.field.scale, row);
        return;
      case Encoding::kTextNumeric:
        put_decimal_text(plan, view.bytes(row), row);
        return;
      case Encoding::kBytes:
        put_bytes(plan, view.bytes(row), row);
        return;
      case Encoding::kText:
        put_text(plan, view.bytes(row), row);
        return;
      case Encoding::kJsonb: {
        const std::string_view text = view.bytes(row);
        if (text.size() >= plan.max_length) throw Misfit{row};
        make_room(text.size());
        put(out, static_cast<std::int32_t>(text.size() + 1));
        put(out, kJsonbVersion);
        append(text);
        return;
      }
    }
  }

  static std::int64_t within(const CopyPlan& plan, std::int64_t value, std::int64_t row) {
    if (value < plan.least || value > plan.most) throw Misfit{row};
    return value;
  }

  void put_scaled(const CopyPlan& plan, Int128 value, int scale, std::int64_t row) {
    if (!plan.scaled_fit(value)) throw Misfit{row};
    put_numeric(out, value, scale);
  }

  void put_decimal_text(const CopyPlan& plan, std::string_view text, std::int64_t row) {
    const auto parts = take_apart(text);
    if (!parts || !fits(*parts, plan.numeric)) throw Misfit{row};
    // At most some 70 KB: the buffer has that much.
    make_room(numeric_bytes(*parts));
    put_numeric(out, *parts);
  }

  void put_text(const CopyPlan& plan, std::string_view text, std::int64_t row) {
    if (text.size() > plan.max_length && count_code_points(text) > plan.max_length)
      throw Misfit{row};
    put(out, static_cast<std::int32_t>(text.size()));
    append(text);
  }

  void put_bytes(const CopyPlan& plan, std::string_view bytes, std::int64_t row) {
    if (bytes.size() > plan.max_length) throw Misfit{row};
    put(out, static_cast<std::int32_t>(bytes.size()));
    append(bytes);
  }

  /// After it, `bytes` and the rest of the row fit; if they can at all.
  void make_room(std::size_t bytes) {
    if (room() < bytes + row_bytes) flush();
  }

  void append(std::string_view bytes) {
    if (bytes.empty()) return;  // then it may be null, which memcpy does not take
    make_room(bytes.size());
    if (room() < bytes.size() + row_bytes) {
      sink(bytes);  // which leaves the buffer empty
      return;
    }
    std::memcpy(out, bytes.data(), bytes.size());
    out += bytes.size();
  }
};

CopyEncoder::CopyEncoder(const std::vector<Field>& fields, const std::vector<TableColumn>& columns,
                         Sink sink)
    : impl_(std::make_unique<Impl>(fields, columns, std::move(sink))) {}

CopyEncoder::~CopyEncoder() = default;

void CopyEncoder::add(const RecordBatch& batch) {
  Impl& impl = *impl_;
  std::size_t at = 0;
  impl.views.clear();
  try {
    for (at = 0; at < impl.plans.size(); ++at) {
      const ColumnArray& column = batch.columns.at(at);
      check_nulls(impl.plans[at], column, batch.rows);
      impl.views.push_back(view_of(column));
      check_no_nul(impl.plans[at], impl.views[at], batch.rows);
    }
    for (std::int64_t row = 0; row < batch.rows; ++row) impl.put_row(row, at);
  } catch (const Misfit& misfit) {
    const CopyPlan& plan = impl.plans[at];
    throw Error(ErrorCode::kDestination,
                fmt::format("a value does not fit the column as it is at the destination: column "
                            "'{}', {}, value '{}'",
                            plan.column.name, plan.column.type_name,
                            shown_value(plan.field, batch.columns[at], misfit.row)),
                "change the column's type at the destination, or load into a new table")
        .add({.column = plan.column.name});
  }
}

void CopyEncoder::finish() {
  put(impl_->out, kEnd);
  impl_->flush();
}

}  // namespace dlt::postgres
