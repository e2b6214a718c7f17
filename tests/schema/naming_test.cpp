// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <dlt/error.hpp>
#include <dlt/naming.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/text/utf8.hpp"

namespace dlt {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::string_view kConventions[] = {"snake_case", "duck_case", "direct",
                                             "sql_ci_v1",  "sql_cs_v1", "s3_tables"};

template <typename Call>
std::optional<Error> error_of(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "nothing was thrown";
  return {};
}

#define EXPECT_ERROR(call, expected_code, expected_message)     \
  do {                                                          \
    const auto error = error_of([&] { call; });                 \
    ASSERT_TRUE(error);                                         \
    EXPECT_EQ(error->code(), expected_code);                    \
    EXPECT_THAT(error->message(), HasSubstr(expected_message)); \
  } while (false)

TEST(Naming, Identifiers) {
  struct Case {
    const char* convention;
    const char* identifier;
    const char* normalized;
  };
  for (const Case& c : {
           Case{"snake_case", "+-!$*@#=|:", "x_xa_lx"},
           {"snake_case", "123BaNaNa", "_123_ba_na_na"},
           {"snake_case", "BANANA____", "bananaxxxx"},
           {"snake_case", "+1", "x1"},
           {"snake_case", "-1", "_1"},
           {"snake_case", "HTTPServerURL", "http_server_url"},
           {"snake_case", "xAbcDefGHi", "x_abc_def_g_hi"},
           {"snake_case", "٣Abc", "_٣_abc"},
           {"snake_case", "①", "x"},
           {"snake_case", "___", "xxx"},
           {"snake_case",
            "a\xff\xfe"
            "b",
            "a_b"},
           {"sql_ci_v1", "___a___b", "_a_b"},
           {"sql_ci_v1", "+-!$*@#=|:", "_"},
           {"sql_ci_v1", "123BaNaNa", "_123banana"},
           {"sql_cs_v1", "123BaNaNa_", "_123BaNaNa"},
           {"sql_cs_v1", "é٣", "_٣"},
           {"duck_case", " Ab__\"\r\nc ", "Ab_c"},
           {"direct", "a▶'b'__\"c\"", "a__b____c_"},
       }) {
    EXPECT_EQ(make_naming(c.convention)->normalize_identifier(c.identifier), c.normalized)
        << c.convention << ": " << c.identifier;
  }
}

TEST(Naming, PropertiesOfEachConvention) {
  for (const std::string_view name : kConventions) {
    const auto naming = make_naming(name, 40);
    EXPECT_EQ(naming->name(), name);
    EXPECT_EQ(naming->max_length(), 40);
    EXPECT_EQ(naming->path_separator(), name == "direct" ? "▶" : "__");
    EXPECT_EQ(naming->case_sensitive(),
              name == "duck_case" || name == "direct" || name == "sql_cs_v1")
        << name;
  }
  EXPECT_EQ(make_naming("snake_case")->max_length(), std::nullopt);
  EXPECT_EQ(make_naming("s3_tables")->max_length(), 255);
}

TEST(Naming, TagsAreDltsOwn) {
  EXPECT_EQ(NamingConvention::compute_tag(
                "3f17271231504b8cf65690bcdc379df8a3b8aabe12efe1ea82848ec5f497cb69"),
            "gds0iw");
  EXPECT_EQ(NamingConvention::compute_tag(
                "07d974124b92adafc90473a3968ceb5e8329d815e0e48260473d70a781adb8ae"),
            "aiqcea");
  EXPECT_EQ(make_naming("duck_case", 20)->normalize_identifier("she played cello well"),
            "she plauanpualo well");
}

TEST(Naming, LengthsAreCodePoints) {
  const auto naming = make_naming("duck_case", 9);
  EXPECT_EQ(naming->normalize_identifier("日本日本日本日本日"), "日本日本日本日本日");
  EXPECT_EQ(naming->normalize_identifier("日本日本日本日本日x"),
            "日本" + NamingConvention::compute_tag("日本日本日本日本日x") + "x");
  EXPECT_EQ(make_naming("duck_case", 6)->normalize_identifier("日本日本日本日"),
            NamingConvention::compute_tag("日本日本日本日"));
}

TEST(Naming, BytesCountWhereTheDestinationCountsThem) {
  const auto shortened = [](NameLimit limit, std::string_view name) {
    return make_naming("duck_case", limit)->normalize_identifier(name);
  };
  const std::string name = "日本日本日本日本日";  // 27 bytes
  const std::string tag = NamingConvention::compute_tag(name);
  EXPECT_EQ(shortened({9, 27}, name), name);
  EXPECT_EQ(shortened({12, 26}, name), "日本日" + tag + "日本日");
  EXPECT_EQ(shortened({9, 26}, name), "日本" + tag + "日");
  EXPECT_EQ(shortened({9, 14}, name), "日" + tag + "日");
  EXPECT_EQ(shortened({9, 11}, name), "日" + tag);
  EXPECT_EQ(shortened({9, 6}, name), tag);
  // What is short enough once it is cut as everywhere stays that.
  EXPECT_EQ(shortened({10, 10}, "abcd日日日efgh"), shortened(10, "abcd日日日efgh"));
  EXPECT_EQ(shortened({64, 64}, std::string(80, 'a')), shortened(64, std::string(80, 'a')));
}

TEST(Naming, NamesOfAnyTextFit) {
  std::mt19937 random(1);
  const std::vector<std::string> letters = {"a", "B", "é", "日", "𝄞"};
  for (int i = 0; i < 2'000; ++i) {
    std::string name = "x";
    for (std::size_t n = random() % 60; n > 0; --n) name += letters[random() % letters.size()];
    const int bytes = 6 + static_cast<int>(random() % 60);
    const std::string made = make_naming("duck_case", {40, bytes})->normalize_identifier(name);
    EXPECT_LE(made.size(), static_cast<std::size_t>(bytes)) << name;
    EXPECT_LE(count_code_points(made), 40U) << name;
    EXPECT_TRUE(is_valid_utf8(made)) << name;
    EXPECT_EQ(make_naming("duck_case", {40, bytes})->normalize_identifier(made), made);
  }
}

TEST(Naming, TheTagIsThatOfTheOriginal) {
  const auto naming = make_naming("snake_case", 10);
  EXPECT_EQ(naming->normalize_identifier("  ABCDEFGHIJKLM "),
            "ab" + NamingConvention::compute_tag("ABCDEFGHIJKLM") + "lm");
  EXPECT_EQ(naming->normalize_path("Abcdef__Ghijkl"),
            "ab" + NamingConvention::compute_tag("Abcdef__Ghijkl") + "kl");
}

TEST(Naming, Paths) {
  const auto snake = make_naming("snake_case");
  EXPECT_EQ(snake->normalize_path("Small___Love____Potion_____x"), "small___love__potion___x");
  EXPECT_EQ(snake->normalize_path(""), "");
  EXPECT_THAT(snake->break_path("_a_____b"), ElementsAre("_a", "_b"));
  EXPECT_THAT(snake->break_path("_a__  \t\r__b"), ElementsAre("_a", "b"));
  EXPECT_THAT(snake->break_path("__"), ElementsAre());
  EXPECT_THAT(make_naming("direct")->break_path("a▶b__c▶"), ElementsAre("a", "b__c"));
  EXPECT_EQ(snake->make_path(std::array<std::string_view, 4>{"_A", "\t\n ", "", "_B"}), "_A___B");
  EXPECT_EQ(snake->shorten_fragments({}), "");
  EXPECT_EQ(make_naming("direct")->shorten_fragments(std::array<std::string_view, 2>{"a", "b"}),
            "a▶b");
  EXPECT_EQ(make_naming("snake_case", 8)
                ->shorten_fragments(std::array<std::string_view, 2>{"abcd", "efgh"}),
            "a" + NamingConvention::compute_tag("abcd__efgh") + "h");
}

TEST(Naming, S3TablesStripsUnderscoresFromTablesOnly) {
  const auto naming = make_naming("s3_tables");
  EXPECT_EQ(naming->normalize_table_identifier("_dlt_loads"), "dlt_loads");
  EXPECT_EQ(naming->normalize_tables_path("_dlt__1a"), "dlt__1a");
  EXPECT_EQ(naming->normalize_identifier("_dlt_id"), "_dlt_id");
}

TEST(Naming, BlankIdentifiersAreRefused) {
  for (const std::string_view name : kConventions) {
    const auto naming = make_naming(name);
    for (const std::string_view blank : {"", " ", "\t\n", "\u00a0\u3000"}) {
      EXPECT_ERROR(naming->normalize_identifier(blank), ErrorCode::kSchema, "identifier is blank");
      EXPECT_ERROR(naming->normalize_table_identifier(blank), ErrorCode::kSchema,
                   "identifier is blank");
    }
  }
}

TEST(Naming, LengthLimitsThatCannotBeKeptAreRefused) {
  for (const std::string_view name : kConventions) {
    for (const int length : {5, 0, -1}) {
      EXPECT_ERROR(make_naming(name, length), ErrorCode::kInvalidArgument,
                   "at least 6, got " + std::to_string(length));
    }
    EXPECT_EQ(make_naming(name, 6)->normalize_identifier("abcdefg").size(), 6);
  }
  EXPECT_ERROR(make_naming("s3_tables", 256), ErrorCode::kInvalidArgument, "at most 255, got 256");
}

TEST(MakeNaming, TakesDltsImportPaths) {
  for (const std::string_view name : kConventions) {
    const std::string module = "dlt.common.normalizers.naming." + std::string(name);
    EXPECT_EQ(make_naming(module)->name(), name);
    EXPECT_EQ(make_naming(module + ".NamingConvention")->name(), name);
  }
  EXPECT_EQ(make_naming("dlt.common.normalizers.names.snake_case")->name(), "snake_case");
}

TEST(MakeNaming, UnknownNamesAreRefused) {
  for (const std::string_view name :
       {"", "Snake_Case", "snake_case ", "dlt.common.normalizers.naming.", "my.naming.snake_case",
        "dlt.common.normalizers.naming.title_case", "snake_case.NamingConvention"}) {
    EXPECT_ERROR(make_naming(name), ErrorCode::kSchema, "'" + std::string(name) + "'");
  }
  EXPECT_THAT(error_of([] { make_naming("unknown"); })->hint(),
              HasSubstr("direct, duck_case, s3_tables, snake_case, sql_ci_v1, sql_cs_v1"));
}

class Shouting final : public NamingConvention {
 public:
  using NamingConvention::NamingConvention;
  std::string_view name() const override { return "shouting"; }
  bool case_sensitive() const override { return true; }

