// SPDX-License-Identifier: Apache-2.0
#include "schema/yaml.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <yaml-cpp/yaml.h>

#include "core/text/utf8.hpp"
#include "dlt/error.hpp"
#include "schema/properties.hpp"

namespace dlt {
namespace {

constexpr int kMaxDepth = 64;
// Aliases are written out, and aliases of aliases grow without bound.
constexpr std::size_t kMaxNodes = 4'000'000;

constexpr std::array<std::string_view, 5> kNull = {"", "~", "null", "Null", "NULL"};
constexpr std::array<std::string_view, 9> kTrue = {"true", "True", "TRUE", "yes", "Yes",
                                                   "YES",  "on",   "On",   "ON"};
constexpr std::array<std::string_view, 9> kFalse = {"false", "False", "FALSE", "no", "No",
                                                    "NO",    "off",   "Off",   "OFF"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

std::optional<Json> parse_integer(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (text.empty() || !is_digit(text.front())) return {};
  int base = 10;
  if (text.starts_with("0x")) {
    base = 16;
  } else if (text.starts_with("0b")) {
    base = 2;
  } else if (text.size() > 1 && text.front() == '0') {
    base = 8;
  }
  if (base == 16 || base == 2) text.remove_prefix(2);
  std::string digits(text);
  std::erase(digits, '_');
  std::uint64_t magnitude = 0;
  const char* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, magnitude, base);
  if (error != std::errc() || stop != end) return {};
  if (!negative) return Json(magnitude);
  if (magnitude > std::uint64_t{1} << 63) return {};
  return Json(static_cast<std::int64_t>(0 - magnitude));
}

std::optional<Json> parse_float(std::string_view text) {
  if (text == ".nan" || text == ".NaN" || text == ".NAN") return Json(std::nan(""));
  std::string_view magnitude = text;
  if (magnitude.starts_with('-') || magnitude.starts_with('+')) magnitude.remove_prefix(1);
  if (magnitude == ".inf" || magnitude == ".Inf" || magnitude == ".INF") {
    return Json(text.starts_with('-') ? -HUGE_VAL : HUGE_VAL);
  }
  // YAML 1.1 wants the point, and a sign in the exponent.
  const std::size_t point = magnitude.find('.');
  if (point == std::string_view::npos || magnitude.size() < 2) return {};
  const std::size_t exponent = magnitude.find_first_of("eE");
  if (exponent != std::string_view::npos &&
      (exponent < point || exponent + 1 >= magnitude.size() ||
       (magnitude[exponent + 1] != '-' && magnitude[exponent + 1] != '+'))) {
    return {};
  }
  std::string digits(magnitude);
  std::erase(digits, '_');
  if (!is_digit(digits.front()) && digits.front() != '.') return {};
  double value = 0;
  const char* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, value);
  if (error != std::errc() || stop != end) return {};
  return Json(text.starts_with('-') ? -value : value);
}

// What a plain scalar stands for when it is no text.
std::optional<Json> resolve(std::string_view text) {
  if (contains(kNull, text)) return Json(nullptr);
  if (contains(kTrue, text)) return Json(true);
  if (contains(kFalse, text)) return Json(false);
  if (auto integer = parse_integer(text)) return integer;
  return parse_float(text);
}

class Reader {
 public:
  Json read(const YAML::Node& node, int depth) {
    if (depth > kMaxDepth) fail(node, fmt::format("nested deeper than {} levels", kMaxDepth));
    if (++nodes_ > kMaxNodes) fail(node, "its aliases are too many when written out");
    switch (node.Type()) {
      case YAML::NodeType::Undefined:
      case YAML::NodeType::Null:
        return nullptr;
      case YAML::NodeType::Scalar:
        return read_scalar(node);
      case YAML::NodeType::Sequence: {
        Json list = Json::array();
        for (const YAML::Node& element : node) list.push_back(read(element, depth + 1));
        return list;
      }
      case YAML::NodeType::Map:
        return read_map(node, depth);
    }
    return nullptr;
  }

 private:
  // yaml-cpp tags quoted scalars "!" and plain ones "?".
  static Json read_scalar(const YAML::Node& node) {
    if (node.Tag() == "?" || node.Tag().empty()) {
      if (auto value = resolve(node.Scalar())) return *value;
    }
    return node.Scalar();
  }

