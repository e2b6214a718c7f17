// SPDX-License-Identifier: Apache-2.0
// How BlockNormalizer finds out where the keys of a record lead, and who gets a name that several
// of them claim.
#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dlt/error.hpp"
#include "normalize/block_normalizer.hpp"
#include "schema/row_identity.hpp"

namespace dlt::normalize {
namespace {

constexpr const char* kEmptyKey = "_empty";

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\n\r\f\v") == std::string_view::npos;
}

std::string join(const NamingConvention& naming, const std::vector<std::string>& path,
                 std::string_view last) {
  std::vector<std::string_view> parts(path.begin(), path.end());
  parts.push_back(last);
  return naming.shorten_fragments(parts);
}

/// A key as a part of a source path: no two ways to a value have the same path.
std::string path_part(std::string_view key) {
  std::string part;
  for (const char c : key) {
    if (c == '.' || c == '\\') part += '\\';
    part += c;
  }
  return part;
}

/// Of two keys of one row: which stands first in the record? Objects of a row are not walked in
/// that order.
bool stands_before(const KeySlot& one, const KeySlot& other) {
  const auto way = [](const KeySlot& slot) {
    std::vector<const KeySlot*> keys;
    for (const KeySlot* key = &slot; key != nullptr; key = key->place->reached_by)
      keys.push_back(key);
    std::reverse(keys.begin(), keys.end());
    return keys;
  };
  return std::ranges::lexicographical_compare(way(one), way(other), {}, &KeySlot::met,
                                              &KeySlot::met);
}

}  // namespace

void BlockNormalizer::use(const std::shared_ptr<const SchemaSnapshot>& snapshot) {
  if (snapshot == snapshot_ && !must_forget_) return;
  roots_.clear();
  builders_.clear();
  order_.clear();
  must_forget_ = false;
  snapshot_ = snapshot;
  const NamingConvention& naming = snapshot_->naming();
  id_name_ = naming.normalize_identifier("_dlt_id");
  load_id_name_ = naming.normalize_identifier("_dlt_load_id");
  parent_id_name_ = naming.normalize_identifier("_dlt_parent_id");
  list_index_name_ = naming.normalize_identifier("_dlt_list_idx");
  root_id_name_ = naming.normalize_identifier("_dlt_root_id");
  value_name_ = naming.normalize_identifier("value");
}

bool BlockNormalizer::is_taken_by_dlt(std::string_view column) const {
  const Capabilities& capabilities = *snapshot_->settings().capabilities;
  const std::string folded = capabilities.fold(column);
  const auto is = [&](const std::string& name) { return folded == capabilities.fold(name); };
  return is(load_id_name_) || is(parent_id_name_) || is(list_index_name_) || is(root_id_name_);
}

ObjectPlace& BlockNormalizer::root_place(const std::string& table) {
  std::unique_ptr<ObjectPlace>& place = roots_[table];
  if (!place) {
    place = std::make_unique<ObjectPlace>();
    TableBuilder& rows = builder(table, {});
    place->table = &rows;
    place->table_path = {table};
    place->levels = max_nesting(snapshot_->schema(), table);
    place->row_levels = place->levels;
  }
  enter(*place->table);
  return *place;
}

TableBuilder& BlockNormalizer::builder(const std::string& name, const std::string& parent) {
  std::unique_ptr<TableBuilder>& entry = builders_[snapshot_->settings().capabilities->fold(name)];
  if (entry) return *entry;
  const Table* known = snapshot_->find_table(name);
  if (known != nullptr && !parent.empty() && known->property("parent").empty()) {
    Error error(ErrorCode::kSchema,
                fmt::format("rows nested in '{}' would go to the table '{}', which has rows of its "
                            "own: their links would be lost",
                            parent, name),
                "load what has the name of a nested table into another table");
    throw error.add({.table = name});
  }
  entry = std::make_unique<TableBuilder>(name, parent, *snapshot_);
  TableBuilder& table = *entry;
  order_.push_back(&table);
  const bool missing = known == nullptr;
  if (table.is_new && table.contract.tables != ContractMode::kEvolve && !name.starts_with("_dlt")) {
    if (table.contract.tables == ContractMode::kFreeze) {
      Error error(ErrorCode::kContract,
                  fmt::format("new table '{}', but the contract for tables is 'freeze'", name),
                  "set the contract for tables to 'evolve' to let the dataset grow, or to "
                  "'discard_row' to go on without its rows");
      throw error.add({.table = name});
    }
    table.discarded = true;
    findings_.push_back({.kind = Finding::Kind::kTableGone, .table = name});
    return table;
  }
  if (missing) {
    Table definition{.name = name};
    if (!parent.empty()) definition.set_property("parent", parent);
    findings_.push_back(
        {.kind = Finding::Kind::kTable, .table = name, .table_definition = std::move(definition)});
    must_forget_ = true;
  }
  return table;
}

