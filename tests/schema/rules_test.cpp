// SPDX-License-Identifier: Apache-2.0
#include "schema/rules.hpp"

#include <gmock/gmock.h>

#include "schema/document.hpp"
#include "schema/schema_data.hpp"

namespace dlt {
namespace {

using ::testing::HasSubstr;

struct PatternCase {
  const char* pattern;
  const char* name;
  bool matches;
};

constexpr PatternCase kPatterns[] = {
    {"_dlt_id", "_dlt_id", true},
    {"_dlt_id", "_dlt_id2", false},
    {"a", "b__a", false},
    {"re:_at$", "created_at", true},
    {"re:_at$", "at_once", false},
    {"re:^_dlt_id$", "_dlt_id", true},
    {"re:^_dlt_id$", "x_dlt_id", false},
    {"re:dlt", "_dlt_id", true},
    {"re:(?i)ID", "my_id", true},
    {"re:ID", "my_id", false},
    {"re:\\Aa.*z\\Z", "abz", true},
    {"re:\\Aa.*z\\Z", "xabz", false},
    {"re:(?P<letter>[ab])_\\d+", "x_b_12", true},
    {"re:(?P<letter>[ab])_\\d+", "x_c_12", false},
    {"re:\\\\A", "\\A", true},
    {"re:^(a|b)__", "b__x", true},
    {"re:a.c$", "ab", false},
    {"re:", "anything", true},
};

TEST(NamePattern, Matches) {
  for (const PatternCase& entry : kPatterns) {
    EXPECT_EQ(NamePattern(entry.pattern).matches(entry.name), entry.matches)
        << entry.pattern << " " << entry.name;
  }
}

TEST(NamePattern, OfLongNamesDoesNotExhaustTheStack) {
  EXPECT_TRUE(NamePattern("re:^(a|b)*c$").matches(std::string(200'000, 'a') + "c"));
}

TEST(NamePattern, RefusesWhatIsNoPattern) {
  for (const char* wrong : {"re:(", "re:[", "re:*", "re:a{2"}) {
    EXPECT_THAT(error_of([&] { NamePattern{wrong}; }).message(),
                HasSubstr("not a regular expression"))
        << wrong;
  }
  EXPECT_THAT(error_of([] { NamePattern{"^a$"}; }).hint(), HasSubstr("re:"));
}

Schema with_settings(Json settings) {
  Schema schema("golden");
  schema.set_settings(std::move(settings));
  return schema;
}

TEST(Rules, TheFirstPreferredTypeWins) {
  const SchemaRules rules(with_settings(
      {{"preferred_types", {{"re:_at$", "timestamp"}, {"born_at", "date"}, {"x", "json"}}}}));
  EXPECT_EQ(rules.preferred_type("born_at"), DataType::kTimestamp);
  EXPECT_EQ(rules.preferred_type("x"), DataType::kJson);
  EXPECT_FALSE(rules.preferred_type("y").has_value());
}

TEST(Rules, NewColumnsHaveDefaultHintsInTheOrderOfTheSettings) {
  const SchemaRules fresh{Schema("golden")};
  const auto text = [](const Column& column) { return column_document(column).dump(); };
  EXPECT_EQ(
      text(fresh.new_column("_dlt_id", DataType::kText, Variant::kNo)),
      R"({"name":"_dlt_id","data_type":"text","nullable":false,"unique":true,"row_key":true})");
  EXPECT_EQ(text(fresh.new_column("_dlt_parent_id", DataType::kText, Variant::kNo)),
            R"({"name":"_dlt_parent_id","data_type":"text","nullable":false,"parent_key":true})");
  EXPECT_EQ(text(fresh.new_column("_dlt_root_id", DataType::kText, Variant::kNo)),
            R"({"name":"_dlt_root_id","data_type":"text","nullable":false,"root_key":true})");
  EXPECT_EQ(text(fresh.new_column("_dlt_list_idx", DataType::kBigint, Variant::kNo)),
            R"({"name":"_dlt_list_idx","data_type":"bigint","nullable":false})");
  EXPECT_EQ(text(fresh.new_column("a", DataType::kDouble, Variant::kNo)),
            R"({"name":"a","data_type":"double","nullable":true})");
  EXPECT_EQ(text(fresh.new_column("a__v_text", DataType::kText, Variant::kYes)),
            R"({"name":"a__v_text","data_type":"text","nullable":true,"variant":true})");

  const SchemaRules rules(with_settings(
      {{"default_hints",
        {{"sort", {"re:a"}}, {"not_null", {"ab"}}, {"cluster", {"ab"}}, {"nullable", {"ab"}}}}}));
  EXPECT_EQ(text(rules.new_column("ab", DataType::kText, Variant::kNo)),
            R"({"name":"ab","data_type":"text","nullable":false,"sort":true,"cluster":true})");
  EXPECT_TRUE(rules.is_not_null("ab"));
  EXPECT_FALSE(rules.is_not_null("a"));
}

struct FilterCase {
  const char* table;
  const char* column;
  bool excluded;
};

TEST(Rules, FiltersApplyToPathsBelowTheirTable) {
  Schema schema("golden");
  EXPECT_FALSE(SchemaRules(schema).has_filters());
  schema.update_table(make_table("event", {},
                                 {{"filters",
                                   {{"excludes", {"re:^metadata", "re:^user__secret"}},
                                    {"includes", {"re:^metadata__kept"}}}}}));
  schema.update_table(make_table("event__user__list", {},
                                 {{"parent", "event"}, {"filters", {{"excludes", {"value"}}}}}));
  schema.update_table(make_table("other", {}, {{"filters", {{"includes", {"a"}}}}}));
  const SchemaRules rules(schema);
  EXPECT_TRUE(rules.has_filters());
  constexpr FilterCase kCases[] = {
      {"event", "metadata", true},
      {"event", "metadata__a", true},
      {"event", "metadata__kept__b", false},
      {"event", "a", false},
      {"event__metadata", "a", true},
      {"event__metadata__kept", "a", false},
      {"event__user", "secret_1", true},
      {"event__user", "name", false},
      {"event__user__list", "value", true},
      {"event__user__list", "_dlt_id", false},
      {"event__user__list__x", "value", false},
      {"other", "a", false},
      {"others", "metadata", false},
  };
  for (const FilterCase& entry : kCases) {
    EXPECT_EQ(rules.is_excluded(entry.table, entry.column), entry.excluded)
        << entry.table << " " << entry.column;
  }
}

}  // namespace
}  // namespace dlt
