// SPDX-License-Identifier: Apache-2.0
#include "destinations/sql/merge_plan.hpp"

#include <algorithm>
#include <set>
#include <span>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dlt/error.hpp"
#include "schema/row_identity.hpp"

namespace dlt::sql {
namespace {

// Temporary tables of a merge: row keys of the root's rows that go, and of those that come.
constexpr std::string_view kGone = "_dlt_gone";
constexpr std::string_view kComing = "_dlt_coming";
// What rows of one table become.
constexpr std::string_view kUpdated = "_dlt_updated";

std::vector<std::string> quoted_with_hint(const Table& table, std::string_view hint) {
  std::vector<std::string> names = columns_with_hint(table, hint);
  std::ranges::transform(names, names.begin(), [](const std::string& name) { return quote(name); });
  return names;
}

/// What `text` makes of each column.
template <class Text>
std::string each(std::span<const std::string> columns, std::string_view separator, Text text) {
  std::string all;
  for (const std::string& column : columns) {
    if (!all.empty()) all += separator;
    all += text(column);
  }
  return all;
}

/// `d."a" = s."a" AND d."b" = s."b"`
std::string equal(std::span<const std::string> columns) {
  return each(columns, " AND ",
              [](const std::string& column) { return fmt::format("d.{0} = s.{0}", column); });
}

[[noreturn]] void refuse(const Table& table, std::string message, std::string hint) {
  throw Error(ErrorCode::kSchema, std::move(message), std::move(hint)).add({.table = table.name});
}

/// The quoted columns by which merges find rows.
std::vector<std::string> compared_columns(const Table& table, const std::string& row_id) {
  std::set<std::string> names = {row_id};
  for (const std::string_view hint : {"primary_key", "merge_key", "row_key", "root_key",
                                      "parent_key", "unique", "hard_delete", "x-row-version"}) {
    const std::vector<std::string> hinted = columns_with_hint(table, hint);
    names.insert(hinted.begin(), hinted.end());
  }
  std::vector<std::string> compared;
  for (const Column& column : table.columns) {
    if (column.is_complete() && names.contains(column.name)) compared.push_back(quote(column.name));
  }
  return compared;
}

/// The column with a hint that at most one has, or none.
const Column* only_column(const Table& table, std::string_view hint) {
  const std::vector<std::string> names = columns_with_hint(table, hint);
  return names.empty() ? nullptr : table.find(names.front());
}

/// Conditions on rows by the hint `hard_delete`, both with `prefix` before the column.
class HardDelete {
 public:
  explicit HardDelete(const Table& root) : column_(only_column(root, "hard_delete")) {}

  bool is_set() const { return column_ != nullptr; }
  std::string is_gone(std::string_view prefix) const {
    const std::string name = std::string(prefix) + quote(column_->name);
    return column_->data_type == DataType::kBool ? name + " = TRUE" : name + " IS NOT NULL";
  }
  /// True of every row when no column has the hint.
  std::string stays(std::string_view prefix) const {
    if (!is_set()) return "TRUE";
    const std::string name = std::string(prefix) + quote(column_->name);
    const std::string is_null = name + " IS NULL";
    return column_->data_type == DataType::kBool ? fmt::format("({} OR {} = FALSE)", is_null, name)
                                                 : is_null;
  }

 private:
  const Column* column_;
};

/// A chain as the merge strategies see it. Aliases in SQL: `d` is the dataset's table, `s` the
/// staged one.
class Merge {
 public:
  Merge(StepList& steps, const TableChain& chain)
      : steps_(steps),
        chain_(chain),
        root_(chain.tables.front()),
        nested_(std::span(chain.tables).subspan(1)),
        primary_keys_(quoted_with_hint(*root_.table, "primary_key")),
        merge_keys_(quoted_with_hint(*root_.table, "merge_key")),
        hard_delete_(*root_.table) {}

  void delete_insert();
  void upsert();
  void insert_only();
  void scd2();

