// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include <libpq-fe.h>

#include "destinations/postgres/address.hpp"
#include "dlt/cancellation.hpp"
#include "dlt/error.hpp"

namespace dlt::postgres {

struct ClearResult {
  void operator()(PGresult* result) const { PQclear(result); }
};
using Result = std::unique_ptr<PGresult, ClearResult>;

/// How long the server is waited for.
enum class Wait {
  kUntilStopped,  ///< a wish to stop cancels the statement; the answer to that is waited for
                  ///< briefly
  kForAnswer,     ///< as long as the connection holds
  kBriefly,       ///< some seconds
};

/// A connection of libpq that never blocks on its socket: it waits for the server and for the wish
/// to stop at once.
class Session {
 public:
  /// Connects. Throws as `Connection` does.
  Session(const Address& address, const CancellationToken& cancellation);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session() = default;

  PGconn* get() const { return connection_.get(); }
  const CancellationToken& cancellation() const { return cancellation_; }
  bool is_broken() const { return PQstatus(get()) != CONNECTION_OK; }

  /// Sends what libpq has gathered.
  void flush(Wait wait);
  /// The next result of what was sent; null after the last one. Errors of the server are results
  /// here.
  Result next_result(Wait wait);
  /// Takes results until there are none left. Returns the first one that is an error, or the last
  /// one.
  Result last_result(Wait wait);
  /// Reads what the server sent unasked, so that a connection that was lost is noticed.
  void look();
  /// Waits for room to send.
  void wait_to_send(Wait wait) { await(kReadOrWrite, wait); }
  /// Makes the server give up what it is doing.
  void cancel() const noexcept;
  /// Ends the connection: out of a state that nothing else leads out of.
  void close();

  /// Throws the error that a result is, if it is one: kInterrupted when it was stopped on request.
  void check(const PGresult* result) const;
  /// The error after libpq failed without a result.
  Error lost() const;

 private:
  enum Events { kRead, kWrite, kReadOrWrite };
  using Clock = std::chrono::steady_clock;

  /// A file descriptor that becomes readable by a call from any thread.
  class Wake {
   public:
    Wake();
    Wake(const Wake&) = delete;
    Wake& operator=(const Wake&) = delete;
    ~Wake();
    int descriptor() const { return descriptor_; }
    void up() const noexcept;

   private:
    int descriptor_;
  };
  struct Finish {
    void operator()(PGconn* connection) const { PQfinish(connection); }
  };

  void connect(const Address& address);
  void await(Events events, Wait wait);
  /// What became ready before the deadline.
  struct Ready {
    bool socket = false;
    bool wish_to_stop = false;
  };
  Ready poll(Events events, bool heeds_wish, std::optional<Clock::time_point> deadline) const;
  bool is_stopped(const PGresult* result) const;

  CancellationToken cancellation_;
  Wake wake_;
  CancellationCallback on_cancel_;
  std::unique_ptr<PGconn, Finish> connection_;
  // Once the server was told to stop: when its answer is not waited for any more.
  std::optional<Clock::time_point> give_up_;
  bool was_closed_ = false;
};

}  // namespace dlt::postgres
