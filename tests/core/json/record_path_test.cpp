// SPDX-License-Identifier: Apache-2.0
#include "core/json/record_path.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/json/framed.hpp"
#include "core/thrown_error.hpp"

namespace dlt {
namespace {

using testing::HasSubstr;

std::string shown(const RecordPath& path) {
  std::string text = "$";
  for (const RecordPath::Step& step : path.steps()) {
    switch (step.kind) {
      case RecordPath::Step::Kind::kName:
        text += fmt::format("<{}>", step.name);
        break;
      case RecordPath::Step::Kind::kIndex:
        text += fmt::format("[{}]", step.index);
        break;
      case RecordPath::Step::Kind::kWildcard:
        text += "[*]";
        break;
    }
  }
  return text;
}

TEST(RecordPathTest, ReadsPaths) {
  struct Row {
    const char* text;
    const char* steps;
  };
  for (const Row& row : {
           Row{"", "$"},
           Row{"$", "$"},
           Row{"a", "$<a>"},
           Row{"$.a", "$<a>"},
           Row{".a", "$<a>"},
           Row{"$.features[*]", "$<features>[*]"},
           Row{"features[*]", "$<features>[*]"},
           Row{"data.items", "$<data><items>"},
           Row{"$['a b'][\"c.d\"]", "$<a b><c.d>"},
           Row{"$['it\\'s']['back\\\\slash']", "$<it's><back\\slash>"},
           Row{"['']", "$<>"},
           Row{"[1]", "$[1]"},
           Row{"$[0].rows", "$[0]<rows>"},
           Row{"$.*.a", "$[*]<a>"},
           Row{"*", "$[*]"},
           Row{"a.[*].b", "$<a>[*]<b>"},
           Row{"value-1.@odata.größe.$ref", "$<value-1><@odata><größe><$ref>"},
       }) {
    EXPECT_EQ(shown(RecordPath::parse(row.text)), row.steps) << row.text;
    EXPECT_EQ(RecordPath::parse(row.text).text(), row.text);
  }
}

TEST(RecordPathTest, RefusesWhatItCannotFollow) {
  struct Row {
    const char* text;
    const char* message;
  };
  for (const Row& row : {
           Row{"a..b", "a record path cannot have '..': 'a..b', character 3"},
           Row{"$..b", "a record path cannot have '..': '$..b', character 3"},
           Row{"a[?(@.x>1)]", "a record path cannot have a filter: 'a[?(@.x>1)]', character 3"},
           Row{"a[(@.length-1)]",
               "a record path cannot have a script: 'a[(@.length-1)]', character 3"},
           Row{"a[-1]", "a record path cannot have a negative index: 'a[-1]', character 3"},
           Row{"a[0:3]", "a record path cannot have a slice: 'a[0:3]', character 4"},
           Row{"a[:3]", "a record path cannot have a slice: 'a[:3]', character 3"},
           Row{"a[0,1]", "a record path cannot have a union: 'a[0,1]', character 4"},
           Row{"a['b','c']", "a record path cannot have a union: 'a['b','c']', character 6"},
           Row{"a.",
               "not a record path: 'a.': expected a name (write one with special characters as "
               "['name']) at character 3"},
           Row{".",
               "not a record path: '.': expected a name (write one with special characters as "
               "['name']) at character 2"},
           Row{"$a", "not a record path: '$a': expected '.' or '[' at character 2"},
           Row{"a b", "not a record path: 'a b': expected '.' or '[' at character 2"},
           Row{"a]", "not a record path: 'a]': expected '.' or '[' at character 2"},
           Row{"a[",
               "not a record path: 'a[': expected a number, a quoted name or '*' after '[' at "
               "character 3"},
           Row{"a[]",
               "not a record path: 'a[]': expected a number, a quoted name or '*' after '[' at "
               "character 3"},
           Row{"a[b]",
               "not a record path: 'a[b]': expected a number, a quoted name or '*' after '[' at "
               "character 3"},
           Row{"a[99999999999999999999]",
               "not a record path: 'a[99999999999999999999]': expected a number, a quoted name or "
               "'*' "
               "after '[' at character 3"},
           Row{"a['b", "not a record path: 'a['b': expected the closing ' at character 5"},
           Row{"a['b'", "not a record path: 'a['b'': expected ']' at character 6"},
           Row{"a[1", "not a record path: 'a[1': expected ']' at character 4"},
           Row{"a[*.", "not a record path: 'a[*.': expected ']' at character 4"},
       }) {
    const Error error = thrown_by([&] { RecordPath::parse(row.text); });
    EXPECT_EQ(error.code(), ErrorCode::kInvalidArgument);
    EXPECT_EQ(error.message(), row.message);
    EXPECT_FALSE(error.hint().empty());
  }
}

TEST(RecordPathTest, SelectsRecords) {
  struct Row {
    const char* text;
    const char* path;
    const char* records;  // separated by ' | '
  };
  for (const Row& row : {
           Row{R"({"type":"F","features":[{"a":1},{"a":2}],"n":[3]})", "$.features[*]",
               R"({"a":1} | {"a":2})"},
           Row{R"({"features":[{"a":1},{"a":2}]})", "features", R"({"a":1} | {"a":2})"},
           Row{R"({"data":{"items":[1,"x",null,[2,3]]}})", "data.items",
               R"(1 | "x" | null | [2,3])"},
           Row{R"({"data":{"items":{"a":1}}})", "data.items", R"({"a":1})"},
           Row{R"({"data":{"items":[]}})", "data.items", ""},
           Row{R"({"data":{"items":[]}})", "data.items[*]", ""},
           Row{R"({"data":[]})", "data[*].items", ""},
           Row{R"({"a":[[1],[2]]})", "a[*]", "[1] | [2]"},
           Row{R"({"a":[[1],[2]]})", "a[1]", "2"},
           Row{R"([{"page":1},[{"a":1},{"a":2}]])", "$[1]", R"({"a":1} | {"a":2})"},
           Row{R"([{"r":[1,2]},{"r":[3]},{"q":[4]}])", "$[*].r[*]", "1 | 2 | 3"},
           Row{R"({"x":{"r":[1]},"y":{"r":[2]}})", "*.r", "1 | 2"},
           Row{R"({"x":1,"y":{"z":2}})", "*", R"(1 | {"z":2})"},
           Row{R"({"r":[1]}{"r":[2]}
                  {"q":1} {"r":3})",
               "r", "1 | 2 | 3"},
           Row{R"({"r":[1],"r":[2]})", "r", "1 | 2"},
           Row{R"({"gr\u00f6\u00dfe":[1],"\"q\"":[2]})", "größe", "1"},
           Row{R"({"gr\u00f6\u00dfe":[1],"\"q\"":[2]})", "['\"q\"']", "2"},
           Row{R"({"bad\q":[1],"a":[2]})", "a", "2"},
           Row{R"({ "a" : { "b" : [ 1 , 2 ] } })", "a.b", "1 | 2"},
           Row{R"({"a]":"}","skip":"\"]}\\","b":[1]})", "b", "1"},
           Row{R"({"a":{"a":{"a":5}},"b":1})", "a.a.a", "5"},
           Row{R"({"a":1})", "$", R"({"a":1})"},
           Row{R"([1,2])", "$", "1 | 2"},
           Row{R"([1,[2]])", "$[*]", "1 | [2]"},
           Row{"", "a", ""},
       }) {
    for (const std::size_t block_bytes : {1, 2, 5, 1000}) {
      const Framed framed = frame(row.text, {.block_bytes = block_bytes, .record_path = row.path});
      EXPECT_EQ(fmt::format("{}", fmt::join(framed.records, " | ")), row.records)
          << row.text << " at " << row.path;
      EXPECT_EQ(framed.errors, std::vector<std::string>{});
    }
  }
}

