// SPDX-License-Identifier: Apache-2.0
#include "destinations/postgres/session.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <new>
#include <system_error>
#include <vector>

#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "destinations/postgres/postgres_error.hpp"

namespace dlt::postgres {
namespace {

constexpr std::chrono::seconds kPatience{5};

std::string_view view(const char* text) {
  return text != nullptr ? std::string_view(text) : std::string_view();
}

std::string field(const PGresult* result, int code) {
  return std::string(view(PQresultErrorField(result, code)));
}

ServerError server_error(const PGresult* result) {
  ServerError error{.sqlstate = field(result, PG_DIAG_SQLSTATE),
                    .message = field(result, PG_DIAG_MESSAGE_PRIMARY),
                    .detail = field(result, PG_DIAG_MESSAGE_DETAIL),
                    .hint = field(result, PG_DIAG_MESSAGE_HINT),
                    .context = field(result, PG_DIAG_CONTEXT),
                    .schema = field(result, PG_DIAG_SCHEMA_NAME),
                    .table = field(result, PG_DIAG_TABLE_NAME),
                    .column = field(result, PG_DIAG_COLUMN_NAME)};
  if (error.message.empty()) error.message = PQresultErrorMessage(result);
  return error;
}

Error operating_system_error(std::string_view failed) {
  const int error = errno;
  return Error(ErrorCode::kIo,
               fmt::format("{}: {}", failed, std::generic_category().message(error)));
}

Error stopped() { return Error(ErrorCode::kInterrupted, "stopped on request"); }

std::chrono::seconds connect_timeout(const Address& address) {
  const std::string_view text = address.get("connect_timeout");
  int seconds = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (!text.empty() && (failure != std::errc() || end != text.data() + text.size())) {
    throw Error(ErrorCode::kConfiguration,
                fmt::format("connect_timeout must be a number of seconds: '{}'", text));
  }
  // For each host, as libpq has it.
  const auto hosts = 1 + std::ranges::count(address.get("host"), ',');
  return std::chrono::seconds(seconds * hosts);
}

}  // namespace

Session::Wake::Wake() : descriptor_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (descriptor_ < 0) throw operating_system_error("cannot create an event");
}

Session::Wake::~Wake() { ::close(descriptor_); }

void Session::Wake::up() const noexcept {
  const std::uint64_t one = 1;
  // Full means that it is up already.
  [[maybe_unused]] const auto written = ::write(descriptor_, &one, sizeof one);
}

Session::Session(const Address& address, const CancellationToken& cancellation)
    : cancellation_(cancellation), on_cancel_(cancellation, [this] { wake_.up(); }) {
  connect(address);
}

void Session::connect(const Address& address) {
  cancellation_.throw_if_requested("connecting");
  std::map<std::string, std::string> parameters = address.parameters();
  parameters["client_encoding"] = "UTF8";
  parameters.emplace("fallback_application_name", "dltpp");
  std::vector<const char*> names;
  std::vector<const char*> values;
  for (const auto& [name, value] : parameters) {
    names.push_back(name.c_str());
    values.push_back(value.c_str());
  }
  names.push_back(nullptr);
  values.push_back(nullptr);

  const std::chrono::seconds timeout = connect_timeout(address);
  std::optional<Clock::time_point> deadline;
  if (timeout.count() > 0) deadline = Clock::now() + timeout;
  connection_.reset(PQconnectStartParams(names.data(), values.data(), 0));
  if (connection_ == nullptr) throw std::bad_alloc();
  // So that the SQLSTATE is in the message: there is no other way to it while connecting.
  PQsetErrorVerbosity(get(), PQERRORS_VERBOSE);
  PQsetNoticeProcessor(
      get(), [](void*, const char*) {}, nullptr);
  if (PQstatus(get()) == CONNECTION_BAD) throw cannot_connect(PQerrorMessage(get()));
  PostgresPollingStatusType state = PGRES_POLLING_WRITING;
  while (state != PGRES_POLLING_OK) {
    if (state == PGRES_POLLING_FAILED) throw cannot_connect(PQerrorMessage(get()));
    const Ready ready = poll(state == PGRES_POLLING_READING ? kRead : kWrite, true, deadline);
    if (ready.wish_to_stop) cancellation_.throw_if_requested("connecting");
    if (!ready.socket) {
      throw Error(
          ErrorCode::kDestination,
          fmt::format("cannot connect to PostgreSQL: no answer within {} s", timeout.count()),
          "check host and port, or raise connect_timeout", Retry::kYes);
    }
    state = PQconnectPoll(get());
  }
  PQsetErrorVerbosity(get(), PQERRORS_DEFAULT);
  if (PQsetnonblocking(get(), 1) != 0) throw lost();
}

