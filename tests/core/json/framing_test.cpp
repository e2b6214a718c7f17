// SPDX-License-Identifier: Apache-2.0
#include "core/json/framing.hpp"

#include <array>
#include <random>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/json/framed.hpp"

namespace dlt {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using namespace std::string_literals;

std::string joined(const std::vector<std::string>& parts) {
  return fmt::format("{}", fmt::join(parts, " | "));
}

TEST(FramingTest, RecognizesWhatItReads) {
  struct Row {
    const char* name;
    std::string text;
    const char* records;
  };
  for (const Row& row : {
           Row{"empty", "", ""},
           Row{"blank", " \r\n\t\n", ""},
           Row{"only a mark", "\xef\xbb\xbf", ""},
           Row{"lines", "{\"a\":1}\n{\"a\":2}\n", "{\"a\":1} | {\"a\":2}"},
           Row{"no newline at the end", "{\"a\":1}\n{\"a\":2}", "{\"a\":1} | {\"a\":2}"},
           Row{"marked lines", "\xef\xbb\xbf{\"a\":1}\n{\"a\":2}", "{\"a\":1} | {\"a\":2}"},
           Row{"blank lines", "\n \n{\"a\":1}\n\n\t\n{\"a\":2}\n\n", "{\"a\":1} | {\"a\":2}"},
           Row{"carriage returns", "{\"a\":1}\r\n{\"a\":2}\r\n", "{\"a\":1} | {\"a\":2}"},
           Row{"blanks around", "  {\"a\":1}\t \n\t{\"a\":2} ", "{\"a\":1} | {\"a\":2}"},
           Row{"scalar lines", "1\n\"two\"\nnull\n", "1 | \"two\" | null"},
           Row{"a broken second line is one record", "{\"a\":1}\n{\"a\":\n", "{\"a\":1} | {\"a\":"},
           Row{"arrays in lines", "{\"a\":1}\n[1,2]\n", "{\"a\":1} | [1,2]"},
           Row{"one value", "{\"a\":1}", "{\"a\":1}"},
           Row{"one value and a newline", "{\"a\":1}\n", "{\"a\":1}"},
           Row{"pretty-printed", "{\n  \"a\": 1\n}\n{\n  \"a\": 2\n}\n",
               "{\n  \"a\": 1\n} | {\n  \"a\": 2\n}"},
           Row{"several a line", "{\"a\":1}{\"a\":2} {\"a\":3}\n{\"a\":4}",
               "{\"a\":1} | {\"a\":2} | {\"a\":3} | {\"a\":4}"},
           Row{"array", "[{\"a\":1},{\"a\":2}]", "{\"a\":1} | {\"a\":2}"},
           Row{"marked array", "\xef\xbb\xbf\n[1,2]", "1 | 2"},
           Row{"empty array", "[]", ""},
           Row{"blank array", " [ \n ] ", ""},
           Row{"array over lines", "[\n  {\"a\":1} ,\n  {\"a\":2}\n]\n", "{\"a\":1} | {\"a\":2}"},
           Row{"array of scalars", "[1,\"a,]\\\"\",true , null,-1e5]",
               "1 | \"a,]\\\"\" | true | null | -1e5"},
           Row{"array of arrays", "[[1,2],[3],[]]", "[1,2] | [3] | []"},
           Row{"arrays after each other", "[1,2]\n[3]\n{\"a\":4}\n5", "1 | 2 | 3 | {\"a\":4} | 5"},
           Row{"brackets in strings", "[{\"a\":\"}]{[\\\"\"},{\"b\":\"\\\\\"}]",
               "{\"a\":\"}]{[\\\"\"} | {\"b\":\"\\\\\"}"},
       }) {
    for (const std::size_t block_bytes : {1, 2, 3, 7, 1000}) {
      const Framed framed = frame(row.text, {.block_bytes = block_bytes});
      EXPECT_EQ(joined(framed.records), row.records) << row.name << " in blocks of " << block_bytes;
      EXPECT_THAT(framed.errors, IsEmpty()) << row.name << " in blocks of " << block_bytes;
    }
  }
}

TEST(FramingTest, TheFormatCanBeSaid) {
  const std::string arrays = "[1,2]\n[3]\n";
  EXPECT_EQ(joined(frame(arrays, {.format = JsonFormat::kJsonl}).records), "[1,2] | [3]");
  EXPECT_EQ(joined(frame(arrays, {.format = JsonFormat::kJson}).records), "1 | 2 | 3");
  const std::string spread = "{}\n{\n}\n";
  EXPECT_EQ(joined(frame(spread, {.format = JsonFormat::kJsonl}).records), "{} | { | }");
  EXPECT_EQ(joined(frame(spread, {.format = JsonFormat::kJson}).records), "{} | {\n}");
  // Lines are cut without looking into them.
  EXPECT_EQ(joined(frame("}{\n,", {.format = JsonFormat::kJsonl}).records), "}{ | ,");
}

TEST(FramingTest, BlocksHoldWholeRecordsUpToTheirSize) {
  std::string text;
  for (int number = 0; number < 100; ++number) text += "{\"a\":12345}\n";
  const auto source = memory_source(text, "input");
  RecordFramer framer(*source, {.block_bytes = 300});
  RecordBlock block;
  std::size_t records = 0;
  while (framer.next(block)) {
    EXPECT_EQ(block.first_ordinal, records);
    EXPECT_EQ(block.first_byte, records * 12);
    EXPECT_EQ(block.first_line, records + 1);
    EXPECT_EQ(block.source, "input");
    EXPECT_LE(block.bytes.size(), 300u);
    EXPECT_GE(block.bytes.capacity(), block.bytes.size());
    records += block.records.size();
  }
  EXPECT_EQ(records, 100u);
  EXPECT_FALSE(framer.next(block));
}

TEST(FramingTest, ABlockGivesTheMemoryOfAHugeRecordBack) {
  std::string text = "\"" + std::string(100000, 'x') + "\"\n";
  for (int number = 0; number < 100; ++number) text += "1\n";
  const auto source = memory_source(text, "input");
  RecordFramer framer(*source, {.block_bytes = 64});
  RecordBlock block;
  ASSERT_TRUE(framer.next(block));
  EXPECT_GT(block.bytes.capacity(), 100000u);
  ASSERT_TRUE(framer.next(block));
  EXPECT_LT(block.bytes.capacity(), 1000u);
}

TEST(FramingTest, PlacesAreInTheWholeInput) {
  const auto source = memory_source("\n{\"a\":1}\n\n  {\"a\":\n\"x\"}\n", "input.json");
  RecordFramer framer(*source, {.format = JsonFormat::kJson, .block_bytes = 5});
  RecordBlock block;
  ASSERT_TRUE(framer.next(block));
  EXPECT_EQ(shown(block.place(0)), "2:2");
  EXPECT_EQ(block.place(0).file, "input.json");
  ASSERT_TRUE(framer.next(block));
  EXPECT_EQ(shown(block.place(0)), "4:13");
  EXPECT_EQ(shown(block.place(0, 6)), "5:19");
}

TEST(FramingTest, LargeRecordsAreRefusedAndPassedOver) {
  const std::string large = "\"" + std::string(98, 'x') + "\"";
  struct Row {
    const char* name;
    std::string text;
    JsonFormat format;
    const char* error;
  };
  for (const Row& row : {
           Row{"lines", "1\n" + large + "\n3\n", JsonFormat::kJsonl, "2:3"},
           Row{"last line", "1\n2\n" + large, JsonFormat::kJsonl, "3:5"},
           Row{"values", "1 " + large + " 3", JsonFormat::kJson, "1:3"},
           Row{"elements", "[1,\n" + large + ",3]", JsonFormat::kJson, "2:5"},
           Row{"arrays", "1\n{\"a\":" + large + "}\n3", JsonFormat::kAuto, "2:3"},
       }) {
    for (const std::size_t block_bytes : {1, 30, 64, 99, 100, 101, 1000}) {
      const FramingOptions strict{
          .format = row.format, .block_bytes = block_bytes, .max_record_bytes = 99};
      const Framed refused = frame(row.text, strict);
      EXPECT_EQ(refused.errors,
                std::vector{row.error +
                            " the record that begins here is larger than max_record_bytes (99)"s})
          << row.name << " in blocks of " << block_bytes;
      EXPECT_EQ(refused.records.size(), 2u) << row.name << " in blocks of " << block_bytes;
      if (std::string_view(row.name) != "arrays") {
        FramingOptions lenient = strict;
        lenient.max_record_bytes = 100;
        const Framed accepted = frame(row.text, lenient);
        EXPECT_THAT(accepted.errors, IsEmpty()) << row.name << " in blocks of " << block_bytes;
        EXPECT_THAT(accepted.ordinals, ElementsAre(0, 1, 2))
            << row.name << " in blocks of " << block_bytes;
      }
    }
  }
  EXPECT_THAT(frame("1\n" + large + "\n3\n", {.max_record_bytes = 99}).ordinals, ElementsAre(0, 2));
  EXPECT_THAT(frame("[1," + large + "," + large + ",4]", {.block_bytes = 8, .max_record_bytes = 99})
                  .ordinals,
              ElementsAre(0, 3));
}

TEST(FramingTest, AFirstLineThatIsTooLargeIsOneRecord) {
  const std::string text = "{\"a\":\"" + std::string(200, 'x') + "\"}\n{\"a\":1}\n";
  const Framed framed = frame(text, {.block_bytes = 16, .max_record_bytes = 99});
  EXPECT_THAT(framed.errors,
              ElementsAre("1:1 the record that begins here is larger than max_record_bytes (99)"));
  EXPECT_THAT(framed.records, ElementsAre("{\"a\":1}"));
}

/// Texts with known records.
class Generator {
 public:
  explicit Generator(std::uint64_t seed) : random_(seed) {}

