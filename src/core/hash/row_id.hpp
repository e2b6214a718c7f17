// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace dlt {

/// Length of every id that is made here: 80 bits in base64 without padding.
inline constexpr std::size_t kRowIdLength = 14;

/// The ids of nested rows, as dlt makes them: digest128 of "<parent id>_<table>_<list index>".
/// Allocates nothing per id; an object is for one thread. Several ids in one call cost about a
/// third of as many calls.
class RowIdHasher {
 public:
  RowIdHasher();
  RowIdHasher(RowIdHasher&&) noexcept;
  RowIdHasher& operator=(RowIdHasher&&) noexcept;
  ~RowIdHasher();

  /// Writes kRowIdLength characters to `out`.
  void nested_row_id(std::string_view parent_id, std::string_view table, std::int64_t list_idx,
                     char* out);
  /// The ids of a run of elements of one list: `count` times kRowIdLength characters, one after the
  /// other.
  void nested_row_ids(std::string_view parent_id, std::string_view table, std::int64_t first_idx,
                      std::size_t count, char* out);

  struct NestedRow {
    std::string_view parent_id;
    std::int64_t list_idx;
  };
  /// The ids of any rows of one table.
  void nested_row_ids(std::string_view table, std::span<const NestedRow> rows, char* out);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// What the derived ids of one extraction have in common.
using RowIdSeed = std::array<unsigned char, 16>;

/// The seed of these parts (pipeline, schema, load id, resource), the same on every machine.
RowIdSeed row_id_seed(std::span<const std::string_view> parts);
/// Writes the id of the root row with that ordinal: kRowIdLength characters to `out`. Not dlt's,
/// whose root ids are random.
void derived_row_id(const RowIdSeed& seed, std::uint64_t ordinal, char* out);

/// The id of what is written in this text: see content_id.hpp.
std::string content_id(std::string_view text);

}  // namespace dlt
