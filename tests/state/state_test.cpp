// SPDX-License-Identifier: Apache-2.0
#include "state/state.hpp"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/files/zlib.hpp"
#include "core/hash/base64.hpp"
#include "core/hash/digest.hpp"
#include "core/thrown_error.hpp"

namespace dlt {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::IsNull;
using ::testing::NotNull;

Json state_v1() {
  std::ifstream in(std::filesystem::path(DLTPP_TEST_DATA) / "conformance/data/state_v1.json");
  return Json::parse(in);
}

TEST(StoredState, LacksWhatStaysOnThisMachine) {
  const Json document = {{"a", 1}, {"_local", {{"b", 2}}}, {"c", nullptr}};
  const std::string stored = encode_state(document);
  EXPECT_EQ(unpack_text(stored), R"({"a":1,"c":null})");
  EXPECT_EQ(decode_state(stored).dump(), R"({"a":1,"c":null})");
}

TEST(StoredState, OfOldDatasetsIsPlainJson) {
  EXPECT_EQ(decode_state(R"({"a": [1.0, "żółć"]})").dump(), R"({"a":[1.0,"żółć"]})");
}

TEST(StoredState, KeepsMarkedValues) {
  const Json document = {{"at",
                          "\xEF\x80\xA7"
                          "2024-01-31T00:00:00Z"},
                         {"price",
                          "\xEF\x80\xA6"
                          "1.20"},
                         {"wide", 1e16}};
  EXPECT_EQ(decode_state(encode_state(document)), document);
}

TEST(StoredState, ThatIsNoneIsRefused) {
  for (const std::string& wrong :
       {std::string(""), std::string("{"), std::string("[1]"), std::string("17"),
        base64_encode("abc"), pack_text("[1]"), pack_text("{")}) {
    const Error error = thrown_by([&] { decode_state(wrong); });
    EXPECT_EQ(error.code(), ErrorCode::kState) << wrong;
    EXPECT_THAT(error.message(), HasSubstr("neither packed nor plain JSON"));
  }
}

TEST(PipelineState, FreshIsTheOneOfDlt) {
  const PipelineState state("p", "/home/me");
  EXPECT_EQ(
      state.to_json().dump(),
      R"({"_state_version":0,"_state_engine_version":4,"_local":{"first_run":true,"_dev_mode":false,)"
      R"("initial_cwd":"/home/me"},"pipeline_name":"p"})");
  EXPECT_THAT(state.version_hash(), IsEmpty());
  EXPECT_EQ(PipelineState::from_json(state.to_json(), "p").to_json(), state.to_json());
}

TEST(PipelineState, HashIsOverTheContentOnly) {
  PipelineState state("p", "/here");
  state.set("sources", {{"b", 1}, {"a", {{"z", 1}, {"y", "ż"}}}});
  EXPECT_EQ(state.compute_version_hash(),
            digest256(R"({"pipeline_name":"p","sources":{"a":{"y":"ż","z":1},"b":1}})"));
  const std::string before = state.compute_version_hash();
  state.set_local("first_run", false);
  state.bump_version();
  EXPECT_EQ(state.compute_version_hash(), before);
}

TEST(PipelineState, VersionGrowsWithTheContent) {
  PipelineState state("p", "/here");
  EXPECT_TRUE(state.bump_version());
  EXPECT_EQ(state.version(), 0) << "the first hash is no change";
  EXPECT_FALSE(state.bump_version());
  state.set("dataset_name", "d");
  EXPECT_TRUE(state.bump_version());
  EXPECT_EQ(state.version(), 1);
  EXPECT_EQ(state.version_hash(), state.compute_version_hash());
}

TEST(PipelineState, Engine1IsMigrated) {
  const PipelineState state = PipelineState::from_json(state_v1(), "debug_pipeline");
  const Json& document = state.to_json();
  EXPECT_EQ(document["_state_engine_version"], 4);
  EXPECT_EQ(document["_local"], Json::object());
  EXPECT_EQ(document["destination_type"], "dlt.destinations.postgres");
  EXPECT_TRUE(document["destination_name"].is_null());
  EXPECT_FALSE(document.contains("destination"));
  // The hash is of engine 3, where the destination had one name.
  EXPECT_EQ(
      state.version_hash(),
      digest256(
          R"({"dataset_name":"debug_pipeline_data","default_schema_name":"example_source",)"
          R"("destination":"dlt.destinations.postgres","pipeline_name":"debug_pipeline","schema_names":["example_source"]})"));
  PipelineState bumped = state;
  EXPECT_TRUE(bumped.bump_version());
  EXPECT_EQ(bumped.version(), 3);
}

struct NameCase {
  const char* document;
  const char* expected;
};

TEST(PipelineState, DestinationsAreSplitIntoTypeAndName) {
  const NameCase cases[] = {
      {R"({"_state_engine_version": 3, "staging": "filesystem"})",
       R"({"staging_type":"filesystem","staging_name":null})"},
      {R"({"_state_engine_version": 3, "destination": null})", R"({"destination":null})"},
      {R"({"_state_engine_version": 3, "destination_type": "dlt.destinations.duckdb", "destination_name": "mine"})",
       R"({"destination_type":"dlt.destinations.duckdb","destination_name":"mine"})"},
      {R"({"_state_engine_version": 4, "destination_type": "dlt.destinations.duckdb", "destination_name": "duckdb"})",
       R"({"destination_type":"dlt.destinations.duckdb","destination_name":"duckdb"})"},
  };
  for (const NameCase& entry : cases) {
    Json document = Json::parse(entry.document);
    document["_state_version"] = 1;
    document["pipeline_name"] = "p";
    Json migrated = PipelineState::from_json(document, "p").to_json();
    for (const char* key : {"_state_engine_version", "_state_version", "pipeline_name", "_local"})
      migrated.erase(key);
    EXPECT_EQ(migrated.dump(), entry.expected) << entry.document;
  }
}

TEST(PipelineState, MalformedOnesAreRefused) {
  const Json good = PipelineState("p", "/here").to_json();
  const auto refused = [&good](const char* key, Json value) {
    Json document = good;
    document[key] = std::move(value);
    const Error error = thrown_by([&] { PipelineState::from_json(document, "p"); });
    EXPECT_EQ(error.code(), ErrorCode::kState);
    return error.message();
  };
  EXPECT_THAT(refused("_state_engine_version", 5), HasSubstr("expected 1 to 4, got 5"));
  EXPECT_THAT(refused("_state_engine_version", 0), HasSubstr("expected 1 to 4, got 0"));
  EXPECT_THAT(refused("_state_engine_version", "4"),
              HasSubstr("'_state_engine_version', an integer"));
  EXPECT_THAT(refused("_state_version", nullptr),
              HasSubstr("expected an integer for '_state_version', got null"));
  EXPECT_THAT(refused("_version_hash", 1), HasSubstr("expected text for '_version_hash'"));
  EXPECT_THAT(refused("sources", "none"),
              HasSubstr("expected an object for 'sources', got \"none\""));
  EXPECT_THAT(refused("_local", 1), HasSubstr("'_local'"));
  EXPECT_THAT(refused("pipeline_name", "q"), HasSubstr("another pipeline: expected 'p', got 'q'"));
  EXPECT_THAT(thrown_by([] { PipelineState::from_json(Json::array(), "p"); }).message(),
              HasSubstr("no JSON object"));
}

TEST(PipelineState, SourcesAndResourcesHaveTheirOwn) {
  PipelineState state("p", "/here");
  EXPECT_THAT(state.find_source_state("s"), IsNull());
  EXPECT_THAT(state.find_resource_state("s", "r"), IsNull());
  state.resource_state("s", "r")["incremental"]["u"]["last_value"] = 3;
  state.source_state("s")["token"] = "x";
  state.resource_state("s", "q");
  EXPECT_EQ(
      state.get("sources").dump(),
      R"({"s":{"resources":{"r":{"incremental":{"u":{"last_value":3}}},"q":{}},"token":"x"}})");
  ASSERT_THAT(state.find_resource_state("s", "r"), NotNull());
  state.reset_resource_state("s", "r");
  state.reset_resource_state("s", "none");
  state.reset_resource_state("none", "r");
  EXPECT_THAT(state.find_resource_state("s", "r"), IsNull());
  ASSERT_THAT(state.find_source_state("s"), NotNull());
  state.reset_source_state("s");
  state.reset_source_state("none");
  EXPECT_EQ(state.get("sources").dump(), "{}");
}

TEST(PipelineState, AResetIsANewVersion) {
  PipelineState state("p", "/here");
  state.bump_version();
  state.reset_resource_state("s", "r");
  EXPECT_EQ(state.get("sources").dump(), "{}");
  EXPECT_TRUE(state.bump_version());
  EXPECT_EQ(state.version(), 1);
  state.reset_source_state("s");
  EXPECT_FALSE(state.bump_version()) << "nothing is left to reset";
}

TEST(PipelineState, MembersOfTheDocumentAreNotAllForCallers) {
  PipelineState state("p", "/here");
  state.set("schema_names", {"a", "b"});
  EXPECT_EQ(state.get("schema_names").dump(), R"(["a","b"])");
  EXPECT_TRUE(state.get("nothing").is_null());
  EXPECT_EQ(thrown_by([&] { state.set("_state_version", 7); }).code(), ErrorCode::kInvalidArgument);
}

TEST(PipelineState, RemembersWhatWasExtracted) {
  PipelineState state("p", "/here");
  EXPECT_FALSE(state.is_extracted());
  state.bump_version();
  EXPECT_FALSE(state.is_extracted());
  state.mark_extracted("2024-01-31T00:00:00Z");
  EXPECT_TRUE(state.is_extracted());
  EXPECT_EQ(state.local("_last_extracted_hash"), state.version_hash());
  EXPECT_EQ(state.local("_last_extracted_at"), "2024-01-31T00:00:00Z");
  state.set("dataset_name", "d");
  state.bump_version();
  EXPECT_FALSE(state.is_extracted());
  state.mark_extracted(nullptr);
  state.forget_extraction();
  EXPECT_FALSE(state.is_extracted());
  EXPECT_TRUE(state.local("_last_extracted_at").is_null());
}

TEST(PipelineState, YieldsToANewerOneOfTheDestination) {
  const auto state_of = [](int changes, const char* content) {
    PipelineState state("p", "/here");
    state.bump_version();
    for (int i = 0; i < changes; ++i) {
      state.set("sources", {{content, i}});
      state.bump_version();
    }
    return state;
  };
  const PipelineState local = state_of(2, "a");
  EXPECT_FALSE(local.yields_to(state_of(1, "b"))) << "older";
  EXPECT_TRUE(local.yields_to(state_of(2, "b"))) << "as old, but another one";
  EXPECT_TRUE(local.yields_to(state_of(3, "b")));
  EXPECT_FALSE(local.yields_to(local));

  PipelineState restored = local;
  restored.set_local("mine", 1);
  const PipelineState remote =
      PipelineState::from_json(decode_state(state_of(3, "b").encode()), "p");
  restored.restore(remote);
  EXPECT_EQ(restored.version(), 3);
  EXPECT_EQ(restored.version_hash(), remote.version_hash());
  EXPECT_EQ(restored.get("sources").dump(), R"({"b":2})");
  EXPECT_EQ(restored.local("mine"), 1);
  EXPECT_EQ(restored.local("initial_cwd"), "/here");
}

TEST(PipelineState, HasARow) {
  PipelineState state("p", "/here");
  state.bump_version();
  const Json row = state.to_row("2024-01-31T00:00:00Z", "1700000000.5");
  EXPECT_EQ(decode_state(row["state"].get<std::string>())["pipeline_name"], "p");
  std::vector<std::string> names;
  for (const auto& item : row.items()) names.push_back(item.key());
  EXPECT_THAT(names, ::testing::ElementsAre("version", "engine_version", "pipeline_name", "state",
                                            "created_at", "version_hash", "_dlt_load_id"));
  EXPECT_EQ(row["engine_version"], 4);
  EXPECT_EQ(row["version_hash"], state.version_hash());
  EXPECT_EQ(row["_dlt_load_id"], "1700000000.5");
}

}  // namespace
}  // namespace dlt
