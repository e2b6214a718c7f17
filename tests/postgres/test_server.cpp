// SPDX-License-Identifier: Apache-2.0
#include "postgres/test_server.hpp"

#include <cstdlib>
#include <fstream>
#include <stdexcept>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

namespace dlt::postgres {

TestServer TestServer::read(const std::filesystem::path& file) {
  std::ifstream stream(file);
  const Json told = Json::parse(stream, nullptr, false);
  if (!told.is_object() || !told.contains("port")) {
    throw std::runtime_error(fmt::format(
        "no PostgreSQL server is started: run the tests with ctest, or tests/postgres/server.py "
        "start FILE and DLTPP_TEST_POSTGRES=FILE ('{}')",
        file.string()));
  }
  return {.socket = told.at("socket").get<std::string>(),
          .host = told.at("host").get<std::string>(),
          .port = std::to_string(told.at("port").get<int>()),
          .user = told.at("user").get<std::string>(),
          .password = told.at("password").get<std::string>(),
          .certificate = told.value("certificate", "")};
}

const TestServer& TestServer::shared() {
  static const TestServer server = [] {
    const char* const file = std::getenv("DLTPP_TEST_POSTGRES");
    return read(file != nullptr ? file : "");
  }();
  return server;
}

Address TestServer::address(const std::string& database) const {
  Address address;
  address.set("host", socket);
  address.set("port", port);
  address.set("user", user);
  address.set("dbname", database);
  return address;
}

Address TestServer::network_address(const std::string& database) const {
  Address address = this->address(database);
  address.set("host", host);
  address.set("password", password);
  return address;
}

TestDatabase::TestDatabase(const TestServer& server) : server_(server) {
  static int number = 0;
  name_ = fmt::format("test_{}_{}", ::getpid(), ++number);
  Connection(server_.address(), {}).execute(fmt::format("CREATE DATABASE {}", name_));
}

TestDatabase::~TestDatabase() {
  try {
    Connection(server_.address(), {})
        .execute(fmt::format("DROP DATABASE IF EXISTS {} WITH (FORCE)", name_));
  } catch (const std::exception&) {
    // It is removed with the server.
  }
}

PrivateServer::PrivateServer(const std::vector<std::string>& settings,
                             const std::filesystem::path& folder, Tls tls) {
  std::string arguments = "start";
  for (const std::string& setting : settings) arguments += fmt::format(" -c {}", setting);
  if (tls == Tls::kYes) arguments += " --tls";
  if (!folder.empty()) arguments += fmt::format(" --folder {}", folder.string());
  run(arguments);
  server_ = TestServer::read(folder_ / "server.json");
}

PrivateServer::~PrivateServer() {
  try {
    run("stop --crash");
  } catch (const std::exception&) {
    // The test has failed already, or is about to be seen to leave a server behind.
  }
}

void PrivateServer::stop() { run("stop --keep"); }
void PrivateServer::crash() { run("stop --crash --keep"); }
void PrivateServer::start_again() { run("restart"); }

void PrivateServer::run(const std::string& arguments) const {
  const std::string command =
      fmt::format("{} {}/postgres/server.py {} {}", DLTPP_TEST_PYTHON, DLTPP_TEST_DATA, arguments,
                  (folder_ / "server.json").string());
  // NOLINTNEXTLINE(bugprone-command-processor): the command is the test's own
  if (std::system(command.c_str()) != 0) throw std::runtime_error(command);
}

}  // namespace dlt::postgres