  Json read_map(const YAML::Node& node, int depth) {
    Json object = Json::object();
    for (const auto& entry : node) {
      if (!entry.first.IsScalar()) fail(entry.first, "a key is no text");
      if (const Json key = read_scalar(entry.first); !key.is_string()) {
        fail(entry.first,
             fmt::format("a key is no text: {} (put it in quotes)", entry.first.Scalar()));
      }
      Json value = read(entry.second, depth + 1);
      if (entry.first.Scalar() == "<<" && entry.first.Tag() == "?") {
        for (const auto& [key, merged] : value.items()) {
          if (!object.contains(key)) object[key] = merged;
        }
      } else {
        object[entry.first.Scalar()] = std::move(value);
      }
    }
    return object;
  }

  [[noreturn]] static void fail(const YAML::Node& node, std::string_view what) {
    const YAML::Mark mark = node.Mark();
    throw Error(ErrorCode::kSchema, fmt::format("YAML at line {}, column {}: {}", mark.line + 1,
                                                mark.column + 1, what));
  }

  std::size_t nodes_ = 0;
};

// Dates, times and sexagesimal numbers of YAML 1.1 all begin like this.
bool may_be_number_or_date(std::string_view text) {
  return is_digit(text.front()) ||
         (text.size() > 1 && (text.front() == '-' || text.front() == '+' || text.front() == '.') &&
          (is_digit(text[1]) || text[1] == '.'));
}

bool needs_quotes(std::string_view text) {
  return resolve(text).has_value() || text == "=" || text == "<<" || text == "y" || text == "Y" ||
         text == "n" || text == "N" || may_be_number_or_date(text);
}

void write(YAML::Emitter& out, const Json& value);

void write_text(YAML::Emitter& out, const std::string& text) {
  // The emitter would write something else in its place.
  if (!is_valid_utf8(text))
    throw Error(ErrorCode::kSchema, "a schema holds text that is not UTF-8");
  const bool is_printable =
      std::all_of(text.begin(), text.end(), [](unsigned char c) { return c >= 0x20 && c != 0x7F; });
  if (!is_printable) {
    out << YAML::DoubleQuoted;
  } else if (needs_quotes(text)) {
    out << YAML::SingleQuoted;
  }
  out << text;
}

void write(YAML::Emitter& out, const Json& value) {
  switch (value.type()) {
    case Json::value_t::object:
      if (value.empty()) out << YAML::Flow;
      out << YAML::BeginMap;
      for (const auto& [key, member] : value.items()) {
        out << YAML::Key;
        write_text(out, key);
        out << YAML::Value;
        write(out, member);
      }
      out << YAML::EndMap;
      return;
    case Json::value_t::array:
      if (value.empty()) out << YAML::Flow;
      out << YAML::BeginSeq;
      for (const Json& element : value) write(out, element);
      out << YAML::EndSeq;
      return;
    case Json::value_t::string:
      return write_text(out, value.get_ref<const std::string&>());
    case Json::value_t::boolean:
      out << (value.get<bool>() ? "true" : "false");
      return;
    case Json::value_t::number_integer:
      out << value.get<std::int64_t>();
      return;
    case Json::value_t::number_unsigned:
      out << value.get<std::uint64_t>();
      return;
    case Json::value_t::number_float: {
      std::string text = fmt::format("{}", value.get<double>());
      // "1e+20" would be text under YAML 1.1.
      if (text.find('.') == std::string::npos && text.find('n') == std::string::npos) {
        const std::size_t exponent = std::min(text.find('e'), text.size());
        text.insert(exponent, ".0");
      }
      out << text;
      return;
    }
    default:
      out << YAML::Null;
      return;
  }
}

}  // namespace

Json read_yaml(std::string_view text) {
  try {
    return Reader().read(YAML::Load(std::string(text)), 0);
  } catch (const YAML::Exception& error) {
    throw Error(ErrorCode::kSchema,
                fmt::format("YAML at line {}, column {}: {}", error.mark.line + 1,
                            error.mark.column + 1, error.msg));
  }
}

std::string write_yaml(const Json& value) {
  YAML::Emitter out;
  out.SetIndent(2);
  out.SetNullFormat(YAML::LowerNull);
  write(out, value);
  return std::string(out.c_str(), out.size()) + "\n";
}

}  // namespace dlt
