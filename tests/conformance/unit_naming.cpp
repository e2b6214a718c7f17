// SPDX-License-Identifier: Apache-2.0
#include <string_view>
#include <vector>

#include <dlt/error.hpp>
#include <dlt/naming.hpp>
#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "conformance/unit_checks.hpp"

namespace dlt::conformance {
namespace {

std::string shorten_fragments(const NamingConvention& naming, const Json& input) {
  std::vector<std::string_view> parts;
  for (const Json& part : input) parts.push_back(part.get_ref<const std::string&>());
  return naming.shorten_fragments(parts);
}

std::string apply(const Json& vector) {
  const Json& max_length = vector.at("max_length");
  const auto naming =
      make_naming(vector.at("convention").get_ref<const std::string&>(),
                  max_length.is_null() ? std::nullopt : std::optional(max_length.get<int>()));
  const Json& input = vector.at("input");
  const auto& function = vector.at("function").get_ref<const std::string&>();
  if (function == "shorten_fragments") return shorten_fragments(*naming, input);
  const auto& text = input.get_ref<const std::string&>();
  if (function == "identifier") return naming->normalize_identifier(text);
  if (function == "table_identifier") return naming->normalize_table_identifier(text);
  if (function == "path") return naming->normalize_path(text);
  if (function == "tables_path") return naming->normalize_tables_path(text);
  throw Error(ErrorCode::kInvalidArgument, fmt::format("function is not known: '{}'", function));
}

}  // namespace

std::optional<std::string> check_naming(const Json& vector) {
  const bool refuses = vector.contains("error");
  const std::string expected = refuses ? "refusal" : vector.at("output").dump();
  std::string actual;
  try {
    actual = Json(apply(vector)).dump();
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kSchema) throw;
    actual = "refusal";
  }
  if (actual == expected) return {};
  return fmt::format("expected {}, actual {}", expected, actual);
}

}  // namespace dlt::conformance
