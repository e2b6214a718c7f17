// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "core/files/file.hpp"
#include "core/temporary_folder.hpp"
#include "core/thrown_error.hpp"
#include "extract/incremental_run.hpp"

namespace dlt {
namespace {

class IncrementalTextTest : public testing::Test {
 protected:
  struct Parts {
    std::string lines;
    std::string json;
  };

  Parts excerpt(const std::string& text, FramingOptions options = {},
                const Incremental& incremental = {.cursor_path = "u", .initial_value = 5},
                IncrementalRun::Lines lines = IncrementalRun::Lines::kKept) {
    IncrementalRun run(IncrementalFilter(check_incremental(incremental, {}, {}), {}), {});
    Excerpt out{.lines = ItemSpool(folder_ / "lines"), .json = ItemSpool(folder_ / "json")};
    options.block_bytes = 16;
    run.add_text(*memory_source(text, "source"), options, lines, out);
    Parts parts;
    if (out.lines.finish() > 0) parts.lines = files::read_all(folder_ / "lines");
    if (out.json.finish() > 0) parts.json = files::read_all(folder_ / "json");
    return parts;
  }

  const TemporaryFolder folder_;
};

TEST_F(IncrementalTextTest, KeepsTheBytesAndTheLines) {
  const Parts parts = excerpt("{\"u\":4}\n\n {\"u\" : 6, \"x\":1e2} \r\n{\"u\":1}\n{\"u\":7}\n");
  EXPECT_EQ(parts.lines, "\n\n{\"u\" : 6, \"x\":1e2}\n\n{\"u\":7}\n");
  EXPECT_EQ(parts.json, "");
}

TEST_F(IncrementalTextTest, KeepsTheLinesOfPrettyJson) {
  const Parts parts =
      excerpt("[\n {\n  \"u\": 4\n },\n {\n  \"u\": 6\n }, {\"u\":7},\n {\"u\":8}\n]\n");
  EXPECT_EQ(parts.json, "[\n\n\n\n{\n  \"u\": 6\n },{\"u\":7},\n{\"u\":8}]\n");
}

TEST_F(IncrementalTextTest, TakesRecordsOutOfADocument) {
  const Parts parts =
      excerpt(R"({"meta":{"u":9},"rows":[{"u":4},{"u":6}]})", {.record_path = "rows[*]"});
  EXPECT_EQ(parts.json, "[{\"u\":6}]\n");
}

TEST_F(IncrementalTextTest, PassesOnWhatIsNoJson) {
  EXPECT_EQ(excerpt("{\"u\":6}\n{\"u\":\n{\"u\":1}\nnonsense\n").lines,
            "{\"u\":6}\n{\"u\":\n\nnonsense\n");
}

TEST_F(IncrementalTextTest, ReadsWhatTheFastParserRefuses) {
  EXPECT_EQ(excerpt("{\"u\":6,\"x\":99999999999999999999999}\n{\"u\":99999999999999999999999}\n"
                    "{\"u\":2,\"x\":99999999999999999999999}\n")
                .lines,
            "{\"u\":6,\"x\":99999999999999999999999}\n{\"u\":99999999999999999999999}\n");
}

TEST_F(IncrementalTextTest, FollowsPaths) {
  EXPECT_EQ(excerpt("{\"m\":[{},{\"u\":6}]}\n{\"m\":[{\"u\":4},{\"u\":6}]}\n", {},
                    {.cursor_path = "m[*].u", .initial_value = 5})
                .lines,
            "{\"m\":[{},{\"u\":6}]}\n");
  EXPECT_EQ(
      excerpt("{\"a.b\":6}\n{\"a.b\":4}\n", {}, {.cursor_path = "\"a.b\"", .initial_value = 5})
          .lines,
      "{\"a.b\":6}\n");
  EXPECT_EQ(excerpt("{\"u\":6,\"u\":4}\n{\"u\":4,\"u\":6}\n").lines, "\n{\"u\":4,\"u\":6}\n");
}

TEST_F(IncrementalTextTest, ARecordThatIsAnArrayStaysOne) {
  EXPECT_EQ(excerpt("[[1],{\"u\":6}]", {},
                    {.cursor_path = "u", .initial_value = 5, .on_cursor_value_missing = "include"})
                .json,
            "[[1],{\"u\":6}]\n");
}

TEST_F(IncrementalTextTest, SaysWhereACursorIsMissing) {
  const Error error = thrown_by([&] { excerpt("{\"u\":6}\n\n {\"v\":1}\n"); });
  EXPECT_EQ(error.message(), R"(the cursor 'u' is missing in a record: {"v":1})");
  EXPECT_EQ(error.context().file, "source");
  EXPECT_EQ(error.context().line, 3);
  EXPECT_EQ(error.context().byte, 11);
}

TEST_F(IncrementalTextTest, StopsReadingWhereTheRowOrderSaysSo) {
  // What follows could not even be cut into records.
  const std::string text =
      "[{\"u\":4},{\"u\":6},{\"u\":9},{\"u\":10}" + std::string(200, ' ') + "}}}";
  const Incremental range = {
      .cursor_path = "u", .initial_value = 5, .end_value = 8, .row_order = "asc"};
  EXPECT_EQ(excerpt(text, {}, range).json, "[{\"u\":6}]\n");
  Incremental unordered = range;
  unordered.row_order = "";
  EXPECT_EQ(thrown_by([&] { excerpt(text, {}, unordered); }).code(), ErrorCode::kBadRecord);
}

TEST_F(IncrementalTextTest, ErrorsAboutAnExcerptNameTheFileAndTheLine) {
  RecordBlock block;
  const auto source = memory_source("\n\n{\"u\":1}\n", "excerpt");
  RecordFramer framer(*source, {.format = JsonFormat::kJsonl, .excerpt_of = "original"});
  ASSERT_TRUE(framer.next(block));
  EXPECT_EQ(block.place(0).file, "original");
  EXPECT_EQ(block.place(0).line, 3);
  EXPECT_EQ(block.place(0).byte, 0);
}

}  // namespace
}  // namespace dlt
