// SPDX-License-Identifier: Apache-2.0
#include "arrow/file.hpp"

#include <cstring>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "arrow/arrays.hpp"
#include "core/temporary_folder.hpp"
#include "core/thrown_error.hpp"

namespace dlt::arrow {
namespace {

// Every layout, nulls in each, and lists of everything.
constexpr const char* kRows = R"(
  SELECT CASE WHEN i % 3 = 0 THEN NULL ELSE i END AS n, i % 2 = 0 AS b, i / 4.0 AS f,
         CASE WHEN i % 5 = 0 THEN NULL ELSE repeat('x', i % 20) END AS t, i::DECIMAL(9,2) AS d,
         CASE WHEN i % 2 = 0 THEN 'even' ELSE 'odd' END::ENUM('even', 'odd') AS e,
         CASE WHEN i % 7 = 0 THEN NULL ELSE range(i % 4) END AS l, {'a': i, 'b': [{'c': 'd' || i}]} AS s,
         TIMESTAMP '2024-01-01' + INTERVAL (i) MINUTE AS ts
  FROM range(5000) r(i))";

class FileTest : public testing::Test {
 protected:
  std::filesystem::path path() const { return folder_.path() / "rows.arrow"; }

  void write(const std::vector<Rows>& batches) const {
    FileWriter writer(path(), batches.front().batch->type());
    for (const Rows& rows : batches) writer.write(rows);
    writer.finish();
    EXPECT_EQ(writer.bytes(), std::filesystem::file_size(path()));
  }
  std::vector<std::string> read() const {
    FileReader reader(path());
    std::vector<std::string> all;
    for (Rows rows; reader.next(rows);) {
      for (std::string& row : json_of(rows)) all.push_back(std::move(row));
    }
    return all;
  }

  const TemporaryFolder folder_;
};

TEST_F(FileTest, GivesBackWhatWasWritten) {
  const std::vector<Rows> batches = rows_of(kRows);
  std::vector<std::string> expected;
  for (const Rows& rows : batches) {
    for (std::string& row : json_of(rows)) expected.push_back(std::move(row));
  }
  ASSERT_EQ(expected.size(), 5000U);
  write(batches);
  EXPECT_EQ(read(), expected);
}

TEST_F(FileTest, KeepsWhichRowsCountAndWhereTheyStood) {
  std::vector<Rows> batches = rows_of("SELECT i FROM range(3000) r(i)");
  ASSERT_GT(batches.size(), 1U);
  batches[0].taken = {{5, 7}};
  batches[1].taken = {{0}};
  write(batches);
  FileReader reader(path());
  Rows rows;
  ASSERT_TRUE(reader.next(rows));
  EXPECT_EQ(json_of(rows), (std::vector<std::string>{R"({"i":5})", R"({"i":7})"}));
  ASSERT_TRUE(reader.next(rows));
  EXPECT_EQ(rows.first_row, batches[1].first_row);
  EXPECT_EQ(rows.count(), 1U);
  EXPECT_FALSE(reader.next(rows));
}

TEST_F(FileTest, BatchesOfWhichNoRowCountsAreLeftOut) {
  std::vector<Rows> batches = rows_of("SELECT 1 AS i");
  batches[0].taken.emplace();
  write(batches);
  EXPECT_TRUE(read().empty());
}

TEST_F(FileTest, SlicesAndViewsAreKept) {
  const std::string view = bytes_of<std::int32_t>({2}) + "ab" + std::string(10, '\0');
  const Rows rows{.batch =
                      make_batch({{.format = "vu",
                                   .name = "v",
                                   .length = 1,
                                   .offset = 1,
                                   .buffers = {"", view + view, bytes_of<std::int64_t>({0})}},
                                  {.format = "u",
                                   .name = "t",
                                   .length = 1,
                                   .offset = 1,
                                   .buffers = {"", bytes_of<std::int32_t>({0, 1, 3}), "abc"}}})};
  write({rows});
  EXPECT_EQ(read(), std::vector<std::string>{R"({"v":"ab","t":"bc"})"});
}

TEST_F(FileTest, TextThatIsNoUtf8IsRefused) {
  // The second one's two halves make a character together.
  for (const auto& [offsets, text] :
       {std::pair{std::vector<std::int32_t>{0, 1}, std::string("\xFF")},
        std::pair{std::vector<std::int32_t>{0, 1, 2}, std::string("\xC3\xA4")}}) {
    std::filesystem::remove(path());
    const Rows rows{.batch = make_batch({{.format = "u",
                                          .name = "t",
                                          .length = static_cast<std::int64_t>(offsets.size()) - 1,
                                          .buffers = {"", bytes_of(offsets), text}}})};
    EXPECT_EQ(thrown_by([&] { write({rows}); }).message(),
              "the Arrow array of field 't' has text that is no valid UTF-8");
  }
}

TEST_F(FileTest, ACutOrDamagedFileIsFound) {
  write(rows_of("SELECT i, 'x' || i AS t FROM range(3) r(i)"));
  const std::string whole = files::read_all(path());
  const auto fails_on = [&](const std::string& content) {
    File(path(), OpenMode::kCreateOrTruncate).write(content);
    try {
      read();
    } catch (const Error& error) {
      return error.code() == ErrorCode::kIo;
    }
    return false;
  };
  std::size_t header_end = 0;
  std::memcpy(&header_end, whole.data() + 8, sizeof header_end);
  header_end += 16;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    // Cut between batches, it is a shorter file.
    if (size == header_end) continue;
    EXPECT_TRUE(fails_on(whole.substr(0, size))) << size;
  }
  for (std::size_t at = header_end + 5 * 8; at < whole.size(); ++at) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x40);
    EXPECT_TRUE(fails_on(damaged)) << at;
  }
}

}  // namespace
}  // namespace dlt::arrow
