// SPDX-License-Identifier: Apache-2.0
#include "fuzz/json_tables.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "fuzz/target.hpp"
#include "normalize/block_normalizer.hpp"

namespace dlt::fuzz {
namespace {

using nlohmann::json;
using normalize::BlockNormalizer;
using normalize::SchemaSnapshot;

constexpr const char* kRoot = "t";

struct ExpectedRow {
  std::map<std::string, json> cells = {};
  /// The row that it hangs on; none of root rows.
  std::string parent_table = {};
  std::size_t parent_row = 0;
  std::int64_t list_index = 0;
};

/// Tables as dlt's rules make them: objects are flattened, lists are tables below.
class ExpectedTables {
 public:
  void add_record(const json& record) { add_row(kRoot, record, {}); }
  const std::map<std::string, std::vector<ExpectedRow>>& tables() const { return tables_; }

 private:
  using List = std::pair<std::string, const json*>;

  void add_row(const std::string& table, const json& element, ExpectedRow row) {
    std::vector<List> lists;
    if (element.is_object()) {
      flatten(element, {}, row, lists);
    } else if (element.is_array()) {
      lists.emplace_back("list", &element);
    } else if (!element.is_null()) {
      row.cells["value"] = element;
    }
    tables_[table].push_back(std::move(row));
    const std::size_t index = tables_[table].size() - 1;
    for (const auto& [path, list] : lists) {
      std::int64_t position = 0;
      for (const json& child : *list) {
        add_row(table + "__" + path, child,
                {.parent_table = table, .parent_row = index, .list_index = position++});
      }
    }
  }

  void flatten(const json& object, const std::string& prefix, ExpectedRow& row,
               std::vector<List>& lists) {
    for (const auto& [key, value] : object.items()) {
      const std::string path = prefix.empty() ? key : prefix + "__" + key;
      if (value.is_object()) {
        flatten(value, path, row, lists);
      } else if (value.is_array()) {
        lists.emplace_back(path, &value);
      } else if (!value.is_null()) {
        row.cells[path] = value;
      }
    }
  }

  std::map<std::string, std::vector<ExpectedRow>> tables_;
};

bool is_plain_key(const std::string& key) {
  constexpr std::size_t kMostBytes = 30;
  const auto is_letter = [](char c) { return c >= 'a' && c <= 'z'; };
  return !key.empty() && key.size() <= kMostBytes && is_letter(key[0]) && key != "list" &&
         key != "value" && std::all_of(key.begin(), key.end(), [&](char c) {
           return is_letter(c) || (c >= '0' && c <= '9');
         });
}

/// Keys are names already, integers have 64 bits, and it is not deep.
bool is_plain(const json& value, int levels = 12) {
  if (levels == 0) return false;
  if (value.is_number_unsigned()) return value.get<std::uint64_t>() <= INT64_MAX;
  if (!value.is_structured()) return true;
  for (const auto& [key, child] : value.items()) {
    if (value.is_object() && !is_plain_key(key)) return false;
    if (!is_plain(child, levels - 1)) return false;
  }
  return true;
}

enum class Kind { kBool, kInteger, kNumber, kText };

Kind kind_of(const json& cell) {
  if (cell.is_boolean()) return Kind::kBool;
  if (cell.is_number_float()) return Kind::kNumber;
  return cell.is_number() ? Kind::kInteger : Kind::kText;
}

/// Whether all values that come into the column are of one kind, so that none is coerced.
bool is_of_one_kind(const std::vector<ExpectedRow>& rows, const std::string& column) {
  const json* first = nullptr;
  for (const ExpectedRow& row : rows) {
    const auto cell = row.cells.find(column);
    if (cell == row.cells.end()) continue;
    if (first == nullptr) first = &cell->second;
    if (kind_of(*first) != kind_of(cell->second)) return false;
  }
  return true;
}

/// One table of a normalizer's, by names of columns.
class TableView {
 public:
  explicit TableView(const normalize::TableBuilder& table) : batch_(table.batch) {
    for (std::size_t i = 0; i < batch_.fields.size(); ++i)
      require(by_name_.emplace(batch_.fields[i].name, i).second, "columns have different names");
  }

  std::size_t rows() const { return static_cast<std::size_t>(batch_.rows); }
  const std::map<std::string, std::size_t>& columns() const { return by_name_; }
  const Field& field(std::size_t column) const { return batch_.fields[column]; }
  /// A column may end before its table: what is missing is null.
  bool is_null(std::size_t column, std::size_t row) const {
    const ColumnArray& array = batch_.columns[column];
    const auto at = static_cast<std::int64_t>(row);
    return at >= array.length() || array.is_null(at);
  }
  const ColumnArray& array(std::size_t column) const { return batch_.columns[column]; }
  std::string text(const std::string& column, std::size_t row) const {
    const auto found = by_name_.find(column);
    require(found != by_name_.end() && !is_null(found->second, row), "a row has dlt's columns");
    return std::string(array(found->second).bytes_at(static_cast<std::int64_t>(row)));
  }
  std::int64_t integer(const std::string& column, std::size_t row) const {
    const auto found = by_name_.find(column);
    require(found != by_name_.end() && !is_null(found->second, row), "a row has dlt's columns");
    return array(found->second).int64_at(static_cast<std::int64_t>(row));
  }

