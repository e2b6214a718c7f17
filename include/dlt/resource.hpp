// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <ranges>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <dlt/arrow.hpp>
#include <dlt/incremental.hpp>
#include <dlt/json.hpp>
#include <nlohmann/json.hpp>

namespace dlt {

/// Something that becomes a JSON value: a `Json`, an `nlohmann::json`, or a struct with nlohmann's
/// `to_json`.
template <class T>
concept JsonLike = std::constructible_from<Json, const T&>;

/// What a resource yields into. The items are on disk when the extract ends.
class Out {
 public:
  /// One item; an array is a page of items. A value that is no object becomes a row with one
  /// column, "value".
  void yield(const Json& item);
  template <JsonLike T>
  requires(!std::same_as<T, Json>) void yield(const T& item) { yield(Json(item)); }
  /// Items as JSON text: values one after the other, an array at top level giving its elements.
  /// Checked when it is normalized.
  void yield_text(std::string_view json);
  /// The next bytes of such text, cut anywhere: for streams.
  void yield_bytes(std::string_view part);

  /// Rows as an Arrow C stream of structs, which is read to its end and released. Throws
  /// kBadRecord for a type that no column has, and what the stream itself reports.
  void yield(ArrowArrayStream* rows);

  /// The range of the resource's incremental; nulls when it has none. What came as bytes counts
  /// only when the resource is done.
  CursorRange cursor() const;
  /// Whether the source has left the range in the order that the incremental names: nothing that it
  /// could still yield would be loaded, and it may return.
  bool can_stop() const;

  struct Impl;
  explicit Out(Impl& impl) : impl_(impl) {}
  Out(const Out&) = delete;
  Out& operator=(const Out&) = delete;

 private:
  Impl& impl_;
};

/// What a resource says about its tables, in dlt's words. Names are the data's, not normalized yet.
/// Null and empty optionals: not said.
struct ResourceHints {
  /// Not said: the resource's name.
  std::optional<std::string> table_name = {};
  std::optional<std::string> parent_table_name = {};
  /// "merge", or {"disposition": "merge", "strategy": "scd2", ...}. Not said: append, unless the
  /// table has a parent.
  Json write_disposition = {};
  /// {"id": {"data_type": "bigint"}} or [{"name": "id", "data_type": "bigint"}].
  Json columns = {};
  /// A name or a list of names, in the place of what `columns` says; "" and []: none.
  Json primary_key = {};
  Json merge_key = {};
  Json schema_contract = {};
  std::optional<std::string> table_format = {};
  std::optional<std::string> file_format = {};
  Json references = {};
  /// Loads only what is new. A cursor that is a plain name marks its column.
  std::optional<Incremental> incremental = {};
  std::optional<int> max_table_nesting = {};
  /// Hints for tables below this one, by their path from here: {"items": {"columns": ...}}, or
  /// [{"path": ["items", "tags"], "columns": ...}]. One with a primary or merge key of its own
  /// becomes a root table of the resource.
  Json nested_hints = {};
  /// Any other property of the table ("x-...", "description").
  Json additional_table_hints = {};
};

/// How a CSV file is written.
struct CsvOptions {
  /// Empty: found out (comma, semicolon, tab or bar).
  std::string delimiter = {};
  /// Around fields with delimiters, line breaks or quotes in them, which are doubled there. Empty:
  /// none.
  std::string quote = "\"";
  /// Whether the first line names the columns. Not said: found out.
  std::optional<bool> header = {};
};

/// How files hold records.
struct FileOptions {
  /// "jsonl", "json", "csv", "parquet"; "auto": CSV and Parquet by the name's ending (.csv, .tsv,
  /// .parquet), JSON by the content.
  std::string format = "auto";
  CsvOptions csv = {};
  /// Which values inside a document are the records, as JSONPath: "$.features[*]". Empty: the
  /// top-level ones.
  std::string records = {};
  /// Whether the pipeline state remembers the files, so that they are not loaded a second time.
  bool remember = false;
  /// Loads them even so.
  bool reload = false;
};

/// A named stream of items, and the table that they go to.
class Resource {
 public:
  using Generator = std::function<void(Out&)>;

  Resource(std::string name, Generator generator, ResourceHints hints = {});
  /// Files of records, read when they are normalized; gzip and zstd are recognized.
  static Resource from_files(std::string name, std::vector<std::filesystem::path> files,
                             ResourceHints hints = {}, FileOptions options = {});
  /// A function that yields text or bytes; `options` say how they are written (JSON, CSV, Parquet)
  /// and which values of JSON are the records. It is never remembered.
  static Resource from_text(std::string name, Generator generator, ResourceHints hints = {},
                            FileOptions options = {});

  const std::string& name() const { return name_; }
  const ResourceHints& hints() const { return hints_; }
  ResourceHints& hints() { return hints_; }
  const Generator& generator() const { return generator_; }
  const std::vector<std::filesystem::path>& files() const { return files_; }
  const FileOptions& file_options() const { return file_options_; }

 private:
  std::string name_;
  Generator generator_;
  ResourceHints hints_;
  std::vector<std::filesystem::path> files_;
  FileOptions file_options_;
};

/// Resources that share a schema, whose name is the source's.
struct Source {
  std::string name = {};
  std::vector<Resource> resources = {};
  /// How many levels of lists and objects become tables and columns; deeper values stay JSON.
  /// Empty: all.
  std::optional<int> max_table_nesting = {};
  /// Whether rows of nested tables carry the id of their root row.
  std::optional<bool> root_key = {};
  /// A mode, or a mode by entity.
  Json schema_contract = {};
};

/// What is loaded: items, a function that yields them, files, JSON text, resources, or a source.
class Data {
 public:
  /// An array is a list of items (or pages), anything else is one item.
  Data(const Json& items);  // NOLINT: meant to be implicit
  template <JsonLike T>
  requires(!std::same_as<T, Json>) Data(const T& items) : Data(Json(items)) {}  // NOLINT
  template <std::invocable<Out&> F>
  Data(F generator) : Data(Resource({}, std::move(generator))) {}  // NOLINT
  /// Any range whose elements become JSON values; it is read when the data is extracted.
  template <std::ranges::input_range R>
  requires(!JsonLike<R> && JsonLike<std::ranges::range_value_t<R>>) Data(R&& range)  // NOLINT
      : Data(Resource(
            {}, [items = std::make_shared<std::decay_t<R>>(std::forward<R>(range))](Out& out) {
              for (auto&& item : *items) {
                if (out.can_stop()) return;
                out.yield(item);
              }
            })) {}
  Data(Resource resource);                // NOLINT
  Data(std::vector<Resource> resources);  // NOLINT
  Data(Source source);                    // NOLINT

  const Source& source() const { return source_; }

 private:
  Source source_;
};

/// Files of records as data: JSON, CSV or Parquet.
Data record_files(std::vector<std::filesystem::path> paths, FileOptions options = {});
/// An Arrow C stream as data. The stream is taken over, and can be loaded once.
Data arrow_stream(ArrowArrayStream* rows);
/// JSON text as data: values one after the other, an array at top level giving its elements.
Data json_text(std::string text);

}  // namespace dlt
