// SPDX-License-Identifier: Apache-2.0
#include "state/state.hpp"

#include <array>
#include <utility>

#include <fmt/format.h>

#include "core/files/zlib.hpp"
#include "core/hash/digest.hpp"
#include "core/json/canonical.hpp"
#include "dlt/error.hpp"

namespace dlt {
namespace {

constexpr const char* kVersion = "_state_version";
constexpr const char* kHash = "_version_hash";
constexpr const char* kEngine = "_state_engine_version";
constexpr const char* kLocal = "_local";
constexpr const char* kSources = "sources";
constexpr const char* kResources = "resources";
constexpr const char* kExtractedHash = "_last_extracted_hash";
constexpr const char* kExtractedAt = "_last_extracted_at";

const Json& null_json() {
  static const Json null;
  return null;
}

const Json& member(const Json& object, std::string_view key) {
  if (!object.is_object()) return null_json();
  const auto found = object.find(std::string(key));
  return found == object.end() ? null_json() : *found;
}

// An object's member, made an object when it is none.
Json& object_member(Json& object, std::string_view key) {
  Json& value = object[std::string(key)];
  if (!value.is_object()) value = Json::object();
  return value;
}

std::string text_of(const Json& value) {
  return value.is_string() ? value.get<std::string>() : std::string();
}

std::string hash_of(const Json& document) {
  Json hashed = document;
  for (const char* key : {kLocal, kVersion, kEngine, kHash}) hashed.erase(key);
  return digest256(compact_json(hashed, SortKeys::kYes));
}

// "dlt.destinations.duckdb" is the type of a destination named "duckdb".
std::string short_name(const std::string& type) {
  const std::size_t dot = type.rfind('.');
  return dot == std::string::npos ? type : type.substr(dot + 1);
}

void add_local(Json& document) { document[kLocal] = Json::object(); }

void add_hash(Json& document) { document[kHash] = hash_of(document); }

void split_type_and_name(Json& document) {
  for (const std::string_view what : {"destination", "staging"}) {
    const std::string type = text_of(member(document, what));
    if (type.empty()) continue;
    document[fmt::format("{}_type", what)] = type;
    document[fmt::format("{}_name", what)] = short_name(type);
    document.erase(std::string(what));
  }
}

// A destination that was never given a name has none.
void drop_implied_names(Json& document) {
  for (const std::string_view what : {"destination", "staging"}) {
    const std::string type = text_of(member(document, fmt::format("{}_type", what)));
    const std::string name = fmt::format("{}_name", what);
    if (!type.empty() && text_of(member(document, name)) == short_name(type))
      document[name] = nullptr;
  }
}

using Migration = void (*)(Json& document);
// The n-th leads from engine version n + 1 to the next one.
constexpr std::array<Migration, PipelineState::kEngineVersion - 1> kMigrations = {
    add_local, add_hash, [](Json& document) {
      split_type_and_name(document);
      drop_implied_names(document);
    }};

[[noreturn]] void fail(std::string message, std::string hint = {}) {
  throw Error(ErrorCode::kState, std::move(message), std::move(hint));
}

void migrate(Json& document) {
  const Json& engine = member(document, kEngine);
  if (!engine.is_number_integer())
    fail("a pipeline state needs '_state_engine_version', an integer");
  const auto version = engine.get<std::int64_t>();
  if (version < 1 || version > PipelineState::kEngineVersion) {
    fail(
        fmt::format("no way from this engine version of a pipeline state: expected 1 to {}, got {}",
                    PipelineState::kEngineVersion, version),
        "it was written by a newer program: use that one");
  }
  for (auto at = static_cast<std::size_t>(version - 1); at < kMigrations.size(); ++at)
    kMigrations[at](document);
  document[kEngine] = PipelineState::kEngineVersion;
}

void check(const Json& document) {
  const auto expect = [&document](const char* key, bool holds, std::string_view expected) {
    if (!holds)
      fail(fmt::format("pipeline state: expected {} for '{}', got {}", expected, key,
                       member(document, key).dump(-1, ' ', false, Json::error_handler_t::replace)));
  };
  const auto is_object_or_absent = [&document](const char* key) {
    return !document.contains(key) || document[key].is_object();
  };
  expect(kVersion, member(document, kVersion).is_number_integer(), "an integer");
  expect(kHash, member(document, kHash).is_null() || member(document, kHash).is_string(), "text");
  expect(kLocal, is_object_or_absent(kLocal), "an object");
  expect(kSources, is_object_or_absent(kSources), "an object");
}

}  // namespace

std::string encode_state(const Json& document) {
  Json shared = document;
  shared.erase(kLocal);
  return pack_text(compact_json(shared, SortKeys::kNo));
}

Json decode_state(std::string_view stored) {
  const std::optional<std::string> unpacked = unpack_text(stored);
  const std::string_view text = unpacked ? std::string_view(*unpacked) : stored;
  Json document = Json::parse(text, nullptr, false);
  if (!document.is_object()) fail("a stored pipeline state is neither packed nor plain JSON");
  return document;
}

PipelineState::PipelineState(std::string_view pipeline_name, std::string_view initial_cwd)
    : document_{{kVersion, 0},
                {kEngine, kEngineVersion},
                {kLocal, {{"first_run", true}, {"_dev_mode", false}, {"initial_cwd", initial_cwd}}},
                {"pipeline_name", pipeline_name}} {}

PipelineState PipelineState::from_json(Json document, std::string_view pipeline_name) {
  if (!document.is_object()) fail("a pipeline state is no JSON object");
  migrate(document);
  check(document);
  const Json& name = member(document, "pipeline_name");
  if (name != std::string(pipeline_name)) {
    fail(fmt::format("a state belongs to another pipeline: expected '{}', got '{}'", pipeline_name,
                     text_of(name)));
  }
  if (!document.contains(kLocal)) document[kLocal] = Json::object();
  PipelineState state;
  state.document_ = std::move(document);
  return state;
}

std::int64_t PipelineState::version() const { return document_[kVersion].get<std::int64_t>(); }
std::string PipelineState::version_hash() const { return text_of(get(kHash)); }
std::string PipelineState::compute_version_hash() const { return hash_of(document_); }

bool PipelineState::bump_version() {
  const std::string hash = compute_version_hash();
  const std::string previous = version_hash();
  if (hash == previous) return false;
  if (!previous.empty()) document_[kVersion] = version() + 1;
  document_[kHash] = hash;
  return true;
}

const Json& PipelineState::get(std::string_view key) const { return member(document_, key); }

void PipelineState::set(std::string_view key, Json value) {
  if (key.starts_with('_')) {
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("'{}' of a pipeline state is not to be set", key));
  }
  document_[std::string(key)] = std::move(value);
}

