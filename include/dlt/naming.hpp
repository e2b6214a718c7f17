// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dlt {

/// How long names may be; empty: as long as they are.
struct NameLimit {
  NameLimit(std::optional<int> max_length = {},  // NOLINT: meant to be implicit
            std::optional<int> max_bytes = {})
      : length(max_length), bytes(max_bytes) {}
  NameLimit(int max_length) : length(max_length) {}  // NOLINT: meant to be implicit

  /// In code points, dlt's limit.
  std::optional<int> length;
  /// In UTF-8, where the destination counts so.
  std::optional<int> bytes;
};

/// How names of the data become names of the destination. Immutable and safe to share between
/// threads. Text is UTF-8. Rules: dlt 1.26,
/// dlt/common/normalizers/naming.
class NamingConvention {
 public:
  /// Longer names are shortened around a tag made from the original. Throws kInvalidArgument for a
  /// limit that is less than the six characters of a tag.
  explicit NamingConvention(NameLimit limit);
  virtual ~NamingConvention() = default;

  /// The reference that the schema stores: "snake_case".
  virtual std::string_view name() const = 0;
  virtual bool case_sensitive() const = 0;
  /// What joins the parts of a path: "__".
  virtual std::string_view path_separator() const { return "__"; }
  std::optional<int> max_length() const { return limit_.length; }
  const NameLimit& limit() const { return limit_; }

  /// Normalizes one identifier. Throws kSchema when it is empty or blank.
  std::string normalize_identifier(std::string_view identifier) const;
  /// The same for a table's name.
  virtual std::string normalize_table_identifier(std::string_view identifier) const;
  /// Normalizes each part of a path, joins them and shortens the whole.
  std::string normalize_path(std::string_view path) const;
  std::string normalize_tables_path(std::string_view path) const;
  /// Joins parts that are already normalized and shortens the whole; blank parts are left out.
  std::string shorten_fragments(std::span<const std::string_view> parts) const;
  std::string make_path(std::span<const std::string_view> parts) const;
  std::vector<std::string> break_path(std::string_view path) const;

  /// The six characters that shortening puts into the middle of a name that was too long.
  static std::string compute_tag(std::string_view identifier);

 protected:
  /// The convention's own rule, for an identifier without surrounding blanks and not yet shortened.
  virtual std::string convert(std::string_view stripped) const = 0;
  /// Cuts `normalized` to the limit around the tag of `original`.
  std::string shorten(std::string normalized, std::string_view original) const;

 private:
  NameLimit limit_;
};

/// The convention of that name: snake_case, duck_case, direct, sql_ci_v1, sql_cs_v1, s3_tables, or
/// dlt's import path of one of these ("dlt.common.normalizers.naming.snake_case"), or one
/// registered by `register_naming`. Throws kSchema when unknown.
std::shared_ptr<const NamingConvention> make_naming(std::string_view name, NameLimit limit = {});

using NamingFactory = std::shared_ptr<const NamingConvention> (*)(NameLimit limit);

/// Makes a convention of the caller's own known under `name`; call it before the first pipeline is
/// created.
void register_naming(std::string name, NamingFactory factory);

}  // namespace dlt
