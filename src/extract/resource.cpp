// SPDX-License-Identifier: Apache-2.0
#include "dlt/resource.hpp"

#include "arrow/stream.hpp"
#include "extract/out.hpp"

namespace dlt {

void Out::yield(const Json& item) {
  const auto add = [this](const Json& row) {
    if (impl_.filtered) {
      impl_.filtered->run.add(row, impl_.items);
    } else {
      impl_.items.add(row);
    }
  };
  if (impl_.filtered) impl_.filtered->run.filter().count_batch();
  if (item.is_array()) {
    for (const Json& element : item) add(element);
  } else {
    add(item);
  }
  impl_.check_room();
}

void Out::yield_text(std::string_view json) {
  if (impl_.filtered) {
    Impl::Filtered& filtered = *impl_.filtered;
    const std::unique_ptr<ByteSource> source = memory_source(std::string(json), "");
    filtered.run.add_text(*source, filtered.framing, IncrementalRun::Lines::kAny, filtered.texts);
  } else {
    impl_.texts.add_text(json);
  }
  impl_.check_room();
}

void Out::yield_bytes(std::string_view part) {
  impl_.has_bytes = true;
  impl_.texts.add_bytes(part);
  impl_.check_room();
}

void Out::yield(ArrowArrayStream* rows) {
  arrow::StreamSource source(arrow::OwnedStream(std::exchange(*rows, {})), impl_.stream_rows);
  impl_.add_rows(source);
  impl_.stream_rows = source.next_row();
  impl_.check_room();
}

CursorRange Out::cursor() const {
  return impl_.filtered ? impl_.filtered->run.filter().range() : CursorRange{};
}

bool Out::can_stop() const { return impl_.filtered && impl_.filtered->run.filter().can_stop(); }

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
        for (const Json& item : items) {
          if (out.can_stop()) return;
          out.yield(item);
        }
      })) {}

Data::Data(Resource resource) { source_.resources.push_back(std::move(resource)); }

Data::Data(std::vector<Resource> resources) { source_.resources = std::move(resources); }

Data::Data(Source source) : source_(std::move(source)) {}

Data record_files(std::vector<std::filesystem::path> paths, FileOptions options) {
  return Resource::from_files({}, std::move(paths), {}, std::move(options));
}

Data arrow_stream(ArrowArrayStream* rows) {
  const auto stream = std::make_shared<arrow::OwnedStream>(std::exchange(*rows, {}));
  return Resource({}, [stream](Out& out) {
    if (!*stream) {
      throw Error(ErrorCode::kInvalidArgument, "an Arrow stream can be loaded once only",
                  "make another one of its source");
    }
    ArrowArrayStream taken = stream->take();
    out.yield(&taken);
  });
}

Data json_text(std::string text) {
  return Resource({}, [text = std::move(text)](Out& out) { out.yield_text(text); });
}

}  // namespace dlt
