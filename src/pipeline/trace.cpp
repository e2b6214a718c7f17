// SPDX-License-Identifier: Apache-2.0
#include "pipeline/trace.hpp"

#include "core/files/file.hpp"
#include "core/time/clock.hpp"
#include "dlt/values.hpp"

namespace dlt {
namespace {

constexpr int kVersion = 1;

}  // namespace

std::string now_text() { return to_string(now()); }

Json error_to_json(const Error& error) {
  const ErrorContext& context = error.context();
  return {{"code", to_string(error.code())},
          {"message", error.message()},
          {"hint", error.hint()},
          {"retryable", error.retryable()},
          {"load_id", context.load_id},
          {"table", context.table},
          {"column", context.column},
          {"file", context.file},
          {"line", context.line},
          {"byte", context.byte},
          {"row", context.row}};
}

Trace::Trace(std::string pipeline_name) {
  document_ = {{"version", kVersion},
               {"pipeline_name", std::move(pipeline_name)},
               {"started_at", now_text()}};
  document_["steps"] = Json::array();
}

Trace::Trace(std::string pipeline_name, const std::filesystem::path& file)
    : Trace(std::move(pipeline_name)) {
  if (!files::exists(file)) return;
  Json known = Json::parse(files::read_all(file), nullptr, false);
  const bool is_trace = known.is_object() && known.value("version", Json()) == kVersion &&
                        known.value("steps", Json()).is_array();
  if (!is_trace) return;
  document_ = std::move(known);
  Json& steps = document_["steps"];
  // One more comes.
  if (steps.size() >= kMaxSteps)
    steps.erase(steps.begin(), steps.end() - static_cast<std::ptrdiff_t>(kMaxSteps - 1));
}

void Trace::add(std::string_view step, double seconds, Json info) {
  document_["steps"].push_back({{"step", step}, {"seconds", seconds}, {"info", std::move(info)}});
}

void Trace::fail(std::string_view step, double seconds, const Error& error) {
  document_["steps"].push_back(
      {{"step", step}, {"seconds", seconds}, {"error", error_to_json(error)}});
}

void Trace::fail(std::string_view step, double seconds, const std::exception& error) {
  document_["steps"].push_back({{"step", step},
                                {"seconds", seconds},
                                {"error", {{"code", "exception"}, {"message", error.what()}}}});
}

void Trace::save(const std::filesystem::path& file) {
  document_["finished_at"] = now_text();
  files::write_atomically(file, document_.dump(1, ' ', false, Json::error_handler_t::replace));
}

}  // namespace dlt