TEST(RecordPathTest, AFormatDoesNotMatterWithAPath) {
  for (const JsonFormat format : {JsonFormat::kAuto, JsonFormat::kJsonl, JsonFormat::kJson}) {
    EXPECT_EQ(frame("{\"a\":[1]}\n{\"a\":[2]}\n", {.format = format, .record_path = "a"}).records,
              (std::vector<std::string>{"1", "2"}));
  }
}

TEST(RecordPathTest, APathToNothingNamesWhatIsThere) {
  struct Row {
    const char* text;
    const char* path;
    const char* message;
  };
  std::string many = "{";
  std::string named;
  for (int number = 0; number < 30; ++number) {
    many += fmt::format("{}\"k{}\":1", number == 0 ? "" : ",", number);
    if (number < 20) named += fmt::format("'k{}', ", number);
  }
  many += "}";
  named += "...";
  const std::string too_many = "the record path 'a' leads to nothing: at $ there is " + named;
  for (const Row& row : {
           Row{R"({"total":2,"items":[1]})", "itemz",
               "the record path 'itemz' leads to nothing: at $ there is 'total', 'items'"},
           Row{R"({"data":{"items":[1],"n":1}} {"data":{"n":1,"\u00e4":2}})", "data.rows",
               "the record path 'data.rows' leads to nothing: at $['data'] there is 'items', 'n', "
               "'ä'"},
           Row{R"([{"a":1}])", "a", "the record path 'a' leads to nothing: at $ there is an array"},
           Row{R"([{"a":1}])", "[*].b",
               "the record path '[*].b' leads to nothing: at $[*] there is 'a'"},
           Row{R"({"a":1})", "a.b",
               "the record path 'a.b' leads to nothing: at $['a'] there is a number"},
           Row{R"({"a":"x"})", "a[*]",
               "the record path 'a[*]' leads to nothing: at $['a'] there is a string"},
           Row{R"({"a":null})", "a[0]",
               "the record path 'a[0]' leads to nothing: at $['a'] there is null"},
           Row{R"({"a":true})", "a[0]",
               "the record path 'a[0]' leads to nothing: at $['a'] there is a bool"},
           Row{R"({"a":{"b":1}})", "a[0]",
               "the record path 'a[0]' leads to nothing: at $['a'] there is an object"},
           Row{R"({"a":[1,2]})", "a[2]",
               "the record path 'a[2]' leads to nothing: at $['a'] there is an array of 2 "
               "elements"},
           Row{R"({"a":[1]})", "a[2]",
               "the record path 'a[2]' leads to nothing: at $['a'] there is an array of 1 element"},
           Row{R"([])", "[0]",
               "the record path '[0]' leads to nothing: at $ there is an array of 0 elements"},
           Row{"{}", "a", "the record path 'a' leads to nothing: at $ there is nothing"},
           Row{"1 2", "a", "the record path 'a' leads to nothing: at $ there is a number"},
           Row{many.c_str(), "a", too_many.c_str()},
       }) {
    const auto source = memory_source(row.text, "doc.json");
    RecordFramer framer(*source, {.block_bytes = 3, .record_path = row.path});
    RecordBlock block;
    const Error error = thrown_by([&] { framer.next(block); });
    EXPECT_EQ(error.code(), ErrorCode::kInvalidArgument);
    EXPECT_EQ(error.message(), row.message);
    EXPECT_EQ(error.context().file, "doc.json");
    EXPECT_EQ(error.context().line, 0u);
    EXPECT_FALSE(error.hint().empty());
  }
}

