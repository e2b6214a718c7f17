// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "dlt/error.hpp"

namespace dlt::postgres {

/// An error as the server sends it; members that it left out are empty.
struct ServerError {
  std::string sqlstate = {};
  std::string message = {};
  std::string detail = {};
  std::string hint = {};
  std::string context = {};
  std::string schema = {};
  std::string table = {};
  std::string column = {};
};

/// What an error of the server means to dlt++, by its SQLSTATE. What another attempt may cure is
/// retryable: a server or connection that is gone, conflicts, time-outs, and lack of memory, disk,
/// locks or connections.
Error translate_error(const ServerError& error);

/// The connection broke while it was used: retryable.
Error connection_lost(std::string_view message);

/// Why a connection did not come about. `message`: libpq's own, in verbose form, so that it has the
/// server's SQLSTATE where it came that far.
Error cannot_connect(std::string_view message);

}  // namespace dlt::postgres
