// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <nlohmann/json.hpp>

#include "dlt/schema.hpp"
#include "schema/properties.hpp"

namespace dlt {
namespace {

std::shared_ptr<const Json> with(const Json& object, std::string_view key, Json value) {
  auto changed = std::make_shared<Json>(object);
  (*changed)[std::string(key)] = std::move(value);
  return changed;
}

std::shared_ptr<const Json> without(const Json& object, std::string_view key) {
  auto changed = std::make_shared<Json>(object);
  changed->erase(std::string(key));
  return changed;
}

}  // namespace

std::shared_ptr<const Json> Column::empty_hints() {
  static const auto empty = std::make_shared<const Json>(Json::object());
  return empty;
}

bool Column::flag(std::string_view hint) const {
  const Json* value = find_property(*hints, hint);
  return value != nullptr && value->is_boolean() && value->get<bool>();
}

Column& Column::set_hint(std::string_view hint, Json value) {
  hints = with(*hints, hint, std::move(value));
  return *this;
}

Column& Column::erase_hint(std::string_view hint) {
  if (find_property(*hints, hint) != nullptr) hints = without(*hints, hint);
  return *this;
}

bool operator==(const Column& a, const Column& b) {
  return a.name == b.name && a.data_type == b.data_type && a.nullable == b.nullable &&
         a.precision == b.precision && a.scale == b.scale && a.timezone == b.timezone &&
         (a.hints == b.hints || same_content(*a.hints, *b.hints));
}

const Column* Table::find(std::string_view column) const {
  const auto found = std::find_if(columns.begin(), columns.end(),
                                  [column](const Column& c) { return c.name == column; });
  return found == columns.end() ? nullptr : &*found;
}

Column* Table::find(std::string_view column) {
  return const_cast<Column*>(static_cast<const Table*>(this)->find(column));
}

std::string Table::property(std::string_view property_name) const {
  const Json* value = find_property(*properties, property_name);
  return value != nullptr && value->is_string() ? value->get<std::string>() : std::string();
}

Table& Table::set_property(std::string_view property_name, Json value) {
  properties = with(*properties, property_name, std::move(value));
  return *this;
}

Table& Table::erase_property(std::string_view property_name) {
  if (find_property(*properties, property_name) != nullptr) {
    properties = without(*properties, property_name);
  }
  return *this;
}

bool Table::has_seen_data() const {
  const Json* normalizer = find_property(*properties, "x-normalizer");
  if (normalizer == nullptr) return false;
  const Json* seen = find_property(*normalizer, "seen-data");
  return seen != nullptr && seen->is_boolean() && seen->get<bool>();
}

}  // namespace dlt
