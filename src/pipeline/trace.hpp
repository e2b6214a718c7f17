// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "dlt/error.hpp"
#include "dlt/json.hpp"

namespace dlt {

/// What a run did, step by step; saved in the working folder as `trace.json`
/// (docs/formats/trace.md).
class Trace {
 public:
  static constexpr std::size_t kMaxSteps = 100;

  explicit Trace(std::string pipeline_name);
  /// Goes on with the last steps of the file, for a step that is taken by itself: `kMaxSteps` with
  /// it.
  Trace(std::string pipeline_name, const std::filesystem::path& file);

  void add(std::string_view step, double seconds, Json info);
  void fail(std::string_view step, double seconds, const Error& error);
  /// What a source threw that is no error of dlt++.
  void fail(std::string_view step, double seconds, const std::exception& error);
  void save(const std::filesystem::path& file);

 private:
  Json document_;
};

/// Seconds since it was made.
class Stopwatch {
 public:
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

/// Now, in ISO form, UTC.
std::string now_text();

/// An error as a trace and a failed package keep it.
Json error_to_json(const Error& error);

}  // namespace dlt
