// SPDX-License-Identifier: Apache-2.0
#include "extract/boundary.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "core/thrown_error.hpp"

namespace dlt {
namespace {

const Json kNothing = Json::object();

PaddedBytes row(int id) { return PaddedBytes(fmt::format(R"({{"id":{},"u":1}})", id)); }

void add(Boundary& boundary, int from, int to) {
  for (int id = from; id < to; ++id) boundary.add({.json = row(id).view()});
}

Json stored(Boundary& boundary) {
  boundary.finish();
  Json entry = kNothing;
  boundary.store(entry);
  return entry;
}

/// The rows 0 to `count` - 1, stored where at most `most` are known one by one.
Json loaded(int count, std::size_t most) {
  Boundary boundary({}, kNothing, "x", most);
  add(boundary, 0, count);
  return stored(boundary);
}

/// Which of the rows the next run takes for new, as "1" and "0"; new ones are added.
std::string news(Boundary& boundary, std::initializer_list<int> ids) {
  std::string news;
  for (const int id : ids) {
    const PaddedBytes text = row(id);
    const bool known = boundary.was_loaded({.json = text.view()});
    news += known ? '0' : '1';
    if (!known) boundary.add({.json = text.view()});
  }
  return news;
}

TEST(BoundaryTest, HashesUpToTheLimit) {
  EXPECT_EQ(loaded(3, 3).at("unique_hashes").size(), 3);
  EXPECT_FALSE(loaded(3, 3).contains("boundary"));
  const Json entry = loaded(4, 3);
  EXPECT_EQ(entry.at("unique_hashes").size(), 0);
  EXPECT_EQ(entry.at("boundary").at("count"), 4);
  EXPECT_EQ(entry.at("boundary").at("digest").get<std::string>().size(), 32);
}

TEST(BoundaryTest, TheLimitOfTheState) {
  EXPECT_EQ(loaded(10'000, Boundary::kMostHashes).at("unique_hashes").size(), 10'000);
  EXPECT_EQ(loaded(10'001, Boundary::kMostHashes).at("boundary").at("count"), 10'001);
}

TEST(BoundaryTest, TheSumDoesNotDependOnOrder) {
  Boundary backwards({}, kNothing, "x", 3);
  for (int id = 3; id >= 0; --id) backwards.add({.json = row(id).view()});
  EXPECT_EQ(stored(backwards), loaded(4, 3));
}

TEST(BoundaryTest, RowsOfTheSumAreKnownInAnyOrder) {
  Boundary boundary({}, loaded(4, 3), "x", 3);
  EXPECT_EQ(news(boundary, {2, 0, 3, 1, 7, 0}), "000011");
  EXPECT_EQ(stored(boundary).at("boundary").at("count"), 6);
}

TEST(BoundaryTest, TheSumGoesOnWithoutNewRows) {
  const Json entry = loaded(4, 3);
  Boundary again({}, entry, "x", 3);
  EXPECT_EQ(news(again, {0, 1, 2, 3}), "0000");
  EXPECT_EQ(stored(again), entry);
  Boundary nothing({}, entry, "x", 3);
  EXPECT_EQ(stored(nothing), entry);
}

TEST(BoundaryTest, TheSumStaysASumThoughItCouldBeHashes) {
  Boundary boundary({}, loaded(4, 3), "x", 100);
  EXPECT_EQ(news(boundary, {0, 1, 2, 3, 4}), "00001");
  EXPECT_EQ(stored(boundary).at("boundary").at("count"), 5);
}

TEST(BoundaryTest, HashesBecomeASumWithThoseThatDidNotComeAgain) {
  Boundary boundary({}, loaded(3, 3), "x", 3);
  EXPECT_EQ(news(boundary, {1, 3}), "01");
  EXPECT_EQ(stored(boundary), loaded(4, 3));
}

TEST(BoundaryTest, ANewLastValueForgets) {
  Boundary boundary({}, loaded(4, 3), "x", 3);
  boundary.restart({.json = row(9).view()});
  const Json entry = stored(boundary);
  EXPECT_FALSE(entry.contains("boundary"));
  EXPECT_EQ(entry.at("unique_hashes").size(), 1);
}

TEST(BoundaryTest, ALostRowIsRefused) {
  Boundary boundary({}, loaded(4, 3), "cursor 'u', integer 1", 3);
  EXPECT_EQ(news(boundary, {0, 1, 2}), "000");
  EXPECT_TRUE(boundary.is_counting());
  const Error error = thrown_by([&] { boundary.finish(); });
  EXPECT_EQ(error.code(), ErrorCode::kState);
  EXPECT_EQ(error.message(),
            "rows that were loaded cannot be told from new ones at cursor 'u', integer 1: 4 share "
            "it, too many to be remembered one by one, and not all of those that were loaded came "
            "again");
  EXPECT_NE(error.hint().find("primary key"), std::string::npos);
}

TEST(BoundaryTest, ANewRowAmongThemIsRefused) {
  Boundary boundary({}, loaded(4, 3), "x", 3);
  EXPECT_EQ(news(boundary, {0, 1, 2}), "000");
  const Error error = thrown_by([&] { news(boundary, {4}); });
  EXPECT_EQ(error.code(), ErrorCode::kState);
  EXPECT_NE(error.message().find("other rows came first"), std::string::npos);
}

// They are merged; but who appends afterwards must not take the sum for that of all rows.
TEST(BoundaryTest, RowsThatAreMergedNeedNotBeToldApart) {
  Boundary boundary({}, loaded(4, 3), "x", 3, true);
  EXPECT_EQ(news(boundary, {2, 4}), "11");
  EXPECT_FALSE(boundary.is_counting());
  const Json entry = stored(boundary);
  EXPECT_EQ(entry.at("boundary").at("count"), 6);
  Boundary appended({}, entry, "x", 3);
  EXPECT_EQ(news(appended, {0, 1, 2, 3, 4}), "00000");
  EXPECT_EQ(thrown_by([&] { appended.finish(); }).code(), ErrorCode::kState);
}

TEST(BoundaryTest, RowsBeyondWhatIsKeptUndigested) {
  const std::string text(std::size_t{1} << 20, 'x');
  const auto large = [&text](int id) {
    return PaddedBytes(fmt::format(R"({{"id":{},"text":"{}"}})", id, text));
  };
  Boundary boundary({}, kNothing, "x");
  for (int id = 0; id < 9; ++id) boundary.add({.json = large(id).view()});
  const Json entry = stored(boundary);
  EXPECT_EQ(entry.at("unique_hashes").size(), 9);
  Boundary again({}, entry, "x");
  for (int id = 0; id < 9; ++id) EXPECT_TRUE(again.was_loaded({.json = large(id).view()}));
  EXPECT_FALSE(again.was_loaded({.json = large(9).view()}));
}

TEST(BoundaryTest, RefusesAStateThatIsDamaged) {
  for (const char* entry :
       {R"({"unique_hashes": [1]})", R"({"boundary": 3})", R"({"boundary": {"count": 3}})",
        R"({"boundary": {"count": 0, "digest": "00000000000000000000000000000000"}})",
        R"({"boundary": {"count": 3, "digest": "00"}})"}) {
    EXPECT_EQ(thrown_by([&] { Boundary({}, Json::parse(entry), "x"); }).code(), ErrorCode::kState)
        << entry;
  }
}

}  // namespace
}  // namespace dlt
