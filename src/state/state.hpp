// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "dlt/json.hpp"

namespace dlt {

/// A state document as the destination stores it: base64 of zlib of its typed JSON, without the
/// part that stays on this machine (`_local`). Values with a mark of typed JSON keep it.
std::string encode_state(const Json& document);
/// The document of a stored text, which in old datasets is plain JSON. Throws kState when it is
/// neither.
Json decode_state(std::string_view stored);

/// What a pipeline remembers between its runs, and which version of it: the document `state.json`
/// of its working folder.
class PipelineState {
 public:
  static constexpr int kEngineVersion = 4;

  /// The state of a pipeline that never ran. `initial_cwd` is where it was created.
  PipelineState(std::string_view pipeline_name, std::string_view initial_cwd);
  /// Reads a document of engine version 1 to 4, migrating older ones. Throws kState when it is
  /// malformed, of another engine version, or of another pipeline.
  static PipelineState from_json(Json document, std::string_view pipeline_name);

  /// The whole document, `_local` included, as `state.json` has it.
  const Json& to_json() const { return document_; }
  std::string encode() const { return encode_state(document_); }

  std::int64_t version() const;
  /// The hash when the state was last bumped, or empty.
  std::string version_hash() const;
  /// Hash of the content as it is now: everything but `_local` and the versions.
  std::string compute_version_hash() const;
  /// When the content changed since the last time: version + 1. The first time only sets the hash.
  /// Returns whether the hash is a new one.
  bool bump_version();

  /// A member of the document (pipeline_name, dataset_name, default_schema_name, schema_names,
  /// destination_type, ...), or null.
  const Json& get(std::string_view key) const;
  /// Throws kInvalidArgument for a member that begins with "_".
  void set(std::string_view key, Json value);
  /// A member of the part that stays on this machine, or null.
  const Json& local(std::string_view key) const;
  void set_local(std::string_view key, Json value);

  /// The state of a source, an object made when it is not there. References hold until the next
  /// source or resource is made.
  Json& source_state(std::string_view source);
  /// The state of a resource of it.
  Json& resource_state(std::string_view source, std::string_view resource);
  /// The same, null when it is not there.
  const Json* find_source_state(std::string_view source) const;
  const Json* find_resource_state(std::string_view source, std::string_view resource) const;
  /// As in dlt a reset leaves an empty list of sources where there was none: it is a new version.
  void reset_source_state(std::string_view source);
  void reset_resource_state(std::string_view source, std::string_view resource);

  /// Whether the content, as of the last bump, was put into a package already.
  bool is_extracted() const;
  /// Remembers that it was; `at` is the time as typed JSON.
  void mark_extracted(Json at);
  /// Makes the next run put it into a package again.
  void forget_extraction();

  /// Whether a state that came from the destination is to take this one's place: it is not older,
  /// and it is another one.
  bool yields_to(const PipelineState& remote) const;
  /// Becomes `remote`, keeping what stays on this machine.
  void restore(const PipelineState& remote);

  /// Becomes a state that a package carries, extracted as that was, keeping the rest of what stays
  /// on this machine.
  void adopt(const PipelineState& carried);

  /// The row of `_dlt_pipeline_state`; `created_at` is the time as typed JSON.
  Json to_row(Json created_at, std::string_view load_id) const;

 private:
  PipelineState() = default;

  Json document_;
};

}  // namespace dlt