 private:
  const RecordBatch& batch_;
  std::map<std::string, std::size_t> by_name_;
};

/// Text that looks like a time may have become one, which the unit vectors are about.
bool may_be_a_time(const std::string& text) {
  return !text.empty() && (text[0] == '-' || text[0] == '+' || (text[0] >= '0' && text[0] <= '9'));
}

bool equals(const TableView& table, std::size_t column, std::size_t row, const json& expected) {
  const ColumnArray& array = table.array(column);
  const auto at = static_cast<std::int64_t>(row);
  switch (table.field(column).type) {
    case DataType::kBool:
      return expected.is_boolean() && array.bool_at(at) == expected.get<bool>();
    case DataType::kBigint:
      return expected.is_number_integer() && array.int64_at(at) == expected.get<std::int64_t>();
    case DataType::kDouble:
      return expected.is_number_float() && array.double_at(at) == expected.get<double>();
    case DataType::kText:
      return expected.is_string() && array.bytes_at(at) == expected.get<std::string>();
    case DataType::kTimestamp:
    case DataType::kDate:
    case DataType::kTime:
      return expected.is_string() && may_be_a_time(expected.get<std::string>());
    default:
      return false;
  }
}

void check_rows(const TableView& table, const std::vector<ExpectedRow>& rows,
                const std::map<std::string, TableView>& all) {
  require(table.rows() == rows.size(), "a table has a row for each object, scalar and list");
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const ExpectedRow& expected = rows[row];
    if (expected.parent_table.empty()) {
      require(table.text("_dlt_load_id", row) == "1.0", "a root row has the load id");
      continue;
    }
    const auto parent = all.find(expected.parent_table);
    require(parent != all.end(), "a nested row hangs on a table");
    require(
        table.text("_dlt_parent_id", row) == parent->second.text("_dlt_id", expected.parent_row),
        "a nested row hangs on its parent");
    require(table.integer("_dlt_list_idx", row) == expected.list_index,
            "a nested row knows its place in the list");
  }
  std::map<std::string, bool> compared;
  for (const ExpectedRow& row : rows) {
    for (const auto& [name, cell] : row.cells) compared.emplace(name, is_of_one_kind(rows, name));
  }
  for (const auto& [name, is_compared] : compared) {
    const auto column = table.columns().find(name);
    require(column != table.columns().end(), "a value has a column");
    for (std::size_t row = 0; is_compared && row < rows.size(); ++row) {
      const auto cell = rows[row].cells.find(name);
      const bool is_null = cell == rows[row].cells.end();
      if (table.field(column->second).type == DataType::kTimestamp && !is_null &&
          table.is_null(column->second, row))
        continue;  // it went to a variant of type text
      require(table.is_null(column->second, row) == is_null, "a cell is null where no value is");
      require(is_null || equals(table, column->second, row, cell->second), "a cell has its value");
    }
  }
}

const std::shared_ptr<const SchemaSnapshot>& snapshot() {
  static const auto kSnapshot = [] {
    auto settings = std::make_shared<normalize::Settings>();
    settings->pipeline_name = "fuzz";
    settings->load_id = "1.0";
    settings->capabilities = std::make_shared<const Capabilities>();
    settings->quarantines = true;
    // As an extract leaves it: it has the root table.
    auto schema = std::make_shared<Schema>("fuzz");
    schema->update_table({.name = kRoot});
    return std::make_shared<const SchemaSnapshot>(std::move(schema), std::move(settings));
  }();
  return kSnapshot;
}

}  // namespace

void check_tables(const RecordBlock& block, const std::vector<json>& values,
                  bool has_big_integers) {
  const bool is_compared =
      !has_big_integers && std::all_of(values.begin(), values.end(), [](const json& value) {
        return value.is_discarded() || (value.is_object() && is_plain(value));
      });
  ExpectedTables expected;
  std::size_t refused = 0;
  for (const json& value : values) {
    if (value.is_discarded()) ++refused;
    if (is_compared && !value.is_discarded()) expected.add_record(value);
  }
  BlockNormalizer normalizer;
  // The second time it knows the records' shape.
  for (int round = 0; round < 2; ++round) {
    normalizer.run(snapshot(), block, {.resource = kRoot, .table = kRoot});
    require(normalizer.error() == nullptr, "a record that cannot be loaded is set aside");
    for (const auto& [index, error] : normalizer.refused()) {
      require(index < values.size(), "who was refused is a record");
      require(!is_compared || values[index].is_discarded(), "valid records are not refused");
    }
    require(normalizer.refused().size() >= refused, "what is no JSON is refused");
    if (!is_compared) continue;
    std::map<std::string, TableView> tables;
    for (const normalize::TableBuilder* table : normalizer.tables())
      tables.emplace(table->name(), TableView(*table));
    require(tables.size() == expected.tables().size(), "every list is a table, and nothing else");
    for (const auto& [name, rows] : expected.tables()) {
      const auto table = tables.find(name);
      require(table != tables.end(), "a table has the name of its path");
      check_rows(table->second, rows, tables);
    }
  }
}

}  // namespace dlt::fuzz
