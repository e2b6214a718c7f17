// SPDX-License-Identifier: Apache-2.0
#include "core/json/bracket_scan.hpp"

#include <algorithm>
#include <random>
#include <string>

#include <gtest/gtest.h>

#include "core/json/padded_bytes.hpp"

namespace dlt {
namespace {

/// The definition, byte by byte.
std::size_t brackets_by_definition(BracketState& state, std::string_view text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    const bool escaped = state.escaped;
    state.escaped = c == '\\' && !escaped;
    if (c == '"' && !escaped) state.in_string = !state.in_string;
    if (state.in_string) continue;
    if (c == '{' || c == '[') ++state.depth;
    if ((c == '}' || c == ']') && --state.depth == 0) {
      state = BracketState{};
      return at + 1;
    }
  }
  return text.size();
}

std::size_t string_by_definition(BracketState& state, std::string_view text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool escaped = state.escaped;
    state.escaped = text[at] == '\\' && !escaped;
    if (text[at] == '"' && !escaped) {
      state = BracketState{};
      return at + 1;
    }
  }
  return text.size();
}

class ScanKernelTest : public testing::TestWithParam<const ScanKernel*> {
 protected:
  std::string random_text(std::string_view alphabet) {
    std::string text(random_() % 300, '\0');
    for (char& c : text) c = alphabet[random_() % alphabet.size()];
    return text;
  }
  /// Scans `text` in pieces, each followed by bytes that would lead astray if they were looked at.
  template <typename Scan>
  std::size_t in_pieces(const std::string& text, BracketState& state, Scan scan) {
    std::size_t at = 0;
    while (at < text.size()) {
      const std::size_t length = 1 + random_() % (text.size() - at);
      PaddedBytes piece(text.substr(at, length));
      std::fill_n(piece.data() + length, kJsonPadding, "}\"\\\n"[random_() % 4]);
      const char* begin = piece.data();
      const auto scanned = static_cast<std::size_t>(scan(state, begin, begin + length) - begin);
      at += scanned;
      if (scanned < length || (state.depth == 0 && !state.in_string)) return at;
    }
    return at;
  }

  std::uint64_t seed_ = std::random_device{}();
  std::mt19937_64 random_{seed_};
};

TEST_P(ScanKernelTest, FindsTheClosingBracketAsDefined) {
  for (const std::string_view alphabet :
       {"{}[]\"\\ax", "{[}]", "{}\\\\\\\"", "\\\"", "{}aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"",
        "[\x7b\x7d\x5b\x5d\x3b\x1b\x1d\xfb\xdb\xfd\xdd;="}) {
    for (int round = 0; round < 3000; ++round) {
      const std::string text = random_text(alphabet);
      BracketState expected{.depth = 1 + random_() % 3,
                            .in_string = random_() % 2 == 0,
                            .escaped = random_() % 2 == 0};
      BracketState actual = expected;
      const std::size_t end = brackets_by_definition(expected, text);
      ASSERT_EQ(in_pieces(text, actual, GetParam()->brackets), end)
          << "seed " << seed_ << ", text " << text;
      ASSERT_EQ(actual.depth, expected.depth) << "seed " << seed_ << ", text " << text;
      ASSERT_EQ(actual.in_string, expected.in_string) << "seed " << seed_ << ", text " << text;
      ASSERT_EQ(actual.escaped, expected.escaped) << "seed " << seed_ << ", text " << text;
    }
  }
}

TEST_P(ScanKernelTest, FindsTheClosingQuoteAsDefined) {
  for (const std::string_view alphabet :
       {"\\\\\\\\\\\"", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\\\"", "\\"}) {
    for (int round = 0; round < 3000; ++round) {
      const std::string text = random_text(alphabet);
      BracketState expected{.depth = 0, .in_string = true, .escaped = random_() % 2 == 0};
      BracketState actual = expected;
      const std::size_t end = string_by_definition(expected, text);
      ASSERT_EQ(in_pieces(text, actual, GetParam()->string), end)
          << "seed " << seed_ << ", text " << text;
      ASSERT_EQ(actual.in_string, expected.in_string) << "seed " << seed_ << ", text " << text;
      ASSERT_EQ(actual.escaped, expected.escaped) << "seed " << seed_ << ", text " << text;
    }
  }
}

TEST_P(ScanKernelTest, CountsNewlines) {
  for (int round = 0; round < 1000; ++round) {
    const std::string text = random_text("\n\r\x0b\x8a ");
    PaddedBytes bytes(text);
    std::fill_n(bytes.data() + text.size(), kJsonPadding, '\n');
    ASSERT_EQ(GetParam()->count_newlines(bytes.data(), bytes.data() + text.size()),
              static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')))
        << "seed " << seed_;
  }
}

INSTANTIATE_TEST_SUITE_P(Kernels, ScanKernelTest, testing::ValuesIn(scan_kernels()),
                         [](const auto& test) { return std::string(test.param->name); });

TEST(ScanKernelsTest, TheBestIsTheFirst) { EXPECT_EQ(&best_scan_kernel(), scan_kernels().front()); }

}  // namespace
}  // namespace dlt
