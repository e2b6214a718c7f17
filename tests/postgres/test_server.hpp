// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/temporary_folder.hpp"
#include "destinations/postgres/address.hpp"
#include "destinations/postgres/connection.hpp"

namespace dlt::postgres {

/// A server as tests/postgres/server.py tells of it.
struct TestServer {
  std::string socket = {};  ///< where everybody is let in
  std::string host = {};    ///< where the password is asked for
  std::string port = {};
  std::string user = {};
  std::string password = {};
  std::string certificate = {};  ///< its file; empty: no TLS

  static TestServer read(const std::filesystem::path& file);
  /// The one that CTest starts for all tests.
  static const TestServer& shared();

  /// By the socket.
  Address address(const std::string& database = "postgres") const;
  /// By the network, with the password.
  Address network_address(const std::string& database = "postgres") const;
};

/// A database of the shared server that only this test uses; dropped by the destructor.
class TestDatabase {
 public:
  explicit TestDatabase(const TestServer& server = TestServer::shared());
  TestDatabase(const TestDatabase&) = delete;
  TestDatabase& operator=(const TestDatabase&) = delete;
  ~TestDatabase();

  const std::string& name() const { return name_; }
  Address address() const { return server_.address(name_); }
  Connection connect(const CancellationToken& cancellation = {}) const {
    return Connection(address(), cancellation);
  }

 private:
  TestServer server_;
  std::string name_;
};

enum class Tls { kNo, kYes };

/// A server of a test's own, for what would disturb others.
class PrivateServer {
 public:
  /// `settings`: "max_connections=5". Its files go to `folder`; empty: a temporary one.
  explicit PrivateServer(const std::vector<std::string>& settings = {},
                         const std::filesystem::path& folder = {}, Tls tls = Tls::kNo);
  PrivateServer(const PrivateServer&) = delete;
  PrivateServer& operator=(const PrivateServer&) = delete;
  ~PrivateServer();

  const TestServer& server() const { return server_; }
  void stop();
  /// As if the machine had lost power.
  void crash();
  void start_again();

 private:
  void run(const std::string& arguments) const;

  TemporaryFolder folder_;
  TestServer server_;
};

}  // namespace dlt::postgres
