// SPDX-License-Identifier: Apache-2.0
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "core/temporary_folder.hpp"
#include "core/thrown_error.hpp"
#include "destinations/destination.hpp"
#include "destinations/duckdb/settings.hpp"

namespace dlt::duckdb {
namespace {

struct BadCase {
  const char* name;
  const char* settings;
};

class BadSettings : public testing::TestWithParam<BadCase> {};

TEST_P(BadSettings, AreRefused) {
  const Json settings = Json::parse(GetParam().settings);
  EXPECT_EQ(thrown_by([&] { Settings::from_json(settings); }).code(), ErrorCode::kConfiguration);
}

INSTANTIATE_TEST_SUITE_P(
    Documents, BadSettings,
    testing::Values(BadCase{"no_table", "[]"}, BadCase{"unknown", R"({"creat_indexes": true})"},
                    BadCase{"no_boolean", R"({"create_indexes": "yes"})"},
                    BadCase{"credentials", R"({"credentials": "x.duckdb"})"},
                    BadCase{"unknown_credential", R"({"credentials": {"user": "me"}})"},
                    BadCase{"no_list", R"({"credentials": {"pragmas": "x"}})"},
                    BadCase{"no_texts", R"({"credentials": {"extensions": [1]}})"},
                    BadCase{"no_pairs", R"({"credentials": {"global_config": ["threads"]}})"},
                    BadCase{"nested", R"({"credentials": {"local_config": {"a": {"b": 1}}}})"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(DuckDbSettingsTest, ReadsAll) {
  const Settings settings = Settings::from_json(Json::parse(R"({
    "create_indexes": true,
    "credentials": {"read_only": true, "extensions": ["json"], "pragmas": ["enable_checkpoint_on_shutdown"],
                    "global_config": {"threads": 1, "default_order": "DESC"}, "local_config": {"schema": "main"}}})"));
  EXPECT_TRUE(settings.create_indexes);
  EXPECT_TRUE(settings.read_only);
  EXPECT_EQ(settings.extensions, (std::vector<std::string>{"json"}));
  EXPECT_EQ(settings.pragmas, (std::vector<std::string>{"enable_checkpoint_on_shutdown"}));
  EXPECT_EQ(settings.global_config, (std::vector<std::pair<std::string, std::string>>{
                                        {"threads", "1"}, {"default_order", "DESC"}}));
  EXPECT_EQ(settings.local_config,
            (std::vector<std::pair<std::string, std::string>>{{"schema", "main"}}));
}

std::string ask(Destination& destination, const std::string& sql) {
  const auto client = destination.open("d", {});
  const auto rows = client->query(sql);
  return rows->next() ? rows->text(0) : "nothing";
}

TEST(DuckDbSettingsTest, AreAppliedToSessions) {
  const TemporaryFolder folder;
  const std::string address = (folder / "x.duckdb").string();
  const auto destination = make_destination(address, "", Json::parse(R"({"credentials": {
    "global_config": {"memory_limit": "100MB"}, "pragmas": ["disable_progress_bar"],
    "local_config": {"errors_as_json": "true"}}})"));
  EXPECT_EQ(ask(*destination, "SELECT current_setting('memory_limit')"), "95.3 MiB");
  EXPECT_EQ(ask(*destination, "SELECT current_setting('errors_as_json')"), "true");

  const auto reader =
      make_destination(address, "", Json::parse(R"({"credentials": {"read_only": true}})"));
  EXPECT_EQ(ask(*reader, "SELECT 1"), "1");
  EXPECT_THROW(ask(*reader, "CREATE TABLE t(i INTEGER)"), Error);

  const auto wrong = make_destination(
      address, "", Json::parse(R"({"credentials": {"global_config": {"thread": 1}}})"));
  EXPECT_EQ(thrown_by([&] { ask(*wrong, "SELECT 1"); }).code(), ErrorCode::kConfiguration);
}

TEST(DuckDbSettingsTest, MemoryIsLimitedUnlessSaidOtherwise) {
  const TemporaryFolder folder;
  EXPECT_EQ(ask(*make_destination((folder / "x.duckdb").string(), ""),
                "SELECT current_setting('memory_limit')"),
            "286.5 MiB");
}

}  // namespace
}  // namespace dlt::duckdb
