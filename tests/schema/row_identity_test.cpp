// SPDX-License-Identifier: Apache-2.0
#include "schema/row_identity.hpp"

#include <gmock/gmock.h>

#include "schema/schema_data.hpp"

namespace dlt {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

const MergeStrategies kAll = {MergeStrategy::kDeleteInsert, MergeStrategy::kUpsert,
                              MergeStrategy::kInsertOnly, MergeStrategy::kScd2};

// A root table "t" with a table below it, "t__l".
Schema with_table(Json properties, std::vector<Column> columns = {}) {
  Schema schema("golden");
  schema.update_table(make_table("t", std::move(columns), std::move(properties)));
  schema.update_table(make_table("t__l", {}, {{"parent", "t"}}));
  return schema;
}

const Table& table(const Schema& schema, const char* name = "t") {
  return *schema.find_table(name);
}

struct IdentityCase {
  const char* name;
  Json properties;
  MergeStrategies supported;
  std::optional<MergeStrategy> strategy;
  RowIdType id;
  bool root_key;
};

TEST(RowIdentity, FollowsFromDispositionAndStrategy) {
  const auto merge = [](const char* strategy) {
    return Json{{"write_disposition", "merge"}, {"x-merge-strategy", strategy}};
  };
  const Json merge_only = {{"write_disposition", "merge"}};
  const IdentityCase cases[] = {
      {"append", {{"write_disposition", "append"}}, kAll, {}, RowIdType::kRandom, false},
      {"append with a strategy",
       {{"write_disposition", "append"}, {"x-merge-strategy", "upsert"}},
       kAll,
       {},
       RowIdType::kRandom,
       false},
      {"merge", merge_only, kAll, MergeStrategy::kDeleteInsert, RowIdType::kRandom, true},
      {"merge, null strategy",
       {{"write_disposition", "merge"}, {"x-merge-strategy", nullptr}},
       kAll,
       MergeStrategy::kDeleteInsert,
       RowIdType::kRandom,
       true},
      {"destination's first",
       merge_only,
       {MergeStrategy::kUpsert},
       MergeStrategy::kUpsert,
       RowIdType::kKeyHash,
       true},
      {"unknown destination", merge_only, {}, {}, RowIdType::kRandom, false},
      {"delete-insert", merge("delete-insert"), kAll, MergeStrategy::kDeleteInsert,
       RowIdType::kRandom, true},
      {"upsert", merge("upsert"), kAll, MergeStrategy::kUpsert, RowIdType::kKeyHash, true},
      {"insert-only", merge("insert-only"), kAll, MergeStrategy::kInsertOnly, RowIdType::kKeyHash,
       true},
      {"scd2", merge("scd2"), kAll, MergeStrategy::kScd2, RowIdType::kRowHash, false},
  };
  for (const IdentityCase& entry : cases) {
    SCOPED_TRACE(entry.name);
    const Schema schema =
        with_table(entry.properties, {make_column("_dlt_id", {}, {{"x-row-version", true}})});
    EXPECT_EQ(resolve_merge_strategy(schema, table(schema), entry.supported), entry.strategy);
    EXPECT_EQ(resolve_merge_strategy(schema, table(schema, "t__l"), entry.supported),
              entry.strategy);
    EXPECT_EQ(row_id_type(schema, table(schema), entry.supported), entry.id);
    EXPECT_EQ(requires_root_key(schema, table(schema), entry.supported), entry.root_key);
  }
}

TEST(RowIdentity, Scd2WithAVersionColumnOfItsOwnHasRandomIds) {
  const Json scd2 = {{"write_disposition", "merge"}, {"x-merge-strategy", "scd2"}};
  const Schema own = with_table(scd2, {make_column("hash", {}, {{"x-row-version", true}})});
  EXPECT_EQ(row_id_type(own, table(own), kAll), RowIdType::kRandom);
  const Schema none = with_table(scd2);
  EXPECT_EQ(row_id_type(none, table(none), kAll), RowIdType::kRandom);
}

TEST(RowIdentity, AStrategyThatTheDestinationLacksIsRefused) {
  for (const char* strategy : {"scd2", "replace-all"}) {
    const Schema schema =
        with_table({{"write_disposition", "merge"}, {"x-merge-strategy", strategy}});
    const Error error = error_of([&] {
      resolve_merge_strategy(schema, table(schema),
                             {MergeStrategy::kDeleteInsert, MergeStrategy::kUpsert});
    });
    EXPECT_EQ(error.code(), ErrorCode::kDestination);
    EXPECT_THAT(error.message(),
                HasSubstr(std::string("has delete-insert, upsert, asked for '") + strategy));
    EXPECT_EQ(error.context().table, "t");
  }
}

TEST(MergeStrategies, HaveNames) {
  for (const MergeStrategy strategy : kAll)
    EXPECT_EQ(parse_merge_strategy(to_string(strategy)), strategy);
  EXPECT_FALSE(parse_merge_strategy("merge").has_value());
}

TEST(RootKey, SettingAndColumnsDecide) {
  const Json merge = {{"write_disposition", "merge"}};
  Schema schema = with_table(merge);
  schema.set_normalizer_config("root_key_propagation", false);
  EXPECT_FALSE(requires_root_key(schema, table(schema), kAll));
  schema.update_table(
      make_table("t__l", {make_column("_dlt_root_id", DataType::kText, {{"root_key", true}})},
                 {{"parent", "t"}}));
  EXPECT_TRUE(requires_root_key(schema, table(schema), kAll))
      << "what a table has it goes on having";

  schema = with_table({{"write_disposition", "append"}});
  schema.set_normalizer_config("root_key_propagation", true);
  EXPECT_TRUE(requires_root_key(schema, table(schema), kAll));
  EXPECT_FALSE(requires_root_key(schema, table(schema, "_dlt_loads"), kAll))
      << "dlt's own tables have no children";
}

TEST(RootKey, IsWrittenToTheNormalizersConfiguration) {
  Schema schema = with_table({{"write_disposition", "merge"}});
  propagate_root_key(schema, "t__l", kAll);
  EXPECT_EQ(schema.normalizer_config().dump(),
            R"({"propagation":{"tables":{"t":{"_dlt_id":"_dlt_root_id"}}}})");
  const std::string hash = schema.compute_version_hash();
  propagate_root_key(schema, "t", kAll);
  propagate_root_key(schema, "none", kAll);
  EXPECT_EQ(schema.compute_version_hash(), hash);

  schema.update_table(make_table("u", {make_column("key", DataType::kText, {{"row_key", true}})},
                                 {{"write_disposition", "merge"}}));
  schema.update_table(make_table("v", {}, {{"write_disposition", "append"}}));
  propagate_root_keys(schema, kAll);
  EXPECT_EQ(schema.normalizer_config()["propagation"]["tables"].dump(),
            R"({"t":{"_dlt_id":"_dlt_root_id"},"u":{"key":"_dlt_root_id"}})");
}

TEST(Propagation, MapsColumnsOfTheTableAndOfEveryRoot) {
  Schema schema = with_table(Json::object());
  EXPECT_THAT(propagated_columns(schema, "t", RowLevel::kRoot), IsEmpty());
  schema.set_normalizer_config("propagation",
                               {{"root", {{"_dlt_id", "_dlt_root_id"}, {"a", "root_a"}}},
                                {"tables", {{"t", {{"a", "t_a"}, {"b", "t_b"}}}}}});
  EXPECT_THAT(propagated_columns(schema, "t", RowLevel::kRoot),
              ElementsAre(Pair("_dlt_id", "_dlt_root_id"), Pair("a", "t_a"), Pair("b", "t_b")));
  EXPECT_THAT(propagated_columns(schema, "t", RowLevel::kNested),
              ElementsAre(Pair("a", "t_a"), Pair("b", "t_b")));
  EXPECT_THAT(propagated_columns(schema, "u", RowLevel::kNested), IsEmpty());
}

TEST(MaxNesting, IsTheTablesThenTheSchemas) {
  Schema schema = with_table({{"x-normalizer", {{"max_nesting", 2}}}});
  EXPECT_EQ(max_nesting(schema, "t"), 2);
  EXPECT_EQ(max_nesting(schema, "u"), 1000);
  schema.set_normalizer_config("max_nesting", 0);
  EXPECT_EQ(max_nesting(schema, "t"), 2);
  EXPECT_EQ(max_nesting(schema, "u"), 0);
}

TEST(ColumnsWithHint, AreThoseWhereItIsNotFalse) {
  const Table columns = make_table(
      "t",
      {make_column("a", DataType::kText, {{"sort", true}}), make_column("b", {}, {{"sort", true}}),
       make_column("c", DataType::kText, {{"sort", false}}), make_column("d", DataType::kText),
       make_column("e", DataType::kText,
                   {{"dedup_sort", "desc"}, {"x-active-record-timestamp", nullptr}})});
  EXPECT_THAT(columns_with_hint(columns, "sort"), ElementsAre("a", "b"));
  EXPECT_THAT(columns_with_hint(columns, "dedup_sort"), ElementsAre("e"));
  EXPECT_THAT(columns_with_hint(columns, "x-active-record-timestamp"), ElementsAre("e"))
      << "null is a value of it";
}

}  // namespace
}  // namespace dlt
