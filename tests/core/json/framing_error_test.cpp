// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/json/framed.hpp"
#include "core/thrown_error.hpp"

namespace dlt {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using namespace std::string_literals;

struct Broken {
  const char* name;
  std::string text;
  std::size_t records;  // that come before
  const char* error;
};

class BrokenTextTest : public testing::TestWithParam<Broken> {};

TEST_P(BrokenTextTest, IsRefusedWithItsPlaceAfterTheRecordsBeforeIt) {
  for (const std::size_t block_bytes : {1, 2, 5, 64, 1000}) {
    const Framed framed =
        frame(GetParam().text, {.format = JsonFormat::kJson, .block_bytes = block_bytes});
    EXPECT_EQ(framed.errors, std::vector<std::string>{GetParam().error})
        << "in blocks of " << block_bytes;
    EXPECT_EQ(framed.records.size(), GetParam().records) << "in blocks of " << block_bytes;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Framing, BrokenTextTest,
    testing::Values(
        Broken{"NoJson", "id,name\n1,x\n", 0, "1:1 not JSON: expected a value, found 'i'"},
        Broken{"ControlByte", "\n\x01", 0, "2:2 not JSON: expected a value, found byte 0x01"},
        Broken{"NotAscii", "1 \xe4", 1, "1:3 not JSON: expected a value, found byte 0xe4"},
        Broken{"SecondMark", "1 \xef\xbb\xbf", 1,
               "1:3 not JSON: expected a value, found byte 0xef"},
        Broken{"CommaBetweenRecords", "{\"a\":1},\n{\"a\":2}", 1,
               "1:8 expected the next record or the end of the input, found ','"},
        Broken{"ClosesNothing", "{\"a\":1}}\n", 1, "1:8 '}' closes nothing"},
        Broken{"ArrayClosedTwice", "[1]\n]", 1, "2:5 ']' closes nothing"},
        Broken{"Colon", "\"a\":1", 1, "1:4 not JSON: expected a value, found ':'"},
        Broken{"TrailingComma", "[1,\n2,\n]", 2, "3:8 expected a value after ',', found ']'"},
        Broken{"TwoCommas", "[1,,2]", 1, "1:4 expected a value after ',', found ','"},
        Broken{"LeadingComma", "[,1]", 0, "1:2 expected a value or ']', found ','"},
        Broken{"MissingComma", "[{\"a\":1}\n{\"a\":2}]", 1,
               "2:10 expected ',' or ']' after element 1, found '{'"},
        Broken{"LateMissingComma", "[1,2,3 4]", 3,
               "1:8 expected ',' or ']' after element 3, found '4'"},
        Broken{"GarbageInArray", "[1,x]", 1, "1:4 expected a value after ',', found 'x'"},
        Broken{"ArrayClosedByBrace", "[1}", 1,
               "1:3 expected ',' or ']' after element 1, found '}'"},
        Broken{"EndInArray", "[1,\n2", 2, "2:6 the input ends before the ']' of the array"},
        Broken{"EndAfterComma", "[1,", 1, "1:4 the input ends before the ']' of the array"},
        Broken{"EndAfterBracket", "1 [", 1, "1:4 the input ends before the ']' of the array"},
        Broken{"EndInRecord", "{\"a\":1}\n {\"a\":[1,\n", 1,
               "2:10 the input ends within the record that begins here: 2 brackets are left open"},
        Broken{"EndInElement", "[{\"a\":1", 0,
               "1:2 the input ends within the record that begins here: 1 bracket is left open"},
        Broken{"EndInString", "1\n\"abc", 1,
               "2:3 the input ends within a string of the record that begins here"},
        Broken{"EndInStringOfRecord", "{\"a\": \"x}\n", 0,
               "1:1 the input ends within a string of the record that begins here"},
        Broken{"EndInEscape", "[\"x\\", 0,
               "1:2 the input ends within a string of the record that begins here"}),
    [](const auto& test) { return test.param.name; });

TEST(FramingErrorTest, NamesTheFileAndStays) {
  const auto source = memory_source("[1,]", "some/file.json");
  RecordFramer framer(*source, {});
  RecordBlock block;
  ASSERT_TRUE(framer.next(block));
  for (int time = 0; time < 2; ++time) {
    const Error error = thrown_by([&] { framer.next(block); });
    EXPECT_EQ(error.code(), ErrorCode::kBadRecord);
    EXPECT_EQ(error.context().file, "some/file.json");
    EXPECT_EQ(error.hint(), "remove the comma before the ']'");
  }
}

TEST(FramingErrorTest, LargeRecordNamesTheOption) {
  const auto source = memory_source("[12345]", "some/file.json");
  RecordFramer framer(*source, {.max_record_bytes = 4});
  RecordBlock block;
  const Error error = thrown_by([&] { framer.next(block); });
  EXPECT_EQ(error.code(), ErrorCode::kBadRecord);
  EXPECT_EQ(error.context().file, "some/file.json");
  EXPECT_THAT(error.hint(), HasSubstr("max_record_bytes"));
  EXPECT_FALSE(framer.next(block));
}

TEST(FramingErrorTest, ForeignContentIsNamed) {
  struct Row {
    std::string text;
    const char* what;
  };
  for (const Row& row : {
           Row{"\xff\xfe{\0}\0"s, "UTF-16 text"},
           Row{"\xfe\xff\0{\0}"s, "UTF-16 text"},
           Row{"\xff\xfe\0\0{\0\0\0"s, "UTF-32 text"},
           Row{"\0\0\xfe\xff\0\0\0{"s, "UTF-32 text"},
           Row{"{\0\"\0a\0"s, "UTF-16 text"},
           Row{"\0{\0\"\0a"s, "UTF-16 text"},
           Row{"{\"a\":1}\0\0\0\0\0\0"s, "binary data"},
           Row{"\0\0\0\0"s, "binary data"},
           Row{"\x1f\x8b\x08\0"s, "gzip data"},
           Row{"\x28\xb5\x2f\xfd"s, "zstd data"},
           Row{"BZh91AY"s, "bzip2 data"},
           Row{"\xfd"
               "7zXZ\0"s,
               "xz data"},
           Row{"\x04\x22\x4d\x18"s, "lz4 data"},
           Row{"PK\x03\x04"s, "a zip archive"},
           Row{"PAR1\x15\x04"s, "a Parquet file"},
           Row{"ARROW1\0\0"s, "an Arrow file"},
           Row{"Obj\x01\x04"s, "an Avro file"},
           Row{"SQLite format 3\0"s, "an SQLite database"},
       }) {
    for (const JsonFormat format : {JsonFormat::kAuto, JsonFormat::kJsonl, JsonFormat::kJson}) {
      const auto source = memory_source(row.text, "in.dat");
      RecordFramer framer(*source, {.format = format});
      RecordBlock block;
      const Error error = thrown_by([&] { framer.next(block); });
      EXPECT_EQ(error.code(), ErrorCode::kBadRecord);
      EXPECT_EQ(error.message(),
                fmt::format("not JSON in UTF-8: 'in.dat' looks like {}", row.what));
      EXPECT_EQ(error.context().file, "in.dat");
      EXPECT_FALSE(error.hint().empty());
    }
  }
}

TEST(FramingErrorTest, OneNulIsTheParsersBusiness) {
  const Framed framed = frame("{\"a\":1}\n{\"b\0\":1}\n{\"c\":12345678}\n"s);
  EXPECT_THAT(framed.errors, IsEmpty());
  EXPECT_EQ(framed.records.size(), 3u);
}

TEST(FramingErrorTest, OptionsAreChecked) {
  const auto source = memory_source("", "input");
  const auto refused = [&](const FramingOptions& options) {
    return thrown_by([&] { RecordFramer framer(*source, options); });
  };
  EXPECT_EQ(refused({.block_bytes = 0}).message(),
            "block_bytes out of range: expected 1 to 1073741824, got 0");
  EXPECT_EQ(refused({.max_record_bytes = 0}).message(),
            "max_record_bytes out of range: expected 1 to 1073741824, got 0");
  EXPECT_EQ(refused({.max_record_bytes = (1u << 30) + 1}).code(), ErrorCode::kInvalidArgument);
  EXPECT_EQ(refused({.record_path = "a[?x]"}).code(), ErrorCode::kInvalidArgument);
}

/// Fails after its text.
class FailingSource final : public ByteSource {
 public:
  explicit FailingSource(std::string text) : source_(memory_source(std::move(text), "input")) {}
  std::size_t read(char* into, std::size_t capacity) override {
    const std::size_t got = source_->read(into, capacity);
    if (got == 0) throw Error(ErrorCode::kIo, "the line broke");
    return got;
  }
  const std::string& name() const override { return source_->name(); }
  std::uint64_t position() const override { return source_->position(); }

 private:
  std::unique_ptr<ByteSource> source_;
};

TEST(FramingErrorTest, ErrorsOfTheSourceComeThroughAndStay) {
  for (const std::size_t lines : {0, 1, 100}) {
    std::string text;
    for (std::size_t line = 0; line < lines; ++line) text += "12\n";
    FailingSource source(text);
    RecordFramer framer(source, {.block_bytes = 30});
    RecordBlock block;
    std::size_t records = 0;
    while (records < lines / 10 * 10) {
      ASSERT_TRUE(framer.next(block));
      records += block.records.size();
    }
    EXPECT_EQ(thrown_by([&] { framer.next(block); }).message(), "the line broke");
    EXPECT_EQ(thrown_by([&] { framer.next(block); }).message(), "the line broke");
  }
}

}  // namespace
}  // namespace dlt
