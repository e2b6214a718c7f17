// SPDX-License-Identifier: Apache-2.0
#include "normalize/random_records.hpp"

#include <array>
#include <random>
#include <string_view>

#include <fmt/format.h>

namespace dlt {
namespace {

class Writer {
 public:
  explicit Writer(std::uint64_t seed) : random_(seed) {}

  std::string text(int records) {
    std::string out;
    for (int i = 0; i < records; ++i) {
      // What is likely changes on the way, so that blocks differ from each other.
      phase_ = i * 6 / records;
      out += fmt::format("{{\"id\":{}", i);
      members(out, 3, Comma::kBefore);
      out += "}\n";
    }
    return out;
  }

 private:
  enum class Comma { kBefore, kBetween };

  int pick(int below) { return static_cast<int>(random_() % static_cast<std::uint64_t>(below)); }

  void members(std::string& out, int levels, Comma comma) {
    static constexpr std::array<std::string_view, 20> kKeys = {
        "a",  "A", "b",     "a__b", "name", "Name",         "NAME",        "list", "List", "名",
        "字", "x", "value", "",     " ",    "_dlt_load_id", "a__v_bigint", "when", "deep", "b c"};
    const int count = 1 + pick(5);
    for (int i = 0; i < count; ++i) {
      if (i > 0 || comma == Comma::kBefore) out += ',';
      // Few keys at first, all at last; now and then the same key twice.
      const auto key = static_cast<std::size_t>(pick(4 + phase_ * 16 / 5));
      out += fmt::format("\"{}\":", kKeys[key]);
      value(out, levels);
    }
  }

  void value(std::string& out, int levels) {
    switch (pick(levels > 0 ? 13 : 10)) {
      case 0:
        out += "null";
        break;
      case 1:
        out += pick(2) == 0 ? "true" : "false";
        break;
      case 2:
      case 3:
        out += fmt::format("{}", pick(1000) - 500);
        break;
      case 4:
        out += phase_ % 2 == 0 ? "7" : fmt::format("{}.25", pick(100));
        break;
      case 5:
        out += phase_ < 3 ? "42" : "9223372036854775808";
        break;
      case 6:
        out += phase_ < 4 ? "\"word\"" : "340282366920938463463374607431768211456";
        break;
      case 7:
        out += fmt::format("\"{}\"", pick(50));
        break;
      case 8:
        out += fmt::format("\"2024-01-{:02}T00:00:00.123456{}Z\"", 1 + pick(28),
                           phase_ > 2 ? "7" : "");
        break;
      case 9:
        out += fmt::format("\"text {}\"", pick(1000));
        break;
      case 10:
        out += '{';
        members(out, levels - 1, Comma::kBetween);
        out += '}';
        break;
      default: {
        out += '[';
        const int count = pick(4);
        for (int i = 0; i < count; ++i) {
          if (i > 0) out += ',';
          value(out, levels - 1);
        }
        out += ']';
      }
    }
  }

  std::mt19937_64 random_;
  int phase_ = 0;
};

}  // namespace

std::string random_records(std::uint64_t seed, int records) { return Writer(seed).text(records); }

}  // namespace dlt