KeySlot& BlockNormalizer::slot_for(ObjectPlace& place, std::string_view key) {
  if (const auto found = place.by_key.find(key); found != place.by_key.end()) return *found->second;
  const NamingConvention& naming = snapshot_->naming();
  const SchemaRules& rules = snapshot_->rules();
  KeySlot& slot = place.slots.emplace_back();
  slot.key = key;
  slot.place = &place;
  place.by_key.emplace(slot.key, &slot);
  slot.source_path = place.source_path.empty()
                         ? path_part(slot.key)
                         : fmt::format("{}.{}", place.source_path, path_part(slot.key));
  if (is_blank(key)) {
    // Named below, as a key of which nothing is left.
  } else if (snapshot_->schema().normalizes_paths()) {
    slot.name = naming.normalize_path(key);
    slot.list_name = naming.normalize_tables_path(key);
  } else {
    slot.name = naming.normalize_identifier(key);
    slot.list_name = naming.normalize_table_identifier(key);
  }
  if (slot.name.empty()) slot.name = kEmptyKey;
  if (slot.list_name.empty()) slot.list_name = kEmptyKey;
  slot.column_name = place.path.empty() ? slot.name : join(naming, place.path, slot.name);
  if (is_taken_by_dlt(slot.column_name)) {
    const std::string taken = slot.column_name;
    slot.column_name = tagged(taken, slot.source_path);
    slot.is_alias = true;
  }
  slot.claim = place.table->claim_index(slot.column_name);
  slot.excluded = rules.is_excluded(place.table->name(), slot.column_name);
  return slot;
}

KeySlot& BlockNormalizer::value_slot(ObjectPlace& place) { return slot_for(place, value_name_); }

ObjectPlace& BlockNormalizer::object_place(ObjectPlace& place, KeySlot& slot) {
  if (!slot.object_place) {
    slot.object_place = std::make_unique<ObjectPlace>();
    ObjectPlace& nested = *slot.object_place;
    nested.table = place.table;
    nested.table_path = place.table_path;
    nested.path = place.path;
    nested.path.push_back(slot.name);
    nested.source_path = slot.source_path;
    nested.reached_by = &slot;
    nested.levels = place.levels - 1;
    nested.row_levels = place.row_levels;
  }
  return *slot.object_place;
}

ListPlace& BlockNormalizer::open_list(ObjectPlace& place, KeySlot& slot) {
  if (!slot.list_place) {
    const NamingConvention& naming = snapshot_->naming();
    auto list = std::make_unique<ListPlace>();
    ObjectPlace rows;
    rows.table_path = place.table_path;
    rows.table_path.insert(rows.table_path.end(), place.path.begin(), place.path.end());
    const std::string table = join(naming, rows.table_path, slot.list_name);
    rows.table_path.push_back(slot.list_name);
    rows.table = &builder(table, place.table->name());
    rows.levels = place.row_levels - 1;
    rows.row_levels = rows.levels;
    list->table = rows.table;
    list->lists.table = rows.table;
    list->lists.table_path = rows.table_path;
    list->lists.levels = rows.levels - 1;
    list->lists.row_levels = list->lists.levels;
    list->objects = std::move(rows);
    list->value_slot = &slot_for(list->objects, value_name_);
    list->list_slot = &slot_for(list->lists, "list");
    slot.list_place = std::move(list);
  }
  return *slot.list_place;
}

ListPlace& BlockNormalizer::list_place(ObjectPlace& place, KeySlot& slot) {
  KeySlot* user = &slot;
  for (;;) {
    ListPlace& list = open_list(place, *user);
    TableBuilder& table = *list.table;
    const bool is_taken = table.listed_by_row == row_serial_ && table.listed_by != user;
    if (is_taken || !retry_.contests.empty()) {
      const Claim claim = {table.name(), {}};
      KeySlot* owner = user;
      if (gives_way(*user, claim)) {
        owner = &alias_of(*user);
      } else if (is_taken) {
        const std::string name = join(snapshot_->naming(), place.path, user->list_name);
        owner = &settle(*table.listed_by, *user, claim, name);
      }
      if (owner != user) {
        user = owner;
        continue;
      }
    }
    if (user->is_alias)
      count(tally_.renamed[{place.table->name(), user->source_path, table.name()}]);
    table.listed_by_row = row_serial_;
    table.listed_by = user;
    enter(table);
    return list;
  }
}

