// SPDX-License-Identifier: Apache-2.0
#include "core/json/canonical.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <vector>

#include <dlt/error.hpp>
#include <fmt/core.h>
#include <nlohmann/json.hpp>

namespace dlt {
namespace {

constexpr int kMaxDepth = 1024;

// What stands after the backslash; 'u': \u00xx; 0: the byte is written as it is.
constexpr std::array<char, 256> kEscapes = [] {
  std::array<char, 256> escapes{};
  for (std::size_t byte = 0; byte < 0x20; ++byte) escapes[byte] = 'u';
  escapes['\b'] = 'b';
  escapes['\t'] = 't';
  escapes['\n'] = 'n';
  escapes['\f'] = 'f';
  escapes['\r'] = 'r';
  escapes['"'] = '"';
  escapes['\\'] = '\\';
  return escapes;
}();

template <typename Integer>
void append_integer(std::string& out, Integer value) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  out.append(digits, end);
}

class Writer {
 public:
  Writer(std::string& out, SortKeys sort_keys) : out_(out), sort_keys_(sort_keys) {}

  void write(const Json& value, int depth) {
    switch (value.type()) {
      case Json::value_t::null:
        out_ += "null";
        return;
      case Json::value_t::boolean:
        out_ += value.get<bool>() ? "true" : "false";
        return;
      case Json::value_t::number_integer:
        append_integer(out_, value.get<std::int64_t>());
        return;
      case Json::value_t::number_unsigned:
        append_integer(out_, value.get<std::uint64_t>());
        return;
      case Json::value_t::number_float:
        append_json_double(out_, value.get<double>());
        return;
      case Json::value_t::string:
        append_json_string(out_, value.get_ref<const std::string&>());
        return;
      case Json::value_t::array:
        write_array(value, descend(depth));
        return;
      case Json::value_t::object:
        write_object(value.get_ref<const Object&>(), descend(depth));
        return;
      case Json::value_t::binary:
      case Json::value_t::discarded:
        break;
    }
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("value cannot be written as JSON: type '{}'", value.type_name()),
                "pass bytes as dlt::Binary");
  }

 private:
  using Object = Json::object_t;
  using Member = Object::value_type;

  static int descend(int depth) {
    if (depth == kMaxDepth) {
      throw Error(ErrorCode::kInvalidArgument,
                  fmt::format("JSON is nested too deep: at most {} levels", kMaxDepth));
    }
    return depth + 1;
  }

  void write_array(const Json& array, int depth) {
    char separator = '[';
    for (const Json& element : array) {
      out_ += separator;
      separator = ',';
      write(element, depth);
    }
    out_ += separator == '[' ? "[]" : "]";
  }

  void write_object(const Object& object, int depth) {
    // The objects on the way down share one array, so that a row costs no allocation once it has
    // grown.
    const std::size_t first = members_.size();
    for (const Member& member : object) members_.push_back(&member);
    const std::size_t last = members_.size();
    if (sort_keys_ == SortKeys::kYes) {
      std::sort(members_.begin() + static_cast<std::ptrdiff_t>(first), members_.end(),
                [](const Member* a, const Member* b) { return a->first < b->first; });
    }
    char separator = '{';
    for (std::size_t index = first; index != last; ++index) {
      const Member& member = *members_[index];
      out_ += separator;
      separator = ',';
      append_json_string(out_, member.first);
      out_ += ':';
      write(member.second, depth);
    }
    out_ += separator == '{' ? "{}" : "}";
    members_.resize(first);
  }

  std::string& out_;
  SortKeys sort_keys_;
  std::vector<const Member*> members_;
};

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  std::size_t start = 0;
  for (std::size_t i = 0; i != text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const char escape = kEscapes[byte];
    if (escape == 0) continue;
    out.append(text, start, i - start);
    start = i + 1;
    out += '\\';
    out += escape;
    if (escape == 'u') {
      constexpr char kHex[] = "0123456789abcdef";
      out += "00";
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
  }
  out.append(text, start);
  out += '"';
}

void append_json_double(std::string& out, double value) {
  if (!std::isfinite(value)) {
    out += "null";
    return;
  }
  // Shortest digits first, as d.ddde±xx; then laid out as orjson does: plain for exponents of -5 to
  // 15, else d.dde+x.
  char text[32];
  const char* end =
      std::to_chars(text, text + sizeof text, std::abs(value), std::chars_format::scientific).ptr;
  const char* const e = std::find(static_cast<const char*>(text), end, 'e');
  int exponent = 0;
  // from_chars reads no plus sign.
  std::from_chars(e[1] == '+' ? e + 2 : e + 1, end, exponent);
  char digits[24];
  std::size_t count = 0;
  for (const char* at = text; at != e; ++at) {
    if (*at != '.') digits[count++] = *at;
  }

  if (std::signbit(value)) out += '-';
  if (exponent < -5 || exponent > 15) {
    out += digits[0];
    if (count > 1) out.append(1, '.').append(digits + 1, count - 1);
    out += exponent < 0 ? "e-" : "e+";
    append_integer(out, std::abs(exponent));
  } else if (exponent < 0) {
    out.append("0.").append(static_cast<std::size_t>(-exponent - 1), '0').append(digits, count);
  } else {
    const std::size_t whole = static_cast<std::size_t>(exponent) + 1;
    if (count > whole) {
      out.append(digits, whole).append(1, '.').append(digits + whole, count - whole);
    } else {
      out.append(digits, count).append(whole - count, '0').append(".0");
    }
  }
}

void append_compact_json(std::string& out, const Json& value, SortKeys sort_keys) {
  Writer(out, sort_keys).write(value, 0);
}

std::string compact_json(const Json& value, SortKeys sort_keys) {
  std::string out;
  append_compact_json(out, value, sort_keys);
  return out;
}

}  // namespace dlt
