// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <stop_token>
#include <string_view>

namespace dlt {

/// The wish that work stops. Copies share one wish; every member is safe to call from any thread.
/// `request` runs the callbacks and is therefore not for signal handlers.
class CancellationToken {
 public:
  /// Stops the work for good; later calls change nothing. Callbacks run on the calling thread
  /// before it returns.
  void request() const { source_.request_stop(); }
  bool requested() const { return source_.stop_requested(); }
  /// Throws kInterrupted once stopping was requested. `doing`: what is interrupted, "loading".
  void throw_if_requested(std::string_view doing = {}) const;
  /// Sleeps, and throws in the middle of it as `throw_if_requested` does.
  void sleep(std::chrono::milliseconds time, std::string_view doing = {}) const;

 private:
  friend class CancellationCallback;
  std::stop_source source_;
};

/// While it lives, `callback` runs when the token is requested: at once if it already was. The
/// callback must not throw. The destructor waits for a callback that is running on another thread.
class [[nodiscard]] CancellationCallback {
 public:
  CancellationCallback(const CancellationToken& token, std::function<void()> callback)
      : registration_(token.source_.get_token(), std::move(callback)) {}

 private:
  std::stop_callback<std::function<void()>> registration_;
};

}  // namespace dlt