// --- names that several keys claim
// -----------------------------------------------------------------------------------

std::string BlockNormalizer::tagged(const std::string& name, const std::string& source_path) const {
  const std::string full = fmt::format("{}_{}", name, NamingConvention::compute_tag(source_path));
  const std::array<std::string_view, 1> parts = {full};
  return snapshot_->naming().shorten_fragments(parts);
}

KeySlot& BlockNormalizer::alias_of(KeySlot& slot) {
  if (!slot.alias) {
    slot.alias = std::make_unique<KeySlot>();
    KeySlot& alias = *slot.alias;
    alias.is_alias = true;
    alias.key = slot.key;
    alias.place = slot.place;
    alias.source_path = slot.source_path;
    alias.name = slot.name;
    alias.column_name = tagged(slot.column_name, slot.source_path);
    alias.claim = slot.place->table->claim_index(alias.column_name);
    alias.list_name = tagged(slot.list_name, slot.source_path);
  }
  slot.alias->met = slot.met;
  return *slot.alias;
}

std::string BlockNormalizer::owner_of(const Claim& claim) const {
  if (const auto here = owners_.find(claim); here != owners_.end()) return here->second;
  return recorded_owner(*snapshot_, claim.first, claim.second);
}

bool BlockNormalizer::gives_way(const KeySlot& slot, const Claim& claim) const {
  const auto contest = retry_.contests.find({claim, row_number_});
  return contest != retry_.contests.end() && contest->second.losers.contains(slot.source_path);
}

KeySlot& BlockNormalizer::settle(const KeySlot& first, KeySlot& second, const Claim& claim,
                                 const std::string& name) {
  std::string owner = owner_of(claim);
  if (owner.empty()) {
    // An earlier row of the record may have settled it.
    const auto earliest = retry_.contests.lower_bound({claim, 0});
    if (earliest != retry_.contests.end() && earliest->first.first == claim &&
        earliest->first.second < row_number_)
      owner = earliest->second.winner;
  }
  const auto rank = [&](const KeySlot& slot) {
    if (!owner.empty() && slot.source_path == owner) return 0;
    return slot.source_path == name ? 1 : 2;
  };
  const bool second_owns =
      rank(second) != rank(first) ? rank(second) < rank(first) : stands_before(second, first);
  Contest& contest = retry_.contests[{claim, row_number_}];
  contest.name = claim.second.empty() ? std::string{} : name;
  contest.winner = second_owns ? second.source_path : first.source_path;
  contest.losers.insert(second_owns ? first.source_path : second.source_path);
  if (!second_owns) return alias_of(second);
  // The row is walked to its end all the same, to find all such keys at once.
  must_walk_again_ = true;
  return second;
}

void BlockNormalizer::record_owners() {
  for (const auto& [contested, contest] : retry_.contests) {
    const Claim& claim = contested.first;
    if (!owner_of(claim).empty()) continue;
    owners_[claim] = contest.winner;
    must_forget_ = true;
    const auto table = builders_.find(snapshot_->settings().capabilities->fold(claim.first));
    findings_.push_back(
        {.kind = Finding::Kind::kOwner,
         .table = claim.first,
         .column = claim.second.empty() ? std::string{} : spelling_of(*table->second, contest.name),
         .source = contest.winner});
  }
}

KeySlot& BlockNormalizer::claim_name(TableBuilder& table, KeySlot& slot, std::uint32_t index,
                                     const std::string& name) {
  NameClaim& claim = table.claim(index);
  const bool is_taken = claim.row_serial == row_serial_ && claim.by != &slot;
  if (is_taken || !retry_.contests.empty()) {
    const Claim claimed = {table.name(), snapshot_->settings().capabilities->fold(name)};
    if (gives_way(slot, claimed)) return alias_of(slot);
    if (is_taken) {
      KeySlot& user = settle(*claim.by, slot, claimed, spelling_of(table, name));
      if (&user != &slot) return user;
    }
  }
  claim = {row_serial_, &slot};
  return slot;
}

std::string BlockNormalizer::spelling_of(const TableBuilder& table, const std::string& name) const {
  if (const std::int32_t known = table.find(name); known != TableBuilder::kNoColumn)
    return table.column(known).definition.name;
  const Column* column = snapshot_->find_column(table.name(), name);
  return column == nullptr ? name : column->name;
}

}  // namespace dlt::normalize
