// SPDX-License-Identifier: Apache-2.0
#include "destinations/postgres/address.hpp"

#include <algorithm>
#include <array>
#include <memory>

#include <fmt/format.h>
#include <libpq-fe.h>

#include "dlt/error.hpp"

namespace dlt::postgres {
namespace {

struct FreeOptions {
  void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};
using Options = std::unique_ptr<PQconninfoOption[], FreeOptions>;

constexpr std::array<std::string_view, 3> kNames = {"postgres", "postgresql",
                                                    "dlt.destinations.postgres"};
constexpr std::array<std::string_view, 2> kUrlSchemes = {"postgresql://", "postgres://"};
// Before parameters that are written as name=value.
constexpr std::array<std::string_view, 2> kKeywordSchemes = {"postgresql:", "postgres:"};

bool starts_with_any(std::string_view text, const auto& prefixes) {
  return std::ranges::any_of(prefixes,
                             [text](std::string_view prefix) { return text.starts_with(prefix); });
}

// libpq marks what must not be shown: password, sslpassword.
bool is_secret(const PQconninfoOption& option) {
  return option.dispchar != nullptr && std::string_view(option.dispchar) == "*";
}

// libpq quotes what it does not understand, which may be a password.
std::string without_quotes(std::string message) {
  message.resize(std::min(message.find('"'), message.size()));
  while (!message.empty() &&
         (message.back() == ' ' || message.back() == ':' || message.back() == '\n'))
    message.pop_back();
  return message;
}

std::map<std::string, std::string> parse_parameters(const std::string& text) {
  char* message = nullptr;
  const Options options(PQconninfoParse(text.c_str(), &message));
  if (options == nullptr) {
    const std::string why = without_quotes(message != nullptr ? message : "out of memory");
    PQfreemem(message);
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("the address of a PostgreSQL database is malformed: {}", why),
                "write postgresql://user@host:5432/database, with %40 for an @ in the password, or "
                "postgresql:host=... dbname=...");
  }
  std::map<std::string, std::string> parameters;
  for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
    if (option->val != nullptr) parameters.emplace(option->keyword, option->val);
  }
  return parameters;
}

std::string percent_encoded(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("-._~").find(c) != std::string_view::npos;
    if (plain) {
      encoded += c;
    } else {
      fmt::format_to(std::back_inserter(encoded), "%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return encoded;
}

std::string_view value_or_empty(const std::map<std::string, std::string>& parameters,
                                const std::string& name) {
  const auto found = parameters.find(name);
  return found != parameters.end() ? std::string_view(found->second) : std::string_view();
}

bool is_host_name(std::string_view host) {
  return !host.empty() && std::ranges::all_of(host, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_';
  });
}

std::string take(std::map<std::string, std::string>& parameters, const std::string& name) {
  const auto found = parameters.find(name);
  if (found == parameters.end()) return {};
  std::string value = std::move(found->second);
  parameters.erase(found);
  return value;
}

}  // namespace

std::optional<Address> Address::parse(std::string_view text) {
  Address address;
  if (std::ranges::find(kNames, text) != kNames.end()) return address;
  if (starts_with_any(text, kUrlSchemes)) {
    address.parameters_ = parse_parameters(std::string(text));
    return address;
  }
  for (const std::string_view scheme : kKeywordSchemes) {
    if (!text.starts_with(scheme)) continue;
    address.parameters_ = parse_parameters(std::string(text.substr(scheme.size())));
    return address;
  }
  return {};
}

void Address::set(const std::string& parameter, std::string value) {
  const Options options(PQconndefaults());
  for (const PQconninfoOption* option = options.get();
       option != nullptr && option->keyword != nullptr; ++option) {
    if (parameter != option->keyword) continue;
    parameters_[parameter] = std::move(value);
    return;
  }
  throw Error(ErrorCode::kConfiguration,
              fmt::format("PostgreSQL has no connection parameter '{}'", parameter));
}

std::string_view Address::get(const std::string& parameter) const {
  return value_or_empty(parameters_, parameter);
}

std::string Address::location() const {
  std::map<std::string, std::string> shown = parameters_;
  const bool from_service = shown.contains("service");
  const Options options(PQconndefaults());
  for (const PQconninfoOption* option = options.get();
       option != nullptr && option->keyword != nullptr; ++option) {
    const std::string_view keyword = option->keyword;
    if (is_secret(*option)) {
      shown.erase(option->keyword);
    } else if (!from_service && option->val != nullptr &&
               (keyword == "host" || keyword == "port" || keyword == "user" ||
                keyword == "dbname")) {
      shown.emplace(keyword, option->val);
    }
  }
  if (!from_service && shown.contains("user")) shown.emplace("dbname", shown.at("user"));

  std::string location = "postgresql://";
  // Several hosts, a socket's folder and an IPv6 address stand among the parameters.
  if (is_host_name(value_or_empty(shown, "host")) &&
      value_or_empty(shown, "port").find(',') == std::string_view::npos) {
    const std::string user = take(shown, "user");
    const std::string port = take(shown, "port");
    if (!user.empty()) location += percent_encoded(user) + "@";
    location += take(shown, "host");
    if (!port.empty()) location += ":" + port;
  }
  if (const std::string database = take(shown, "dbname"); !database.empty())
    location += "/" + percent_encoded(database);
  char separator = '?';
  for (const auto& [name, value] : shown) {
    location += fmt::format("{}{}={}", separator, name, percent_encoded(value));
    separator = '&';
  }
  return location;
}

}  // namespace dlt::postgres
