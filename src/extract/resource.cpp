// SPDX-License-Identifier: Apache-2.0
#include "dlt/resource.hpp"

#include "extract/out.hpp"

namespace dlt {

void Out::yield(const Json& item) {
  if (!item.is_array()) {
    impl_.items.add(item);
    return;
  }
  for (const Json& element : item) impl_.items.add(element);
}

void Out::yield_text(std::string_view json) { impl_.texts.add_text(json); }

void Out::yield_bytes(std::string_view part) { impl_.texts.add_bytes(part); }

Resource::Resource(std::string name, Generator generator, ResourceHints hints)
    : name_(std::move(name)), generator_(std::move(generator)), hints_(std::move(hints)) {
  // What programs yield is whole values, not lines.
  file_options_.format = "json";
}

Resource Resource::from_files(std::string name, std::vector<std::filesystem::path> files,
                              ResourceHints hints, FileOptions options) {
  Resource resource(std::move(name), {}, std::move(hints));
  resource.files_ = std::move(files);
  resource.file_options_ = std::move(options);
  return resource;
}

Resource Resource::from_text(std::string name, Generator generator, ResourceHints hints,
                             FileOptions options) {
  Resource resource(std::move(name), std::move(generator), std::move(hints));
  resource.file_options_ = std::move(options);
  return resource;
}

Data::Data(const Json& items)
    : Data(Resource({}, [items](Out& out) {
        if (!items.is_array()) {
          out.yield(items);
          return;
        }
        for (const Json& item : items) out.yield(item);
      })) {}

Data::Data(Resource resource) { source_.resources.push_back(std::move(resource)); }

Data::Data(std::vector<Resource> resources) { source_.resources = std::move(resources); }

Data::Data(Source source) : source_(std::move(source)) {}

Data json_files(std::vector<std::filesystem::path> paths, FileOptions options) {
  return Resource::from_files({}, std::move(paths), {}, std::move(options));
}

Data json_text(std::string text) {
  return Resource({}, [text = std::move(text)](Out& out) { out.yield_text(text); });
}

}  // namespace dlt
