// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>
#include <functional>
#include <stdexcept>
#include <utility>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

namespace dlt {

/// Whether a test can use DuckDB and fork: jemalloc, which is in DuckDB, holds more locks at that
/// time than ThreadSanitizer counts, and the sanitizer takes them for locked twice in the child.
#ifdef __SANITIZE_THREAD__
inline constexpr bool kCanFork = false;
#else
inline constexpr bool kCanFork = true;
#endif

/// A fork of the test that runs `body` and ends with its result; killed by the destructor.
class ChildProcess {
 public:
  static constexpr int kThrew = 99;

  explicit ChildProcess(const std::function<int()>& body) : pid_(::fork()) {
    if (pid_ < 0) throw std::runtime_error("fork");
    if (pid_ != 0) return;
    int result = kThrew;
    try {
      result = body();
    } catch (const std::exception&) {
      // The result says it.
    }
    // Without the parent's destructors and buffers.
    ::_exit(result);
  }
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  ~ChildProcess() {
    if (pid_ > 0) {
      ::kill(pid_, SIGKILL);
      wait();
    }
  }

  /// Stops it as a loss of power would stop the program.
  void kill() {
    ::kill(pid_, SIGKILL);
    wait();
  }
  /// Its exit code; -1 when it was killed.
  int wait() {
    int status = 0;
    if (pid_ > 0) ::waitpid(pid_, &status, 0);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  pid_t pid_;
};

/// A pipe by which a child says that it has come to a point.
class Signal {
 public:
  Signal() {
    if (::pipe(ends_) != 0) throw std::runtime_error("pipe");
  }
  Signal(const Signal&) = delete;
  Signal& operator=(const Signal&) = delete;
  ~Signal() {
    ::close(ends_[0]);
    if (ends_[1] >= 0) ::close(ends_[1]);
  }
  void send() const {
    const char byte = 1;
    if (::write(ends_[1], &byte, 1) != 1) throw std::runtime_error("write to pipe");
  }
  /// Throws when whoever should send has died.
  void await() {
    if (ends_[1] >= 0) ::close(std::exchange(ends_[1], -1));
    char byte = 0;
    if (::read(ends_[0], &byte, 1) != 1) throw std::runtime_error("read from pipe");
  }

 private:
  int ends_[2] = {};
};

}  // namespace dlt
