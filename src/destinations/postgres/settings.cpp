// SPDX-License-Identifier: Apache-2.0
#include "destinations/postgres/settings.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <nlohmann/json.hpp>

namespace dlt::postgres {
namespace {

/// dlt's word for a connection parameter of libpq.
struct Word {
  std::string_view dlt;
  std::string_view libpq;
};
constexpr std::array kWords = {Word{"database", "dbname"},
                               Word{"username", "user"},
                               Word{"password", "password"},
                               Word{"host", "host"},
                               Word{"port", "port"},
                               Word{"connect_timeout", "connect_timeout"},
                               Word{"client_encoding", "client_encoding"}};
// dlt waits that long.
constexpr std::string_view kConnectTimeout = "15";

[[noreturn]] void refuse(std::string_view setting, std::string_view expected,
                         std::string hint = {}) {
  sql::refuse_setting("postgres", setting, expected, std::move(hint));
}

std::string parameter_value(std::string_view name, const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number_integer()) return value.dump();
  refuse(name, "must be a text or an integer");
}

void read_credentials(const Json& credentials, Address& address) {
  if (credentials.is_string()) {
    const auto parsed = Address::parse(credentials.get<std::string>());
    if (!parsed)
      refuse("credentials", "must be an address like postgresql://user@host:5432/database");
    address = *parsed;
    return;
  }
  if (!credentials.is_object()) refuse("credentials", "must be a table or an address");
  for (const auto& [name, value] : credentials.items()) {
    if (value.is_null()) continue;
    if (name == "drivername") {
      if (value != "postgresql") refuse(name, "must be 'postgresql'");
      continue;
    }
    if (name == "query") {
      if (!value.is_object()) refuse(name, "must be a table");
      for (const auto& [parameter, item] : value.items())
        address.set(parameter, parameter_value(parameter, item));
      continue;
    }
    const auto* const word = std::ranges::find_if(
        kWords, [&wanted = name](const Word& known) { return known.dlt == wanted; });
    if (word == kWords.end()) refuse(name, "is not known");
    address.set(std::string(word->libpq), parameter_value(name, value));
  }
}

// The session is always in UTF-8; what asks for it already is left to say so.
void check_encoding(const Address& address) {
  constexpr std::array<std::string_view, 4> kUtf8 = {"utf8", "UTF8", "utf-8", "UTF-8"};
  const std::string_view encoding = address.get("client_encoding");
  if (!encoding.empty() && std::ranges::find(kUtf8, encoding) == kUtf8.end()) {
    refuse("client_encoding", "must be 'utf8'", "leave it out: dlt++ always sends UTF-8");
  }
}

}  // namespace

Settings Settings::from_json(const Address& address, const Json& settings) {
  Settings result;
  // dlt's default.
  result.create_indexes = true;
  sql::read_settings("postgres", settings, result, [&result](const Json& credentials) {
    read_credentials(credentials, result.address);
  });
  for (const auto& [parameter, value] : address.parameters()) result.address.set(parameter, value);
  if (result.address.get("connect_timeout").empty())
    result.address.set("connect_timeout", std::string(kConnectTimeout));
  check_encoding(result.address);
  return result;
}

}  // namespace dlt::postgres
