// SPDX-License-Identifier: Apache-2.0
#include "dlt/schema.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "dlt/error.hpp"
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
  return !name.empty() && is_letter(static_cast<unsigned char>(name.front())) &&
         std::all_of(name.begin(), name.end(), [&](char c) {
           return is_letter(static_cast<unsigned char>(c)) ||
                  is_digit(static_cast<unsigned char>(c));
         });
}

std::size_t count_code_points(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

void check_name(std::string_view name) {
  if (is_identifier(name) && count_code_points(name) <= kMaxNameLength) return;
  throw Error(ErrorCode::kSchema, fmt::format("not a name of a schema: '{}'", name),
              "use at most 64 letters, digits and underscores, not beginning with a digit");
}

Json default_settings() {
  return Json{{"detections", {"iso_timestamp"}},
              {"default_hints",
               {{"not_null",
                 {"_dlt_id", "_dlt_root_id", "_dlt_parent_id", "_dlt_list_idx", "_dlt_load_id"}},
                {"parent_key", {"_dlt_parent_id"}},
                {"root_key", {"_dlt_root_id"}},
                {"unique", {"_dlt_id"}},
                {"row_key", {"_dlt_id"}}}}};
}

Json default_normalizers() {
  return Json{{"names", "snake_case"},
              {"json", {{"module", "dlt.common.normalizers.json.relational"}}}};
}

template <typename... Args>
std::shared_ptr<const Json> share(Args&&... args) {
  return std::make_shared<const Json>(std::forward<Args>(args)...);
}

}  // namespace

Schema::Schema(std::string name)
    : name_(std::move(name)),
      settings_(share(default_settings())),
      normalizers_(share(default_normalizers())),
      rest_(Column::empty_hints()) {
  check_name(name_);
  tables_ = {version_table(), loads_table()};
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

void Schema::update_table(const Table& partial, CompoundHints compound) {
  const std::string parent = partial.property("parent");
  if (!parent.empty() && find_table(parent) == nullptr) {
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
  } else {
    tables_.push_back(partial);
  }
}

void Schema::drop_table(std::string_view name) {
  const auto found = std::find_if(tables_.begin(), tables_.end(),
                                  [name](const Table& table) { return table.name == name; });
  if (found != tables_.end()) tables_.erase(found);
}

const Json& Schema::settings() const { return *settings_; }
void Schema::set_settings(Json settings) { settings_ = share(std::move(settings)); }
const Json& Schema::normalizers() const { return *normalizers_; }
void Schema::set_normalizers(Json normalizers) { normalizers_ = share(std::move(normalizers)); }

Json Schema::normalizer_config() const {
  const Json* json = find_property(*normalizers_, "json");
  const Json* config = json == nullptr ? nullptr : find_property(*json, "config");
  return config == nullptr || config->is_null() ? Json::object() : *config;
}

void Schema::set_normalizer_config(std::string_view key, Json value) {
  Json config = normalizer_config();
  if (value.is_null()) {
    config.erase(std::string(key));
  } else {
    config[std::string(key)] = std::move(value);
  }
  Json changed = *normalizers_;
  changed["json"]["config"] = std::move(config);
  set_normalizers(std::move(changed));
}

const std::string Schema::naming_name() const {
  const Json* names = find_property(*normalizers_, "names");
  return names != nullptr && names->is_string() ? names->get<std::string>() : "snake_case";
}

SchemaContract Schema::contract_for(std::string_view table_name) const {
  if (table_name.starts_with("_dlt")) return {};
  const Table* table = find_table(table_name);
  for (; table != nullptr; table = find_table(table->property("parent"))) {
    const Json* own = find_property(*table->properties, "schema_contract");
    if (own != nullptr) return SchemaContract::parse(*own, {});
  }
  const Json* setting = find_property(*settings_, "schema_contract");
  return setting == nullptr ? SchemaContract{} : SchemaContract::parse(*setting, {});
}

}  // namespace dlt
