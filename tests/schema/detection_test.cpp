// SPDX-License-Identifier: Apache-2.0
#include "schema/detection.hpp"

#include <array>
#include <vector>

#include <gtest/gtest.h>

#include "schema/coercion.hpp"

namespace dlt {
namespace {

constexpr double kNow = 1'700'000'000;
constexpr double kFiveYears = 5 * 31'536'000.0;

std::optional<DataType> detect_by(Detection detection, const Value& value) {
  const std::array only = {detection};
  return detect(only, value, kNow);
}

TEST(Detection, HasDltsNames) {
  for (const char* name : {"timestamp", "iso_timestamp", "iso_date", "large_integer",
                           "hexbytes_to_text", "wei_to_double"}) {
    const auto detection = parse_detection(name);
    ASSERT_TRUE(detection) << name;
    EXPECT_EQ(to_string(*detection), name);
  }
  EXPECT_EQ(parse_detection("iso_time"), std::nullopt);
}

TEST(Detection, TakesNumbersAroundNowForTimestamps) {
  using enum DataType;
  const auto found = [](const Value& value) { return detect_by(Detection::kTimestamp, value); };
  EXPECT_EQ(found(Value::floating(kNow)), kTimestamp);
  EXPECT_EQ(found(Value::integer(std::int64_t{1'700'000'000})), kTimestamp);
  EXPECT_EQ(found(Value::floating(kNow - kFiveYears)), kTimestamp);
  EXPECT_EQ(found(Value::floating(kNow - kFiveYears - 0.1)), std::nullopt);
  EXPECT_EQ(found(Value::floating(kNow + kFiveYears + 0.1)), std::nullopt);
  EXPECT_EQ(found(Value::text("1700000000")), std::nullopt);
  EXPECT_EQ(found(Value::boolean(true)), std::nullopt);
}

TEST(Detection, FindsDatesAndTimestampsInText) {
  using enum DataType;
  struct Case {
    const char* text;
    std::optional<DataType> timestamp;
    std::optional<DataType> date;
  };
  const Case kCases[] = {{"1975-05-21T22:00:00Z", kTimestamp, {}},
                         {"2021-07-24 10:51", kTimestamp, {}},
                         {"1975-05-21", {}, kDate},
                         {"19750521", {}, kDate},
                         {"1975-05", {}, kDate},
                         {"1975", {}, kDate},
                         {"1975/05/01", {}, kDate},
                         {"22:00:00", {}, {}},
                         {"0-05-01T27:00:00Z", {}, {}},
                         {"1975-0521T22:00:00Z", {}, {}},
                         {"1975-0521T22 00:00", {}, {}},
                         {"197505", {}, {}},
                         {"75", {}, {}},
                         {"01-12", {}, {}},
                         {"", {}, {}},
                         {"Wed, 29 Jun 2022 13:56:34 +0000", {}, {}}};
  for (const Case& c : kCases) {
    EXPECT_EQ(detect_by(Detection::kIsoTimestamp, Value::text(c.text)), c.timestamp) << c.text;
    EXPECT_EQ(detect_by(Detection::kIsoDate, Value::text(c.text)), c.date) << c.text;
    EXPECT_EQ(detect_by(Detection::kIsoTimestamp, Value::json(c.text)), std::nullopt) << c.text;
    EXPECT_EQ(detect_by(Detection::kIsoDate, Value::binary(c.text)), std::nullopt) << c.text;
  }
}

TEST(Detection, FindsLargeIntegers) {
  using enum DataType;
  const auto found = [](const char* raw) {
    return detect_by(Detection::kLargeInteger, Value::number(raw).value());
  };
  EXPECT_EQ(found("9223372036854775807"), std::nullopt);
  EXPECT_EQ(found("9223372036854775808"), kWei);
  EXPECT_EQ(found("578960446186580977117854925043439539266"), kWei);
  EXPECT_EQ(found("578960446186580977117854925043439539267"), kText);
  EXPECT_EQ(found("1000000000000000000000000000000000000000"), kText);
  EXPECT_EQ(found("-9223372036854775809"), std::nullopt);
  EXPECT_EQ(found("1e300"), std::nullopt);
}

TEST(Detection, FindsHexbytesAndWei) {
  using enum DataType;
  EXPECT_EQ(detect_by(Detection::kHexbytesToText, Value::owned(kBinary, "hey", Value::Note::kHex)),
            kText);
  EXPECT_EQ(detect_by(Detection::kHexbytesToText, Value::binary("hey")), std::nullopt);
  EXPECT_EQ(detect_by(Detection::kHexbytesToText, Value::text("hey")), std::nullopt);
  EXPECT_EQ(detect_by(Detection::kWeiToDouble, Value::wei({})), kDouble);
  EXPECT_EQ(detect_by(Detection::kWeiToDouble, Value::decimal({})), std::nullopt);
}

TEST(Detection, TakesTheFirstThatFinds) {
  const std::vector<Detection> both = {Detection::kTimestamp, Detection::kLargeInteger,
                                       Detection::kIsoTimestamp};
  EXPECT_EQ(detect(both, Value::integer(std::int64_t{1'700'000'000}), kNow), DataType::kTimestamp);
  EXPECT_EQ(detect(both, Value::number("18446744073709551616").value(), kNow), DataType::kWei);
  EXPECT_EQ(detect(both, Value::text("2024-01-01T00:00:00"), kNow), DataType::kTimestamp);
  EXPECT_EQ(detect(both, Value::text("2024-01-01"), kNow), std::nullopt);
  EXPECT_EQ(detect({}, Value::text("2024-01-01T00:00:00"), kNow), std::nullopt);
}

}  // namespace
}  // namespace dlt
