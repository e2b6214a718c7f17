// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "core/hash/digest.hpp"
#include "core/json/parser.hpp"

namespace dlt {

/// What dlt hashes to know a row at the last value of a cursor again: 15 bytes of SHAKE-128.
using RowDigest = std::array<unsigned char, 15>;

/// The 20 characters that stand for it in the state.
std::string to_string(const RowDigest& digest);

/// What makes two rows the same one.
struct RowKey {
  enum class Kind {
    kWholeRow,
    kSingle,    ///< the value of the one key
    kCompound,  ///< the list of the values of the keys
    kNone,      ///< nothing: no two rows are the same
  };
  Kind kind = Kind::kWholeRow;
  std::vector<std::string> names = {};
};

/// A record as JSON text, with kJsonPadding readable bytes after it.
struct RowText {
  std::string_view json;
  /// Strings may be dlt's typed JSON; their marks do not count.
  bool typed = false;
};

/// The beginning of a row, for messages.
std::string shown(const RowText& row);

/// Digests rows as dlt does: sorted, compact JSON of the key's values, or of the whole row.
class RowDigester {
 public:
  explicit RowDigester(RowKey key) : key_(std::move(key)) {}

  /// Throws kBadRecord when the row lacks a value of the key.
  RowDigest digest(const RowText& row);

 private:
  template <class View>
  void append_identity(View parsed, const RowText& row);

  RowKey key_;
  JsonParser parser_;
  Digest shake_{"SHAKE128"};
  std::string text_;
};

}  // namespace dlt