  std::size_t below(std::size_t limit) { return random_() % limit; }

  std::string string() {
    static constexpr std::array<const char*, 12> kPieces = {
        "a", "\\\\", "\\\"", "{", "}", "[", "]", ",", ":", "\\n", "ü", "\\\\\\\\\\\\"};
    std::string text = "\"";
    for (std::size_t count = below(below(10) == 0 ? 100 : 6); count > 0; --count)
      text += kPieces[below(kPieces.size())];
    return text + "\"";
  }

  std::string blanks(const char* kinds) {
    std::string text;
    const std::string_view all = kinds;
    while (!all.empty() && below(4) == 0) text += all[below(all.size())];
    return text;
  }

  std::string value(std::size_t depth, const char* kinds) {
    static constexpr std::array<const char*, 7> kScalars = {
        "0", "-12.5e3", "true", "false", "null", "12345678901234567890", "1e5"};
    const std::size_t choice = below(depth == 0 ? 2 : 4);
    if (choice == 0) return kScalars[below(kScalars.size())];
    if (choice == 1) return string();
    std::string text = choice == 2 ? "{" : "[";
    for (std::size_t count = below(5), index = 0; index < count; ++index) {
      if (index > 0) text += ",";
      text += blanks(kinds);
      if (choice == 2) text += string() + blanks(kinds) + ":" + blanks(kinds);
      text += value(depth - 1, kinds) + blanks(kinds);
    }
    return text + (choice == 2 ? "}" : "]");
  }