TEST(RecordPathTest, BrokenStructureOnTheWayIsAnError) {
  struct Row {
    const char* text;
    const char* path;
    const char* error;
  };
  for (const Row& row : {
           Row{R"({a:1})", "a", "1:2 expected a key in quotes or '}', found 'a'"},
           Row{R"({"b":1,})", "a", "1:8 expected a key after ',', found '}'"},
           Row{R"({"b":1,1})", "a", "1:8 expected a key in quotes after ',', found '1'"},
           Row{R"({"b" 1})", "a", "1:6 expected ':' after the key, found '1'"},
           Row{R"({"b":})", "a", "1:6 expected a value after ':', found '}'"},
           Row{"{\"b\":1\n\"c\":2}", "a", "2:8 expected ',' or '}' after member 1, found '\"'"},
           Row{R"({"a":[1 2]})", "a", "1:9 expected ',' or ']' after element 1, found '2'"},
           Row{R"({"a":[1)", "a", "1:8 the input ends before the ']' of the array"},
           Row{R"({"b":1)", "a", "1:7 the input ends before the '}' of the object"},
           Row{R"({"a)", "a", "1:2 the input ends within a string of the key that begins here"},
           Row{R"({"b":{"c)", "a",
               "1:9 the input ends within a string of the value that begins here"},
       }) {
    for (const std::size_t block_bytes : {1, 3, 1000}) {
      const Framed framed = frame(row.text, {.block_bytes = block_bytes, .record_path = row.path});
      EXPECT_EQ(framed.errors, std::vector<std::string>{row.error})
          << row.text << " in blocks of " << block_bytes;
    }
  }
}

TEST(RecordPathTest, AHugeKeyIsRefused) {
  const std::string text = "{\"" + std::string(100, 'k') + "\":1}";
  const Framed framed =
      frame(text, {.block_bytes = 10, .max_record_bytes = 50, .record_path = "a"});
  EXPECT_EQ(framed.errors, std::vector<std::string>{
                               "1:2 the key that begins here is larger than max_record_bytes"});
}

TEST(RecordPathTest, SkippedValuesMayBeLargerThanARecord) {
  const std::string text = "{\"skip\":[" + std::string(1000, ' ') + "],\"a\":[1,2]}";
  EXPECT_EQ(frame(text, {.block_bytes = 16, .max_record_bytes = 20, .record_path = "a"}).records,
            (std::vector<std::string>{"1", "2"}));
}

}  // namespace
}  // namespace dlt