Session::Ready Session::poll(Events events, bool heeds_wish,
                             std::optional<Clock::time_point> deadline) const {
  short wanted = events == kRead ? POLLIN : POLLOUT;
  if (events == kReadOrWrite) wanted = POLLIN | POLLOUT;
  std::array<pollfd, 2> waited = {pollfd{.fd = PQsocket(get()), .events = wanted, .revents = 0},
                                  pollfd{.fd = wake_.descriptor(), .events = POLLIN, .revents = 0}};
  for (;;) {
    int timeout = -1;
    if (deadline) {
      const auto left =
          std::chrono::ceil<std::chrono::milliseconds>(*deadline - Clock::now()).count();
      timeout = static_cast<int>(std::clamp<std::int64_t>(left, 0, 60'000));
    }
    const int count = ::poll(waited.data(), heeds_wish ? 2 : 1, timeout);
    if (count > 0)
      return {.socket = waited[0].revents != 0, .wish_to_stop = waited[1].revents != 0};
    if (count < 0 && errno != EINTR) throw operating_system_error("cannot wait for PostgreSQL");
    if (count == 0 && deadline && Clock::now() >= *deadline) return {};
  }
}

void Session::await(Events events, Wait wait) {
  for (;;) {
    // libpq has closed it, and says so when it is asked for more.
    if (PQsocket(get()) < 0) return;
    std::optional<Clock::time_point> deadline;
    if (wait == Wait::kBriefly) deadline = Clock::now() + kPatience;
    if (wait == Wait::kUntilStopped) deadline = give_up_;
    const bool heeds_wish = wait == Wait::kUntilStopped && !give_up_;
    const Ready ready = poll(events, heeds_wish, deadline);
    if (ready.wish_to_stop) {
      cancel();
      give_up_ = Clock::now() + kPatience;
    }
    if (ready.socket) return;
    if (ready.wish_to_stop) continue;
    close();
    throw lost();
  }
}

void Session::flush(Wait wait) {
  for (;;) {
    const int left = PQflush(get());
    if (left == 0) return;
    if (left < 0) throw lost();
    await(kReadOrWrite, wait);
    // A server that waits for us to read what it has sent would not read either.
    look();
  }
}

void Session::look() {
  if (PQsocket(get()) < 0) throw lost();
  if (poll(kRead, false, Clock::now()).socket && PQconsumeInput(get()) == 0) throw lost();
}

Result Session::next_result(Wait wait) {
  if (was_closed_) throw lost();
  while (PQisBusy(get()) != 0) {
    await(kRead, wait);
    // When that fails, the result says what the server still said.
    if (PQconsumeInput(get()) == 0) break;
  }
  return Result(PQgetResult(get()));
}

Result Session::last_result(Wait wait) {
  Result kept;
  bool has_failed = false;
  while (Result result = next_result(wait)) {
    if (has_failed) continue;
    has_failed = PQresultStatus(result.get()) == PGRES_FATAL_ERROR;
    switch (PQresultStatus(result.get())) {
      case PGRES_COPY_IN:
        PQputCopyEnd(get(), "there is nothing to copy");
        flush(wait);
        break;
      case PGRES_COPY_OUT:
      case PGRES_COPY_BOTH:
        close();
        throw Error(ErrorCode::kInvalidArgument, "COPY to or from the client is not possible here",
                    "SELECT the rows instead");
      default:
        break;
    }
    kept = std::move(result);
  }
  return kept;
}

void Session::cancel() const noexcept {
  PGcancel* const handle = PQgetCancel(get());
  if (handle == nullptr) return;
  std::array<char, 256> message = {};
  // When it does not arrive, the statement ends by itself or is given up.
  PQcancel(handle, message.data(), static_cast<int>(message.size()));
  PQfreeCancel(handle);
}

void Session::close() {
  // Every function of libpq takes null for a connection that is broken.
  connection_.reset();
  was_closed_ = true;
}

bool Session::is_stopped(const PGresult* result) const {
  return cancellation_.requested() && field(result, PG_DIAG_SQLSTATE) == "57014";
}

void Session::check(const PGresult* result) const {
  if (result == nullptr) throw lost();
  switch (PQresultStatus(result)) {
    case PGRES_FATAL_ERROR:
    case PGRES_BAD_RESPONSE:
      break;
    case PGRES_EMPTY_QUERY:
      throw Error(ErrorCode::kInvalidArgument, "there is no statement to run");
    default:
      return;
  }
  if (is_stopped(result)) throw stopped();
  // libpq makes a result without a code of a connection that it lost.
  if (field(result, PG_DIAG_SQLSTATE).empty() && is_broken())
    throw give_up_ ? stopped() : connection_lost(PQresultErrorMessage(result));
  throw translate_error(server_error(result));
}

Error Session::lost() const {
  if (give_up_) return stopped();
  if (was_closed_) return connection_lost("given up by the client");
  return connection_lost(PQerrorMessage(get()));
}

}  // namespace dlt::postgres