 protected:
  std::string convert(std::string_view stripped) const override {
    return std::string(stripped) + "!";
  }
};

std::shared_ptr<const NamingConvention> make_shouting(NameLimit limit) {
  return std::make_shared<const Shouting>(limit);
}

// Made of another convention by name, which must not wait for itself.
std::shared_ptr<const NamingConvention> make_alias(NameLimit limit) {
  return make_naming("snake_case", limit);
}

TEST(RegisterNaming, MakesItKnown) {
  register_naming("tests.shouting", make_shouting);
  register_naming("tests.shouting", make_shouting);
  register_naming("tests.alias", make_alias);
  EXPECT_EQ(make_naming("tests.shouting")->normalize_identifier(" a "), "a!");
  EXPECT_EQ(make_naming("tests.shouting", 7)->normalize_identifier("abcdefghij"),
            "a" + NamingConvention::compute_tag("abcdefghij"));
  EXPECT_EQ(make_naming("tests.alias", 30)->normalize_identifier("aB"), "a_b");
  EXPECT_THAT(error_of([] { make_naming("unknown"); })->hint(),
              HasSubstr("tests.alias, tests.shouting"));
}

TEST(RegisterNaming, RefusesNamesThatAreTakenOrBlank) {
  register_naming("tests.taken", make_shouting);
  for (const char* name : {"tests.taken", "snake_case", "dlt.common.normalizers.naming.direct"}) {
    EXPECT_ERROR(register_naming(name, make_alias), ErrorCode::kInvalidArgument,
                 "exists already: '" + std::string(name) + "'");
  }
  EXPECT_ERROR(register_naming(" ", make_alias), ErrorCode::kInvalidArgument,
               "needs a name and a factory");
  EXPECT_ERROR(register_naming("tests.null", nullptr), ErrorCode::kInvalidArgument,
               "needs a name and a factory");
}

}  // namespace
}  // namespace dlt
