// SPDX-License-Identifier: Apache-2.0
#include "schema/naming_conventions.hpp"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include <dlt/error.hpp>
#include <fmt/core.h>

#include "core/text/unicode.hpp"
#include "core/text/utf8.hpp"

namespace dlt {
namespace {

// Rules: dlt 1.26, dlt/common/normalizers/naming/<name>.py. The vectors are in
// tests/conformance/data/units/naming.jsonl.

std::string contract_underscores(std::string_view text) {
  std::string contracted;
  contracted.reserve(text.size());
  for (const char c : text) {
    if (c != '_' || contracted.empty() || contracted.back() != '_') contracted += c;
  }
  return contracted;
}

// Runs of what is neither an ASCII letter, nor a decimal digit of any script, nor an underscore,
// become one underscore.
std::string replace_non_alphanumeric(std::string_view text) {
  std::string replaced;
  replaced.reserve(text.size());
  bool in_run = false;
  for (std::size_t at = 0; at != text.size();) {
    const std::size_t start = at;
    const char32_t code_point = next_code_point(text, at);
    const bool kept = code_point < 0x80 ? is_ascii_alnum(text[start]) || text[start] == '_'
                                        : is_decimal_digit(code_point);
    if (kept) {
      replaced.append(text, start, at - start);
    } else if (!in_run) {
      replaced += '_';
    }
    in_run = !kept;
  }
  return replaced;
}

bool starts_with_digit(std::string_view text) {
  std::size_t at = 0;
  return !text.empty() && is_decimal_digit(next_code_point(text, at));
}

// re.sub("([^_])([A-Z][a-z]+)", r"\1_\2"): a match takes its lower-case letters with it, the next
// one begins behind them.
std::string break_before_words(std::string_view text) {
  std::string broken;
  broken.reserve(text.size() * 2);
  for (std::size_t at = 0; at != text.size();) {
    broken += text[at];
    const bool is_word = text[at] != '_' && text.size() - at > 2 && is_ascii_upper(text[at + 1]) &&
                         is_ascii_lower(text[at + 2]);
    ++at;
    if (!is_word) continue;
    broken += '_';
    broken += text[at++];
    while (at != text.size() && is_ascii_lower(text[at])) broken += text[at++];
  }
  return broken;
}

// re.sub("([a-z0-9])([A-Z])", r"\1_\2"), then lower case.
std::string break_before_capitals(std::string_view text) {
  std::string broken;
  broken.reserve(text.size() * 2);
  char before = '_';
  for (const char c : text) {
    if (is_ascii_upper(c) && (is_ascii_lower(before) || is_ascii_digit(before))) broken += '_';
    broken += to_ascii_lower(c);
    before = c;
  }
  return broken;
}

class SnakeCase : public NamingConvention {
 public:
  using NamingConvention::NamingConvention;
  std::string_view name() const override { return "snake_case"; }
  bool case_sensitive() const override { return false; }

 protected:
  std::string convert(std::string_view stripped) const override {
    std::string text(stripped);
    for (char& c : text) {
      switch (c) {
        case '+':
        case '*':
          c = 'x';
          break;
        case '-':
          c = '_';
          break;
        case '@':
          c = 'a';
          break;
        case '|':
          c = 'l';
          break;
        default:
          break;
      }
    }
    text = break_before_capitals(break_before_words(replace_non_alphanumeric(text)));
    if (starts_with_digit(text)) text.insert(0, 1, '_');
    // Each underscore at the end becomes an x before runs are contracted: names must not end like a
    // separator begins.
    for (std::size_t at = text.size(); at != 0 && text[at - 1] == '_'; --at) text[at - 1] = 'x';
    return contract_underscores(text);
  }
};

class S3Tables final : public SnakeCase {
 public:
  explicit S3Tables(NameLimit limit) : SnakeCase(limited(limit)) {}
  std::string_view name() const override { return "s3_tables"; }

  std::string normalize_table_identifier(std::string_view identifier) const override {
    std::string normalized = SnakeCase::normalize_table_identifier(identifier);
    normalized.erase(0, normalized.find_first_not_of('_'));
    return normalized;
  }

 private:
  static constexpr int kMaxLength = 255;

  static NameLimit limited(NameLimit limit) {
    if (limit.length > kMaxLength) {
      throw Error(
          ErrorCode::kInvalidArgument,
          fmt::format(
              "max_length is too large for naming convention 's3_tables': at most {}, got {}",
              kMaxLength, *limit.length));
    }
    limit.length = limit.length.value_or(kMaxLength);
    return limit;
  }
};

class DuckCase final : public NamingConvention {
 public:
  using NamingConvention::NamingConvention;
  std::string_view name() const override { return "duck_case"; }
  bool case_sensitive() const override { return true; }

 protected:
  std::string convert(std::string_view stripped) const override {
    std::string text(stripped);
    for (char& c : text) {
      if (c == '\n' || c == '\r' || c == '"') c = '_';
    }
    return contract_underscores(text);
  }
};

class Direct final : public NamingConvention {
 public:
  using NamingConvention::NamingConvention;
  std::string_view name() const override { return "direct"; }
  bool case_sensitive() const override { return true; }
  std::string_view path_separator() const override { return "▶"; }

 protected:
  std::string convert(std::string_view stripped) const override {
    std::string text;
    text.reserve(stripped.size());
    for (std::size_t at = 0; at != stripped.size();) {
      if (stripped.substr(at).starts_with(path_separator())) {
        text += '_';
        at += path_separator().size();
      } else {
        const char c = stripped[at++];
        text += c == '\n' || c == '\r' || c == '\'' || c == '"' ? '_' : c;
      }
    }
    return text;
  }
};

class SqlCs : public NamingConvention {
 public:
  using NamingConvention::NamingConvention;
  std::string_view name() const override { return "sql_cs_v1"; }
  bool case_sensitive() const override { return true; }

 protected:
  std::string convert(std::string_view stripped) const override {
    std::string text = replace_non_alphanumeric(stripped);
    if (starts_with_digit(text)) text.insert(0, 1, '_');
    if (text != "_") text.erase(text.find_last_not_of('_') + 1);
    return contract_underscores(text);
  }
};

class SqlCi final : public SqlCs {
 public:
  using SqlCs::SqlCs;
  std::string_view name() const override { return "sql_ci_v1"; }
  bool case_sensitive() const override { return false; }

 protected:
  std::string convert(std::string_view stripped) const override {
    std::string text = SqlCs::convert(stripped);
    std::transform(text.begin(), text.end(), text.begin(), to_ascii_lower);
    return text;
  }
};

template <typename Convention>
std::shared_ptr<const NamingConvention> make(NameLimit limit) {
  return std::make_shared<const Convention>(limit);
}

constexpr BuiltInNaming kBuiltIn[] = {
    {"direct", make<Direct>},        {"duck_case", make<DuckCase>}, {"s3_tables", make<S3Tables>},
    {"snake_case", make<SnakeCase>}, {"sql_ci_v1", make<SqlCi>},    {"sql_cs_v1", make<SqlCs>},
};

}  // namespace

std::span<const BuiltInNaming> built_in_namings() { return kBuiltIn; }

}  // namespace dlt
