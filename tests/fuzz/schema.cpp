// SPDX-License-Identifier: Apache-2.0
// Schema documents of any content, as JSON and as YAML: refused with an Error, or read, and then
// what is written reads back to the same, in every form.
#include <optional>
#include <string>

#include <dlt/schema.hpp>
#include <nlohmann/json.hpp>

#include "dlt/error.hpp"
#include "fuzz/target.hpp"

namespace dlt::fuzz {
namespace {

std::optional<Schema> read(std::string_view text, bool is_yaml) {
  try {
    if (is_yaml) return Schema::from_yaml(text);
    Json document = Json::parse(text, nullptr, false);
    if (document.is_discarded()) return std::nullopt;
    return Schema::from_json(std::move(document));
  } catch (const Error& error) {
    require(error.code() == ErrorCode::kSchema, "what is wrong with a document is of the schema");
    require(!error.message().empty(), "an error says what is wrong");
    return std::nullopt;
  }
}

void check_round_trips(const Schema& schema) {
  const Json document = schema.to_json();
  const std::string text = document.dump();
  require(document.at("version_hash") == schema.compute_version_hash(),
          "a document has the hash of its content");

  const Schema again = Schema::from_json(document);
  require(again.to_json().dump() == text, "JSON reads back to the same");
  require(again.version() == document.at("version"), "reading does not change the version");
  Schema bumped = again;
  require(!bumped.bump_version(), "what was written is the stored version");
  require(Schema::from_yaml(schema.to_yaml()).to_json().dump() == text,
          "YAML reads back to the same");
  require(Schema::from_yaml(schema.to_yaml_without_defaults()).compute_version_hash() ==
              schema.compute_version_hash(),
          "the form for people has the same content");
}

}  // namespace
}  // namespace dlt::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dlt;
  using namespace dlt::fuzz;
  Input input(data, size);
  const bool is_yaml = input.setting(1) == 1;
  if (const std::optional<Schema> schema = read(input.text(), is_yaml)) {
    try {
      check_round_trips(*schema);
    } catch (const Error& error) {
      fail(fmt::format("a schema that was read can be written and read: {}", error.describe()));
    }
  }
  return 0;
}
