// SPDX-License-Identifier: Apache-2.0
#include "dlt/schema.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/text/utf8.hpp"
#include "dlt/error.hpp"
#include "schema/document.hpp"
#include "schema/identifiers.hpp"
#include "schema/merge.hpp"
#include "schema/properties.hpp"
#include "schema/system_tables.hpp"

namespace dlt {
namespace {

constexpr std::size_t kMaxNameLength = 64;

// dlt asks for a Python identifier; of letters beyond ASCII this knows only that they are no ASCII.
bool is_identifier(std::string_view name) {
  const auto is_letter = [](unsigned char c) {
    return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c >= 0x80;
  };
  const auto is_digit = [](unsigned char c) { return c >= '0' && c <= '9'; };
  return !name.empty() && !is_digit(static_cast<unsigned char>(name.front())) &&
         std::all_of(name.begin(), name.end(), [&](char c) {
           const auto byte = static_cast<unsigned char>(c);
           return is_letter(byte) || is_digit(byte);
         });
}

void check_name(std::string_view name) {
  if (is_identifier(name) && is_valid_utf8(name) && count_code_points(name) <= kMaxNameLength)
    return;
  throw Error(ErrorCode::kSchema, fmt::format("not a name of a schema: '{}'", name),
              "use at most 64 letters, digits and underscores, not beginning with a digit");
}

// What the columns that the normalizer adds have.
Json system_column_hints() {
  return Json{{"not_null", Json::array({"_dlt_id", "_dlt_root_id", "_dlt_parent_id",
                                        "_dlt_list_idx", "_dlt_load_id"})},
              {"parent_key", Json::array({"_dlt_parent_id"})},
              {"root_key", Json::array({"_dlt_root_id"})},
              {"unique", Json::array({"_dlt_id"})},
              {"row_key", Json::array({"_dlt_id"})}};
}

void default_to(Table& table, const char* property, const std::string& value) {
  const Json* said = find_property(*table.properties, property);
  if (said == nullptr || said->is_null()) table.set_property(property, value);
}

}  // namespace

Schema::Schema(std::string name, std::shared_ptr<const NamingConvention> naming)
    : name_(std::move(name)), rest_(Column::empty_hints()) {
  check_name(name_);
  settings_ = std::make_shared<const Json>(Json{{"detections", Json::array({"iso_timestamp"})}});
  normalizers_ = Column::empty_hints();
  naming_ = std::move(naming);
  set_normalizers(
      {{"names", naming_ == nullptr ? std::string_view("snake_case") : naming_->name()}});
  add_system_column_hints();
  tables_ = {normalize_identifiers(version_table(), *naming_),
             normalize_identifiers(loads_table(), *naming_)};
}

void Schema::add_system_column_hints() { add_default_hints(system_column_hints()); }

void Schema::replace_content(const Schema& other) {
  const std::string replaced = compute_version_hash();
  *this = other;
  if (replaced == compute_version_hash()) return;
  if (std::find(previous_hashes_.begin(), previous_hashes_.end(), replaced) ==
      previous_hashes_.end()) {
    previous_hashes_.insert(previous_hashes_.begin(), replaced);
  }
  if (previous_hashes_.size() > kHashHistory) previous_hashes_.resize(kHashHistory);
}

const Table* Schema::find_table(std::string_view name) const {
  const auto found = std::find_if(tables_.begin(), tables_.end(),
                                  [name](const Table& table) { return table.name == name; });
  return found == tables_.end() ? nullptr : &*found;
}

Table* Schema::find_table(std::string_view name) {
  return const_cast<Table*>(static_cast<const Schema*>(this)->find_table(name));
}

std::vector<const Table*> Schema::table_chain(std::string_view root) const {
  std::vector<const Table*> chain;
  if (const Table* table = find_table(root); table != nullptr) chain.push_back(table);
  // Depth first: a table's children come right after it, before its next sibling.
  for (std::size_t at = 0; at < chain.size(); ++at) {
    std::vector<const Table*> children;
    for (const Table& candidate : tables_) {
      if (candidate.property("parent") == chain[at]->name) children.push_back(&candidate);
    }
    chain.insert(chain.begin() + static_cast<std::ptrdiff_t>(at) + 1, children.begin(),
                 children.end());
  }
  return chain;
}

const Table& Schema::root_table(const Table& table) const {
  const Table* at = &table;
  while (at->is_nested()) {
    const Table* parent = find_table(at->property("parent"));
    if (parent == nullptr) break;
    at = parent;
  }
  return *at;
}

bool Schema::is_new_table(std::string_view name) const {
  const Table* table = find_table(name);
  return table == nullptr ||
         std::none_of(table->columns.begin(), table->columns.end(),
                      [](const Column& column) { return column.is_complete(); });
}

const Json* Schema::inherited_property(std::string_view table_name,
                                       std::string_view property) const {
  for (const Table* table = find_table(table_name); table != nullptr;
       table = find_table(table->property("parent"))) {
    if (const Json* own = find_property(*table->properties, property); own != nullptr) return own;
    if (!table->is_nested()) break;
  }
  return nullptr;
}

void Schema::update_table(const Table& partial, CompoundHints compound) {
  const std::string parent = partial.property("parent");
  if (!parent.empty() && (parent == partial.name || find_table(parent) == nullptr)) {
    throw Error(ErrorCode::kSchema,
                fmt::format("the parent of table '{}' is not in schema '{}': '{}'", partial.name,
                            name_, parent),
                "give hints to all tables between the nested table and its root")
        .add({.table = partial.name});
  }
  if (Table* existing = find_table(partial.name); existing != nullptr) {
    Table merged = *existing;
    merge_table(merged, partial, compound);
    *existing = std::move(merged);
    return;
  }
  Table added = partial;
  if (!added.is_nested()) {
    default_to(added, "write_disposition", "append");
    default_to(added, "resource", added.name);
  }
  tables_.push_back(std::move(added));
}

void Schema::drop_table(std::string_view name) {
  const auto found = std::find_if(tables_.begin(), tables_.end(),
                                  [name](const Table& table) { return table.name == name; });
  if (found == tables_.end()) return;
  tables_.erase(found);

  Json config = normalizer_config();
  const auto propagation = config.find("propagation");
  if (propagation == config.end() || !propagation->is_object()) return;
  const auto tables = propagation->find("tables");
  if (tables == propagation->end() || !tables->is_object()) return;
  if (tables->erase(std::string(name)) > 0) set_normalizer_config("propagation", *propagation);
}

void Schema::update_schema(const Schema& other) {
  Json normalizers = *other.normalizers_;
  for (const char* kept :
       {"use_break_path_on_normalize", "allow_identifier_change_on_table_with_data"}) {
    const Json* own = find_property(*normalizers_, kept);
    if (own != nullptr && find_property(normalizers, kept) == nullptr) normalizers[kept] = *own;
  }
  Schema updated = *this;
  updated.settings_ = other.settings_;
  updated.set_normalizers(std::move(normalizers));
  updated.add_system_column_hints();
  for (const Table& table : other.tables_) {
    if (table.is_nested()) continue;
    for (const Table* member : other.table_chain(table.name)) {
      updated.update_table(normalize_identifiers(*member, *updated.naming_));
    }
  }
  *this = std::move(updated);
}

Schema Schema::without_processing_hints() const {
  Schema cleaned = *this;
  for (Table& table : cleaned.tables_) {
    for (const std::string_view hint : kProcessingHints) table.erase_property(hint);
    for (Column& column : table.columns) column.erase_hint("x-normalizer");
  }
  return cleaned;
}

std::string Schema::version_table_name() const {
  return naming_->normalize_table_identifier(kVersionTable);
}
std::string Schema::loads_table_name() const {
  return naming_->normalize_table_identifier(kLoadsTable);
}
std::string Schema::state_table_name() const {
  return naming_->normalize_table_identifier(kStateTable);
}
bool Schema::is_system_name(std::string_view name) const {
  return name.starts_with(system_prefix_);
}

SchemaContract Schema::contract_for(std::string_view table, std::string_view parent) const {
  if (is_system_name(table)) return {};
  const Json* contract =
      inherited_property(find_table(table) == nullptr ? parent : table, "schema_contract");
  if (contract == nullptr) contract = find_property(*settings_, "schema_contract");
  return contract == nullptr ? SchemaContract{} : SchemaContract::parse(*contract, {});
}

}  // namespace dlt
