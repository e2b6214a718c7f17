// SPDX-License-Identifier: Apache-2.0
#include "csv/records.hpp"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "core/dealt_bytes.hpp"
#include "core/thrown_error.hpp"

namespace dlt::csv {
namespace {

constexpr std::size_t kLarge = std::size_t{1} << 20;

/// Every record: its line, and its fields in brackets, in angles those in quotes.
std::string read(const std::string& text, const Dialect& dialect = {}, std::size_t piece = kLarge,
                 std::size_t max_record_bytes = kLarge) {
  RecordReader records(std::make_unique<DealtBytes>(text, piece), "a.csv", dialect,
                       max_record_bytes);
  std::string all;
  while (records.next()) {
    all += fmt::format("{}:", records.line());
    if (records.is_too_large()) all += "too large";
    for (const CsvField& field : records.fields())
      all += fmt::format(fmt::runtime(field.is_quoted ? "<{}>" : "[{}]"), field.text);
    all += ' ';
  }
  return all;
}

struct Text {
  const char* name;
  std::string text;
  std::string records;
  Dialect dialect = {};
};

void PrintTo(const Text& text, std::ostream* out) { *out << text.name; }

class CsvRecords : public testing::TestWithParam<Text> {};

TEST_P(CsvRecords, AreWhatIsWrittenHoweverItIsDealtOut) {
  for (const std::size_t piece : {kLarge, std::size_t{1}, std::size_t{3}})
    EXPECT_EQ(read(GetParam().text, GetParam().dialect, piece), GetParam().records) << piece;
}

INSTANTIATE_TEST_SUITE_P(
    Texts, CsvRecords,
    testing::Values(
        Text{"none", "", ""}, Text{"mark_only", "\xEF\xBB\xBF", ""},
        Text{"plain", "a,b\n1,\n", "1:[a][b] 2:[1][] "},
        Text{"no_end", "a,b\n1,2", "1:[a][b] 2:[1][2] "},
        Text{"ends_with_delimiter", "a,", "1:[a][] "},
        Text{"mark",
             "\xEF\xBB\xBF"
             "a\n",
             "1:[a] "},
        Text{"ends_of_lines", "a\r\nb\rc\n\r\n\rd", "1:[a] 2:[b] 3:[c] 4:[] 5:[] 6:[d] "},
        Text{"quotes", "\"a\",\"b,\"\"c\"\"\"\n\"\",x\"y\n", "1:<a><b,\"c\"> 2:<>[x\"y] "},
        Text{"lines_in_quotes", "\"a\n\r\nb\",1\nc\n", "1:<a\n\r\nb>[1] 4:[c] "},
        Text{"quote_at_the_end", "\"a\"", "1:<a> "},
        Text{"other_quote", "'a;b';c\n", "1:<a;b>[c] ", {.delimiter = ";", .quote = "'"}},
        Text{"no_quote", "\"a,b\"\n", "1:[\"a][b\"] ", {.quote = ""}},
        Text{"long_delimiter", "a||b|c||\n|||d", "1:[a][b|c][] 2:[][|d] ", {.delimiter = "||"}}),
    [](const auto& tested) { return tested.param.name; });

TEST(RecordReaderTest, LeavesOutWhatIsTooLarge) {
  const std::string text = "a,b\n\"" + std::string(50, 'x') + "\n" + std::string(50, 'x') +
                           "\",1\r\n" + std::string(10, 'y') + "\nlast\n";
  for (const std::size_t piece : {kLarge, std::size_t{1}, std::size_t{7}}) {
    EXPECT_EQ(read(text, {}, piece, 10), "1:[a][b] 2:too large 4:[yyyyyyyyyy] 5:[last] ") << piece;
    EXPECT_EQ(read(text, {}, piece, 9), "1:[a][b] 2:too large 4:too large 5:[last] ") << piece;
  }
}

TEST(RecordReaderTest, RefusesQuotesThatMayEndAnywhere) {
  for (const std::size_t piece : {kLarge, std::size_t{1}}) {
    Error error = thrown_by([&] { read("a\nb,\"c\nd\n", {}, piece); });
    EXPECT_EQ(error.message(), "a quote that opens in this record is not closed");
    EXPECT_EQ(error.context().line, 2U);
    EXPECT_EQ(error.context().file, "a.csv");
    error = thrown_by([&] { read("a\n\"b\"c\n", {}, piece); });
    EXPECT_EQ(error.message(), "text follows a quote that closes a field");
    EXPECT_EQ(error.context().line, 2U);
  }
}

/// Writes a record in one of the ways in which its fields can be written.
std::string written(const std::vector<std::string>& fields, std::mt19937& random) {
  std::string record;
  for (const std::string& field : fields) {
    if (&field != fields.data()) record += ',';
    const bool has_to = field.find_first_of(",\"\r\n") != std::string::npos;
    if (!has_to && random() % 2 == 0) {
      record += field;
      continue;
    }
    record += '"';
    for (const char c : field) record += c == '"' ? "\"\"" : std::string(1, c);
    record += '"';
  }
  return record;
}

TEST(RecordReaderTest, ReadsWhatWasWritten) {
  std::mt19937 random(1);
  static constexpr std::string_view kLetters = "ab,\"\r\n; ";
  static const std::vector<std::string> kEnds = {"\n", "\r\n", "\r"};
  for (int round = 0; round < 2000; ++round) {
    std::string text;
    std::vector<std::vector<std::string>> expected;
    const std::string& end = kEnds[random() % kEnds.size()];
    for (std::size_t i = random() % 8; i > 0; --i) {
      std::vector<std::string>& fields = expected.emplace_back(random() % 3 + 2);
      for (std::string& field : fields) {
        for (std::size_t letters = random() % 6; letters > 0; --letters)
          field += kLetters[random() % kLetters.size()];
      }
      text += written(fields, random) + end;
    }
    RecordReader records(std::make_unique<DealtBytes>(text, random() % 9 + 1), "a.csv", {}, kLarge);
    std::vector<std::vector<std::string>> found;
    while (records.next()) {
      std::vector<std::string>& fields = found.emplace_back();
      for (const CsvField& field : records.fields()) fields.emplace_back(field.text);
    }
    ASSERT_EQ(found, expected) << text;
  }
}

}  // namespace
}  // namespace dlt::csv