 private:
  std::string row_key(const TableRows& rows) const;
  bool is_below_root(const TableRows& rows) const {
    return rows.table->property("parent") == root_.table->name;
  }
  std::string root_key(const TableRows& rows) const;
  std::string parent_key(const TableRows& rows) const;
  const TableRows& parent(const TableRows& rows) const;
  /// What comes after FROM: the staged rows, one for each value of `keys`; the last one in that
  /// order, which ends with a comma.
  std::string one_of(const TableRows& rows, const std::string& keys,
                     const std::string& order = {}) const;
  /// The staged rows of the root table, one a primary key.
  std::string deduplicated(const std::string& columns) const;
  void stage_all(bool root_in_order = false);
  void stage(const TableRows& rows, bool in_order);
  void delete_old();
  void delete_below_former_ids();
  /// Deletes rows of a nested table below the roots in `kGone`.
  void delete_below_gone(const TableRows& rows);
  void refuse_null_keys();
  void refuse_doubled_keys();
  /// Adds rows of a table that pass the condition.
  void insert(const TableRows& rows, const std::string& condition);
  /// Adds rows of a nested table below the roots in `kComing`, one a row key.
  void insert_below_coming(const TableRows& rows);
  /// Rows of a table take the values of those in `source` that have the same keys; of the others
  /// there, new ones are made. Columns that the schema does not know keep their values.
  void update_or_insert(const TableRows& rows, std::span<const std::string> keys,
                        const std::string& source);
  void merge_in_place(const TableRows& rows, std::span<const std::string> keys,
                      const std::string& source);
  void merge_anew(const TableRows& rows, std::span<const std::string> keys,
                  const std::string& source);

