// SPDX-License-Identifier: Apache-2.0
#include "schema/contract.hpp"

#include <gmock/gmock.h>

#include "schema/declared_columns.hpp"
#include "schema/schema_data.hpp"

namespace dlt {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

Schema with_tables(std::initializer_list<Table> tables) {
  Schema schema("golden");
  for (const Table& table : tables) schema.update_table(table);
  return schema;
}

struct ContractCase {
  const char* text;
  SchemaContract expected;
};

constexpr ContractMode kEvolve = ContractMode::kEvolve;
constexpr ContractMode kFreeze = ContractMode::kFreeze;
constexpr ContractMode kRow = ContractMode::kDiscardRow;
constexpr ContractMode kValue = ContractMode::kDiscardValue;

TEST(Contracts, AreReadFromTextOrObject) {
  const ContractCase cases[] = {
      {R"("freeze")", {kFreeze, kFreeze, kFreeze}},
      {R"("discard_row")", {kRow, kRow, kRow}},
      {R"({"columns": "discard_value"})", {kEvolve, kValue, kEvolve}},
      {R"({"tables": "freeze", "data_type": "discard_row"})", {kFreeze, kEvolve, kRow}},
      {"{}", {}},
      {"null", {}},
  };
  for (const auto& entry : cases)
    EXPECT_EQ(SchemaContract::parse(Json::parse(entry.text), {}), entry.expected) << entry.text;
  EXPECT_EQ(SchemaContract::parse({{"columns", "evolve"}}, {kFreeze, kFreeze, kRow}),
            (SchemaContract{kFreeze, kEvolve, kRow}));
  EXPECT_EQ(to_string(kValue), "discard_value");
  EXPECT_EQ(to_string(kEvolve), "evolve");
  for (const char* wrong : {R"("never")", "1", R"({"rows": "freeze"})", R"({"tables": "never"})",
                            R"({"tables": null})"}) {
    EXPECT_EQ(error_of([&] { SchemaContract::parse(Json::parse(wrong), {}); }).code(),
              ErrorCode::kSchema)
        << wrong;
  }
}

TEST(Contracts, HoldForTheTablesBelow) {
  Schema schema =
      with_tables({make_table("a", {}, {{"schema_contract", {{"columns", "freeze"}}}}),
                   make_table("a__x", {}, {{"parent", "a"}}),
                   make_table("a__x__y", {}, {{"parent", "a__x"}, {"schema_contract", "evolve"}}),
                   make_table("b", {})});
  const SchemaContract own{kEvolve, kFreeze, kEvolve};
  EXPECT_EQ(schema.contract_for("a"), own);
  EXPECT_EQ(schema.contract_for("a__x"), own);
  EXPECT_EQ(schema.contract_for("a__new", "a__x"), own);
  EXPECT_EQ(schema.contract_for("a__x__y"), SchemaContract{});
  EXPECT_EQ(schema.contract_for("b"), SchemaContract{});
  schema.set_contract("discard_row");
  EXPECT_EQ(schema.contract_for("a"), own)
      << "the schema's setting does not fill what the table leaves out";
  EXPECT_EQ(schema.contract_for("b"), (SchemaContract{kRow, kRow, kRow}));
  EXPECT_EQ(schema.contract_for("new"), (SchemaContract{kRow, kRow, kRow}));
  EXPECT_EQ(schema.contract_for("_dlt_loads"), SchemaContract{});
  schema.set_contract(nullptr);
  EXPECT_EQ(schema.contract_for("b"), SchemaContract{});
  EXPECT_FALSE(schema.settings().contains("schema_contract"));
  EXPECT_THROW(schema.set_contract("never"), Error);
}

struct ApplyCase {
  const char* name;
  SchemaContract contract;
  const char* table;
  Column column;
  // What becomes of the column: "in", or the entity that refused it.
  const char* outcome;
};

TEST(Contracts, DecideAboutColumns) {
  Schema schema = with_tables(
      {make_table("t", {make_column("a", DataType::kText), make_column("incomplete", {})}),
       make_table("once", {make_column("a", DataType::kText)},
                  {{"x-normalizer", {{"evolve-columns-once", true}}}}),
       make_table("fresh", {make_column("a", {})})});
  Column not_null = make_column("a", DataType::kText);
  not_null.nullable = false;
  const Column same = make_column("a", DataType::kText, {{"unique", true}});
  const Column other_type = make_column("a", DataType::kBigint);
  const Column fresh = make_column("b", DataType::kText);
  const Column variant = make_column("a__v_bigint", DataType::kBigint, {{"variant", true}});
  const SchemaContract columns{kEvolve, kRow, kEvolve};
  const SchemaContract types{kEvolve, kEvolve, kRow};
  const ApplyCase cases[] = {
      {"new column", columns, "t", fresh, "columns"},
      {"new column, types only", types, "t", fresh, "in"},
      {"incomplete column", columns, "t", make_column("incomplete", DataType::kText), "columns"},
      {"system column", columns, "t", make_column("_dlt_root_id", DataType::kText), "in"},
      {"variant", types, "t", variant, "data_type"},
      {"variant is no new column", columns, "t", variant, "in"},
      {"hint", {kEvolve, kRow, kRow}, "t", same, "in"},
      {"nullable", types, "t", not_null, "data_type"},
      {"nullable is no new column", columns, "t", not_null, "in"},
      {"type", types, "t", other_type, "data_type"},
      {"once", columns, "once", fresh, "in"},
      {"once does not count for types", types, "once", variant, "data_type"},
      {"table without complete columns", columns, "fresh", fresh, "in"},
      {"unknown table", columns, "new", fresh, "in"},
  };
  for (const ApplyCase& entry : cases) {
    SCOPED_TRACE(entry.name);
    Table partial = make_table(entry.table, {entry.column});
    const ContractOutcome outcome = apply_contract(schema, entry.contract, partial);
    EXPECT_EQ(outcome.table, kEvolve);
    if (std::string_view(entry.outcome) == "in") {
      EXPECT_TRUE(outcome.is_clean());
      EXPECT_EQ(partial.columns.size(), 1);
    } else {
      ASSERT_EQ(outcome.columns.size(), 1);
      EXPECT_EQ(outcome.columns[0].entity, entry.outcome);
      EXPECT_EQ(outcome.columns[0].mode, kRow);
      EXPECT_EQ(outcome.columns[0].name, entry.column.name);
      EXPECT_THAT(partial.columns, IsEmpty());
      EXPECT_NO_THROW(outcome.throw_if_frozen(schema, entry.table));
    }
  }
}

TEST(Contracts, DecideAboutTablesAndNameWhatIsFrozen) {
  const Schema schema = with_tables({make_table("t", {make_column("a", DataType::kText)})});
  Table unknown = make_table("new", {make_column("a", DataType::kText)});
  EXPECT_EQ(apply_contract(schema, {kRow, kEvolve, kEvolve}, unknown).table, kRow);
  EXPECT_EQ(unknown.columns.size(), 1);
  const auto frozen_table = apply_contract(schema, {kFreeze, kEvolve, kEvolve}, unknown);
  const Error table = error_of([&] { frozen_table.throw_if_frozen(schema, "new"); });
  EXPECT_EQ(table.code(), ErrorCode::kContract);
  EXPECT_EQ(
      table.message(),
      "a new table came but the contract for tables is 'freeze': schema 'golden', table 'new'");

  Table partial = make_table("t", {make_column("b", DataType::kText)});
  const Error column = error_of([&] {
    apply_contract(schema, {kEvolve, kFreeze, kEvolve}, partial).throw_if_frozen(schema, "t");
  });
  EXPECT_EQ(column.message(),
            "a new column came but the contract for columns is 'freeze': schema 'golden', table "
            "'t', column 'b'");
  EXPECT_EQ(column.context().column, "b");
  partial = make_table("t", {make_column("a", DataType::kDate)});
  EXPECT_THAT(
      error_of([&] {
        apply_contract(schema, {kEvolve, kEvolve, kFreeze}, partial).throw_if_frozen(schema, "t");
      }).message(),
      HasSubstr("the type of a column would change but the contract for data_type is 'freeze'"));
}

TEST(DeclaredColumns, AreTheCompleteOnesOfHintsAndImports) {
  DeclaredColumns declared;
  EXPECT_TRUE(declared.empty());
  declared.add(make_table("t", {make_column("b", DataType::kText),
                                make_column("a", DataType::kText), make_column("c", {})}));
  EXPECT_TRUE(declared.contains("t", "a"));
  EXPECT_FALSE(declared.contains("t", "c"));
  EXPECT_FALSE(declared.contains("u", "a"));
  EXPECT_EQ(declared.to_json().dump(), R"({"t":["a","b"]})");
  EXPECT_EQ(DeclaredColumns::from_json(declared.to_json()), declared);
  declared.add(Schema("golden"));
  EXPECT_TRUE(declared.contains("_dlt_loads", "load_id"));
  for (const char* wrong : {"[]", R"({"t": "a"})", R"({"t": [1]})", "null"}) {
    EXPECT_EQ(error_of([&] { DeclaredColumns::from_json(Json::parse(wrong)); }).code(),
              ErrorCode::kState)
        << wrong;
  }
}

}  // namespace
}  // namespace dlt