  void lines(std::string& text, std::vector<std::string>& records) {
    for (std::size_t count = below(20); count > 0; --count) {
      while (below(6) == 0) text += blanks(" \t") + "\n";
      records.push_back(value(4, " \t"));
      text += blanks(" \t") + records.back() + blanks(" \t\r") +
              (count == 1 && below(2) == 0 ? "" : "\n");
    }
  }

  void values(std::string& text, std::vector<std::string>& records) {
    for (std::size_t count = below(6); count > 0; --count) {
      text += blanks(" \n");
      if (below(2) == 0) {
        text += "[" + blanks(" \n");
        for (std::size_t elements = below(8), index = 0; index < elements; ++index) {
          records.push_back(value(4, " \n"));
          text += (index == 0 ? "" : "," + blanks(" \n")) + records.back() + blanks(" \n");
        }
        text += "]";
      } else {
        std::string record = value(4, " \n");
        if (record[0] == '[') continue;  // it would not be one record
        text += record + " ";
        records.push_back(record);
      }
    }
    text += blanks(" \n");
  }

 private:
  std::mt19937_64 random_;
};

TEST(FramingPropertyTest, AnySplitGivesTheRecordsThatWereWritten) {
  const std::uint64_t first_seed = std::random_device{}();
  for (std::uint64_t seed = first_seed; seed < first_seed + 3000; ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    Generator generator(seed);
    const JsonFormat format = generator.below(2) == 0 ? JsonFormat::kJsonl : JsonFormat::kJson;
    std::string text = generator.below(10) == 0 ? "\xef\xbb\xbf" : "";
    std::vector<std::string> records;
    if (format == JsonFormat::kJsonl) {
      generator.lines(text, records);
    } else {
      generator.values(text, records);
    }
    const FramingOptions options{
        .format = format, .block_bytes = 1 + generator.below(generator.below(2) == 0 ? 20 : 500)};
    RandomPortions portions(text, seed, 1 + generator.below(50));
    const Framed framed = frame(portions, options);
    ASSERT_EQ(framed.records, records) << text;
    ASSERT_THAT(framed.errors, IsEmpty()) << text;
    for (std::size_t index = 0; index < records.size(); ++index) {
      ASSERT_EQ(framed.ordinals[index], index);
      std::uint64_t line = 0;
      std::uint64_t byte = 0;
      ASSERT_EQ(std::sscanf(framed.places[index].c_str(), "%lu:%lu", &line, &byte), 2);
      ASSERT_EQ(text.substr(byte - 1, records[index].size()), records[index]) << text;
      ASSERT_EQ(line, 1 + std::count(text.begin(),
                                     text.begin() + static_cast<std::ptrdiff_t>(byte - 1), '\n'))
          << text;
    }
    ASSERT_EQ(framed, frame(text, options)) << "portions change the blocks of " << text;
  }
}

TEST(FramingPropertyTest, AnyGarbageFaresAlikeInAnySplit) {
  const std::uint64_t first_seed = std::random_device{}();
  static constexpr std::array<const char*, 18> kPieces = {
      "{",           "}",         "[", "]",  ",",     ":",      "\"", "\\",
      "1",           "null",      " ", "\n", "\"a\"", "\"a\":", "x",  "{\"a\":[1,2]}",
      "[{\"a\":1},", "\"a\\\"b\""};
  static constexpr std::array<const char*, 6> kPaths = {"", "$", "a", "a[*]", "[*].a", "[1]"};
  for (std::uint64_t seed = first_seed; seed < first_seed + 10000; ++seed) {
    Generator generator(seed);
    std::string text = generator.below(3) == 0 ? "[" : "";
    for (std::size_t count = generator.below(25); count > 0; --count)
      text += kPieces[generator.below(kPieces.size())];
    FramingOptions options{.format = static_cast<JsonFormat>(generator.below(3)),
                           .max_record_bytes = generator.below(2) == 0 ? 8 : std::size_t{1} << 20,
                           .record_path = kPaths[generator.below(kPaths.size())]};
    if (options.record_path != "") options.max_record_bytes = std::size_t{1} << 20;
    Framed whole = frame(text, options);
    for (int round = 0; round < 3; ++round) {
      options.block_bytes = 1 + generator.below(30);
      RandomPortions portions(text, seed, 1 + generator.below(10));
      Framed split = frame(portions, options);
      split.blocks = whole.blocks;
      ASSERT_EQ(split.records, whole.records) << "seed " << seed << ": " << text;
      ASSERT_EQ(split.errors, whole.errors) << "seed " << seed << ": " << text;
      ASSERT_EQ(split, whole) << "seed " << seed << ": " << text;
    }
  }
}

}  // namespace
}  // namespace dlt
