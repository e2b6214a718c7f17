// SPDX-License-Identifier: Apache-2.0
// Every naming convention over any text: names are within the limits, are identifiers of the
// convention, and are the names of themselves.
#include <algorithm>
#include <optional>
#include <string>

#include <dlt/naming.hpp>

#include "core/text/unicode.hpp"
#include "core/text/utf8.hpp"
#include "dlt/error.hpp"
#include "fuzz/target.hpp"
#include "schema/naming_conventions.hpp"

namespace dlt::fuzz {
namespace {

void check_limits(const std::string& name, const NameLimit& limit) {
  require(is_valid_utf8(name), "a name is text");
  require(!limit.length || count_code_points(name) <= static_cast<std::size_t>(*limit.length),
          "a name has no more characters than the limit");
  require(!limit.bytes || name.size() <= static_cast<std::size_t>(*limit.bytes),
          "a name has no more bytes than the limit");
}

/// Letters and decimal digits of any script, and underscores; no capitals where case does not
/// count.
void check_characters(const NamingConvention& naming, const std::string& name) {
  require(!name.empty(), "a name has characters");
  const bool is_free = naming.name() == "direct" || naming.name() == "duck_case";
  for (std::size_t at = 0; at < name.size();) {
    const char first = name[at];
    const char32_t code_point = next_code_point(name, at);
    if (is_free) {
      require(first != '"' && first != '\n' && first != '\r', "a name can stand in quotes");
      continue;
    }
    const bool fits =
        code_point < 0x80 ? is_ascii_alnum(first) || first == '_' : is_decimal_digit(code_point);
    require(fits, "a name consists of letters, digits and underscores");
    require(naming.case_sensitive() || !is_ascii_upper(first), "a name has no capitals");
  }
}

}  // namespace
}  // namespace dlt::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dlt;
  using namespace dlt::fuzz;
  constexpr std::size_t kNone = 60;
  Input input(data, size);
  const auto namings = built_in_namings();
  const BuiltInNaming& built_in = namings[input.setting(namings.size() - 1)];
  const auto limit_of = [](std::size_t setting) {
    return setting < kNone ? std::optional<int>(static_cast<int>(setting) + 6) : std::nullopt;
  };
  NameLimit limit;
  limit.length = limit_of(input.setting(2 * kNone));
  limit.bytes = limit_of(input.setting(2 * kNone));
  const auto naming = built_in.make(limit);
  // Otherwise a name may be its tag alone, which may begin with a digit.
  constexpr int kRoom = 10;
  const bool has_room =
      limit.length.value_or(kRoom) >= kRoom && limit.bytes.value_or(kRoom) >= kRoom;
  const std::string text(input.text());
  // Text that is no UTF-8 comes from no record; it must not do harm.
  const bool is_text = is_valid_utf8(text);
  try {
    for (const bool is_table : {false, true}) {
      const auto normalized = [&](const std::string& identifier) {
        return is_table ? naming->normalize_table_identifier(identifier)
                        : naming->normalize_identifier(identifier);
      };
      const std::string name = normalized(text);
      if (!is_text) continue;
      // Of several underscores nothing is left there, as in dlt.
      if (name.empty() && naming->name().starts_with("sql_")) continue;
      check_limits(name, naming->limit());
      check_characters(*naming, name);
      // Without the underscores before it a shortened name may begin with a digit, as in dlt, and
      // gets one again.
      if (!has_room || (is_table && naming->name() == "s3_tables")) continue;
      require(normalized(name) == name, "the name of a name is itself");
    }
    const std::string path = naming->normalize_path(text);
    if (is_text) check_limits(path, naming->limit());
    // In these a name may be an underscore, which looks like a part of the separator, and where a
    // path is cut one may come about, as in dlt.
    const bool is_ambiguous = naming->name().starts_with("sql_") || naming->name() == "duck_case" ||
                              limit.length || limit.bytes;
    if (is_text && !is_ambiguous)
      require(naming->normalize_path(path) == path, "the path of a path is itself");
  } catch (const Error& error) {
    require(error.code() == ErrorCode::kSchema, "an identifier that is none is of the schema");
    require(is_blank(text), "only what is blank is no identifier");
  }
  return 0;
}