const Json& PipelineState::local(std::string_view key) const { return member(get(kLocal), key); }

void PipelineState::set_local(std::string_view key, Json value) {
  object_member(document_, kLocal)[std::string(key)] = std::move(value);
}

Json& PipelineState::source_state(std::string_view source) {
  return object_member(object_member(document_, kSources), source);
}

Json& PipelineState::resource_state(std::string_view source, std::string_view resource) {
  return object_member(object_member(source_state(source), kResources), resource);
}

const Json* PipelineState::find_source_state(std::string_view source) const {
  const Json& found = member(get(kSources), source);
  return found.is_object() ? &found : nullptr;
}

const Json* PipelineState::find_resource_state(std::string_view source,
                                               std::string_view resource) const {
  const Json& found = member(member(member(get(kSources), source), kResources), resource);
  return found.is_object() ? &found : nullptr;
}

void PipelineState::reset_source_state(std::string_view source) {
  object_member(document_, kSources).erase(std::string(source));
}

void PipelineState::reset_resource_state(std::string_view source, std::string_view resource) {
  Json& sources = object_member(document_, kSources);
  if (find_resource_state(source, resource) != nullptr)
    sources[std::string(source)][kResources].erase(std::string(resource));
}

bool PipelineState::is_extracted() const {
  const std::string extracted = text_of(local(kExtractedHash));
  return !extracted.empty() && extracted == version_hash();
}

void PipelineState::mark_extracted(Json at) {
  set_local(kExtractedAt, std::move(at));
  set_local(kExtractedHash, version_hash());
}

void PipelineState::forget_extraction() {
  Json& local = object_member(document_, kLocal);
  local.erase(kExtractedAt);
  local.erase(kExtractedHash);
}

bool PipelineState::yields_to(const PipelineState& remote) const {
  return remote.version() >= version() && remote.version_hash() != version_hash();
}

void PipelineState::restore(const PipelineState& remote) {
  Json local = get(kLocal);
  document_ = remote.document_;
  document_[kLocal] = std::move(local);
}

void PipelineState::adopt(const PipelineState& carried) {
  restore(carried);
  forget_extraction();
  for (const char* key : {kExtractedAt, kExtractedHash}) {
    if (const Json& value = carried.local(key); !value.is_null()) set_local(key, value);
  }
}

Json PipelineState::to_row(Json created_at, std::string_view load_id) const {
  return Json{{"version", version()},
              {"engine_version", kEngineVersion},
              {"pipeline_name", get("pipeline_name")},
              {"state", encode()},
              {"created_at", std::move(created_at)},
              {"version_hash", version_hash()},
              {"_dlt_load_id", load_id}};
}

}  // namespace dlt