  StepList& steps_;
  const TableChain& chain_;
  const TableRows& root_;
  std::span<const TableRows> nested_;
  std::vector<std::string> primary_keys_;
  std::vector<std::string> merge_keys_;
  HardDelete hard_delete_;
};

std::string Merge::row_key(const TableRows& rows) const {
  const Table& table = *rows.table;
  if (const auto keys = quoted_with_hint(table, "row_key"); !keys.empty()) return keys.front();
  // Nested rows name it. In versions of records (scd2), where it is not unique, it has no hint.
  if (table.find(chain_.row_id) != nullptr) return quote(chain_.row_id);
  if (const auto keys = quoted_with_hint(table, "unique"); !keys.empty()) return keys.front();
  const std::vector<std::string> keys = quoted_with_hint(table, "primary_key");
  if (keys.size() == 1) return keys.front();
  refuse(table,
         "a merge with nested tables needs a column that tells the rows apart: the table "
         "has no column with the hint 'row_key' or 'unique' and no single primary key",
         "give a column, such as _dlt_id, the hint row_key");
}

std::string Merge::parent_key(const TableRows& rows) const {
  const std::vector<std::string> columns = quoted_with_hint(*rows.table, "parent_key");
  if (!columns.empty()) return columns.front();
  refuse(*rows.table,
         "a merge needs the link to the parent row: no column has the hint "
         "'parent_key'",
         "give a column, such as _dlt_parent_id, the hint parent_key");
}

// Rows of the second level and deeper find their root row only by a key of its own.
std::string Merge::root_key(const TableRows& rows) const {
  const std::vector<std::string> columns = quoted_with_hint(*rows.table, "root_key");
  if (!columns.empty()) return columns.front();
  if (is_below_root(rows)) return parent_key(rows);
  refuse(*rows.table, "a merge needs the link to the root row: no column has the hint 'root_key'",
         "set root_key of the source to true");
}

const TableRows& Merge::parent(const TableRows& rows) const {
  const std::string name = rows.table->property("parent");
  const auto found = std::ranges::find_if(
      chain_.tables, [&name](const TableRows& other) { return other.table->name == name; });
  return found == chain_.tables.end() ? root_ : *found;
}

void Merge::stage_all(bool root_in_order) {
  stage(root_, root_in_order);
  for (const TableRows& rows : nested_) {
    if (!rows.files.empty()) stage(rows, false);
  }
}

// Statistics of all columns of wide rows take longer than copying them.
void Merge::stage(const TableRows& rows, bool in_order) {
  steps_.stage(rows, in_order);
  steps_.analyze(rows, compared_columns(*rows.table, chain_.row_id));
}

std::string Merge::one_of(const TableRows& rows, const std::string& keys,
                          const std::string& order) const {
  return fmt::format(
      "(SELECT *, ROW_NUMBER() OVER (PARTITION BY {} ORDER BY {}{} DESC) AS \"_dlt_dedup_rn\" FROM "
      "{}) AS s WHERE \"_dlt_dedup_rn\" = 1",
      keys, order, steps_.dialect().row_order, steps_.staged_name(rows));
}

// Among rows with the same key the one that `dedup_sort` names stays, else the last.
std::string Merge::deduplicated(const std::string& columns) const {
  std::string order;
  if (const Column* sort = only_column(*root_.table, "dedup_sort")) {
    const std::string direction = sort->hints->at("dedup_sort").get<std::string>();
    order =
        fmt::format("{} {} NULLS LAST, ", quote(sort->name), direction == "asc" ? "ASC" : "DESC");
  }
  return fmt::format("SELECT {} FROM {} AND {}", columns,
                     one_of(root_, fmt::format("{}", fmt::join(primary_keys_, ", ")), order),
                     hard_delete_.stays("s."));
}

void Merge::insert(const TableRows& rows, const std::string& condition) {
  if (rows.files.empty()) return;
  steps_.execute(fmt::format("INSERT INTO {} ({}) SELECT {} FROM {} AS s WHERE {}",
                             steps_.final_name(rows), steps_.columns(rows),
                             steps_.columns(rows, "s."), steps_.staged_name(rows), condition));
}

void Merge::insert_below_coming(const TableRows& rows) {
  insert(rows, fmt::format("EXISTS (SELECT 1 FROM {} AS c WHERE c.{} = s.{})",
                           steps_.temporary(kComing), row_key(root_), root_key(rows)));
}

void Merge::delete_old() {
  std::vector<std::string> matches;
  for (const std::vector<std::string>* keys : {&primary_keys_, &merge_keys_}) {
    if (keys->empty()) continue;
    matches.push_back(fmt::format("EXISTS (SELECT 1 FROM {} AS s WHERE {})",
                                  steps_.staged_name(root_), equal(*keys)));
  }
  if (!nested_.empty()) {
    const std::string key = row_key(root_);
    std::string gone;
    for (const std::string& match : matches) {
      if (!gone.empty()) gone += " UNION ";
      gone +=
          fmt::format("SELECT d.{} FROM {} AS d WHERE {}", key, steps_.final_name(root_), match);
    }
    steps_.keep(kGone, gone);
    for (const TableRows& rows : nested_) delete_below_gone(rows);
  }
  // By their own keys: rows that others put there have no row key.
  for (const std::string& match : matches)
    steps_.execute(fmt::format("DELETE FROM {} AS d WHERE {}", steps_.final_name(root_), match));
}

// Rows that came before the table was merged have no key of their root.
void Merge::delete_below_gone(const TableRows& rows) {
  std::string root = "d." + root_key(rows);
  if (is_below_root(rows) && !columns_with_hint(*rows.table, "parent_key").empty())
    root = fmt::format("COALESCE({}, d.{})", root, parent_key(rows));
  steps_.execute(
      fmt::format("DELETE FROM {} AS d WHERE EXISTS (SELECT 1 FROM {} AS g WHERE g.{} = {})",
                  steps_.final_name(rows), steps_.temporary(kGone), row_key(root_), root));
}

void Merge::delete_insert() {
  if (primary_keys_.empty() && merge_keys_.empty() && !hard_delete_.is_set()) {
    for (const TableRows& rows : chain_.tables) steps_.copy(rows, steps_.final_name(rows));
    return;
  }
  const bool deduplicates =
      !primary_keys_.empty() &&
      root_.table->properties->value("x-stage-data-deduplicated", Json()) != true;
  stage_all(deduplicates);
  refuse_null_keys();
  if (!primary_keys_.empty() || !merge_keys_.empty()) delete_old();
  if (nested_.empty()) {
    const std::string columns = steps_.columns(root_);
    if (!deduplicates) {
      insert(root_, hard_delete_.stays("s."));
    } else if (!root_.files.empty()) {
      steps_.execute(fmt::format("INSERT INTO {} ({}) {}", steps_.final_name(root_), columns,
                                 deduplicated(columns)));
    }
  } else {
    const std::string key = row_key(root_);
    steps_.keep(kComing, deduplicates
                             ? deduplicated(key)
                             : fmt::format("SELECT {} FROM {} AS s WHERE {}", key,
                                           steps_.staged_name(root_), hard_delete_.stays("s.")));
    insert(root_, fmt::format("EXISTS (SELECT 1 FROM {} AS c WHERE c.{} = s.{})",
                              steps_.temporary(kComing), key, key));
    for (const TableRows& rows : nested_) insert_below_coming(rows);
  }
  steps_.drop_staged();
}

// It would match nothing, now and in the next load: the record would be there once more each time.
// The column takes nulls where the key was named after the table was made.
void Merge::refuse_null_keys() {
  if (primary_keys_.empty()) return;
  steps_.refuse(
      fmt::format("SELECT {} FROM {} WHERE {} IS NULL LIMIT 1", fmt::join(primary_keys_, ", "),
                  steps_.staged_name(root_), fmt::join(primary_keys_, " IS NULL OR ")),
      "a record has no value for its primary key",
      "give every record one, or name columns that every record has");
}

// Both records have the row id that comes of their key: which nested rows are whose is lost.
void Merge::refuse_doubled_keys() {
  const std::string keys = fmt::format("{}", fmt::join(primary_keys_, ", "));
  steps_.refuse(fmt::format("SELECT {0} FROM {1} GROUP BY {0} HAVING count(*) > 1 LIMIT 1", keys,
                            steps_.staged_name(root_)),
                "the package has several records with the same primary key",
                "let the source yield a record once, or use the merge strategy delete-insert, "
                "which takes the last");
}

void Merge::update_or_insert(const TableRows& rows, std::span<const std::string> keys,
                             const std::string& source) {
  switch (steps_.dialect().row_update) {
    case RowUpdate::kInPlace:
      return merge_in_place(rows, keys, source);
    case RowUpdate::kAnew:
      return merge_anew(rows, keys, source);
  }
}

void Merge::merge_in_place(const TableRows& rows, std::span<const std::string> keys,
                           const std::string& source) {
  const std::string assignments =
      each(quoted_columns(*rows.table), ", ",
           [](const std::string& column) { return fmt::format("{0} = s.{0}", column); });
  steps_.execute(fmt::format(
      "MERGE INTO {} AS d USING {} AS s ON {} WHEN MATCHED THEN UPDATE SET {} WHEN NOT MATCHED "
      "THEN INSERT ({}) VALUES ({})",
      steps_.final_name(rows), source, equal(keys), assignments, steps_.columns(rows),
      steps_.columns(rows, "s.")));
}

void Merge::merge_anew(const TableRows& rows, std::span<const std::string> keys,
                       const std::string& source) {
  const std::string values = each(quoted_columns(*rows.table), ", ", [](const std::string& column) {
    return fmt::format("s.{0} AS {0}", column);
  });
  const std::string final = steps_.final_name(rows);
  const std::string updated = steps_.temporary(kUpdated);
  steps_.keep(kUpdated, fmt::format("SELECT d.* REPLACE ({}) FROM {} AS d JOIN {} AS s ON {}",
                                    values, final, source, equal(keys)));
  steps_.execute(fmt::format("DELETE FROM {} AS d WHERE EXISTS (SELECT 1 FROM {} AS s WHERE {})",
                             final, updated, equal(keys)));
  steps_.execute(fmt::format("INSERT INTO {} BY NAME SELECT * FROM {}", final, updated));
  steps_.execute(fmt::format(
      "INSERT INTO {} ({}) SELECT {} FROM {} AS s WHERE NOT EXISTS (SELECT 1 FROM {} AS d WHERE "
      "{})",
      final, steps_.columns(rows), steps_.columns(rows, "s."), source, updated, equal(keys)));
  steps_.drop(kUpdated);
}

// A row id comes of the key as the source writes it ("1" and 1 are one integer), or of a former
// strategy: what hangs on the row by another one than it gets would stay for good.
void Merge::delete_below_former_ids() {
  if (nested_.empty() || root_.files.empty()) return;
  const std::string key = row_key(root_);
  steps_.keep(kGone, fmt::format("SELECT d.{0} FROM {1} AS d JOIN {2} AS s ON {3} WHERE d.{0} <> "
                                 "s.{0}",
                                 key, steps_.final_name(root_), steps_.staged_name(root_),
                                 equal(primary_keys_)));
  for (const TableRows& rows : nested_) delete_below_gone(rows);
}

void Merge::upsert() {
  stage_all();
  refuse_null_keys();
  refuse_doubled_keys();
  const std::string staged = steps_.staged_name(root_);
  delete_below_former_ids();
  // What is deleted in the source leaves the dataset with all that is below it.
  std::string source = staged;
  if (hard_delete_.is_set()) {
    steps_.execute(fmt::format(
        "DELETE FROM {} AS d WHERE EXISTS (SELECT 1 FROM {} AS s WHERE {} "
        "AND {})",
        steps_.final_name(root_), staged, equal(primary_keys_), hard_delete_.is_gone("s.")));
    source = fmt::format("(SELECT * FROM {} AS s WHERE {})", staged, hard_delete_.stays("s."));
  }
  update_or_insert(root_, primary_keys_, source);
  if (!nested_.empty()) {
    const std::string key = row_key(root_);
    for (const TableRows& rows : nested_) {
      // Elements that are no longer in their list, and those of roots that are gone.
      const std::string below = fmt::format("EXISTS (SELECT 1 FROM {} AS r WHERE r.{} = d.{})",
                                            staged, key, root_key(rows));
      std::string kept = "FALSE";
      const std::vector<std::string> keys = {row_key(rows)};
      std::string coming;
      if (!rows.files.empty()) {
        coming = fmt::format(
            "(SELECT s.* FROM {} AS s WHERE EXISTS (SELECT 1 FROM {} AS r WHERE "
            "r.{} = s.{} AND {}))",
            steps_.staged_name(rows), staged, key, root_key(rows), hard_delete_.stays("r."));
        kept = fmt::format("EXISTS (SELECT 1 FROM {} AS s WHERE {})", coming, equal(keys));
      }
      steps_.execute(fmt::format("DELETE FROM {} AS d WHERE {} AND NOT {}", steps_.final_name(rows),
                                 below, kept));
      if (!rows.files.empty()) update_or_insert(rows, keys, coming);
    }
  }
  steps_.drop_staged();
}

void Merge::insert_only() {
  stage_all();
  refuse_null_keys();
  refuse_doubled_keys();
  const std::string key = nested_.empty() ? primary_keys_.front() : row_key(root_);
  const std::string is_new =
      fmt::format("{} AND NOT EXISTS (SELECT 1 FROM {} AS d WHERE {})", hard_delete_.stays("s."),
                  steps_.final_name(root_), equal(primary_keys_));
  if (nested_.empty()) {
    insert(root_, is_new);
  } else {
    steps_.keep(kComing, fmt::format("SELECT s.{} FROM {} AS s WHERE {}", key,
                                     steps_.staged_name(root_), is_new));
    insert(root_, fmt::format("EXISTS (SELECT 1 FROM {} AS c WHERE c.{} = s.{})",
                              steps_.temporary(kComing), key, key));
    for (const TableRows& rows : nested_) insert_below_coming(rows);
  }
  steps_.drop_staged();
}

void Merge::scd2() {
  const Table& table = *root_.table;
  const auto need = [&table](std::string_view hint) -> const Column& {
    if (const Column* column = only_column(table, hint)) return *column;
    refuse(table, fmt::format("merge strategy 'scd2' needs a column with the hint '{}'", hint),
           "let the write disposition {\"disposition\": \"merge\", \"strategy\": \"scd2\"} set it");
  };
  const Column& from = need("x-valid-from");
  const Column& to = need("x-valid-to");
  const std::string version = quote(need("x-row-version").name);
  const auto time = [this](const Column& column, const std::string& iso) {
    return fmt::format("CAST({} AS {})", literal(iso), steps_.dialect().column_type(column));
  };
  const Json boundary_hint = table.properties->value("x-boundary-timestamp", Json());
  const std::string boundary =
      boundary_hint.is_string() ? boundary_hint.get<std::string>() : chain_.created_at;
  const Json active_hint = to.hints->value("x-active-record-timestamp", Json());
  const std::string active_value =
      active_hint.is_string() ? time(to, active_hint.get<std::string>()) : "NULL";
  const auto is_active = [&](std::string_view prefix) {
    return active_hint.is_string() ? fmt::format("{}{} = {}", prefix, quote(to.name), active_value)
                                   : fmt::format("{}{} IS NULL", prefix, quote(to.name));
  };
  const std::string final = steps_.final_name(root_);
  const std::string staged = steps_.staged_name(root_);
  stage_all(true);
  // Before it was merged so, the table may have been made with ids that come once.
  if (steps_.dialect().drop_unique != nullptr && version == quote(chain_.row_id))
    steps_.execute(steps_.dialect().drop_unique(final, chain_.row_id));
  // With a merge key only what has a new version, or is gone from what came with its key, retires.
  std::string retires;
  if (!merge_keys_.empty()) {
    retires =
        fmt::format(" AND EXISTS (SELECT 1 FROM {} AS s WHERE {})", staged, equal(merge_keys_));
  }
  steps_.execute(fmt::format(
      "UPDATE {0} AS d SET {1} = {2} WHERE {3} AND NOT EXISTS (SELECT 1 FROM "
      "{4} AS s WHERE s.{5} = d.{5}){6}",
      final, quote(to.name), time(to, boundary), is_active("d."), staged, version, retires));
  // A version that came twice is one.
  std::string columns;
  for (const std::string& column : quoted_columns(table)) {
    if (column == quote(from.name) || column == quote(to.name)) continue;
    columns += column + ", ";
  }
  steps_.execute(fmt::format(
      "INSERT INTO {0} ({1}{2}, {3}) SELECT {1}{4}, {5} FROM {6} AND NOT EXISTS (SELECT 1 FROM {0} "
      "AS d WHERE d.{7} = s.{7} AND {8})",
      final, columns, quote(from.name), quote(to.name), time(from, boundary), active_value,
      one_of(root_, version), version, is_active("d.")));
  // Rows below a version that was inserted; those below one that came back are there already.
  for (const TableRows& rows : nested_) {
    if (rows.files.empty()) continue;
    const std::string key = row_key(rows);
    const TableRows& above = parent(rows);
    steps_.execute(
        fmt::format("INSERT INTO {0} ({1}) SELECT {1} FROM {2} AND EXISTS (SELECT 1 FROM {3} AS p "
                    "WHERE p.{4} = "
                    "s.{5}) AND NOT EXISTS (SELECT 1 FROM {0} AS d WHERE d.{6} = s.{6})",
                    steps_.final_name(rows), steps_.columns(rows), one_of(rows, key),
                    steps_.final_name(above), row_key(above), parent_key(rows), key));
  }
  steps_.drop_staged();
}

}  // namespace

void plan_merge(StepList& steps, const TableChain& chain) {
  const auto strategy = std::get<MergeStrategy>(chain.disposition);
  check_merge_hints(*chain.tables.front().table, strategy);
  Merge merge(steps, chain);
  switch (strategy) {
    case MergeStrategy::kDeleteInsert:
      return merge.delete_insert();
    case MergeStrategy::kUpsert:
      return merge.upsert();
    case MergeStrategy::kInsertOnly:
      return merge.insert_only();
    case MergeStrategy::kScd2:
      return merge.scd2();
  }
}

}  // namespace dlt::sql
