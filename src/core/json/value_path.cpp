// SPDX-License-Identifier: Apache-2.0
#include "core/json/value_path.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dlt/error.hpp"

namespace dlt {

ValuePath ValuePath::parse(std::string_view text, std::string_view called) {
  ValuePath path;
  path.text_ = text;
  const bool quoted = text.size() > 2 && (text.front() == '"' || text.front() == '\'') &&
                      text.find(text.front(), 1) == text.size() - 1;
  path.steps_ =
      RecordPath::parse(quoted ? fmt::format("[{}]", text) : std::string(text), called).steps();
  if (path.steps_.empty()) {
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("the {} '{}' names no value of a record", called, text),
                "name a key, or a path such as $.meta.updated_at");
  }
  const bool is_name = path.steps_.size() == 1 && path.steps_[0].kind == Kind::kName;
  if (is_name && !text.starts_with('$')) path.plain_name_ = path.steps_[0].name;
  return path;
}

const Json* ValuePath::find_from(const Json& value, std::size_t index) const {
  if (index == steps_.size()) return &value;
  const RecordPath::Step& step = steps_[index];
  if (value.is_object() && step.kind == Kind::kName) {
    const auto found = value.find(step.name);
    return found == value.end() ? nullptr : find_from(*found, index + 1);
  }
  if (value.is_array() && step.kind == Kind::kIndex) {
    return step.index < value.size() ? find_from(value[step.index], index + 1) : nullptr;
  }
  if (value.is_structured() && step.kind == Kind::kWildcard) {
    for (const Json& element : value) {
      if (const Json* found = find_from(element, index + 1)) return found;
    }
  }
  return nullptr;
}

}  // namespace dlt
