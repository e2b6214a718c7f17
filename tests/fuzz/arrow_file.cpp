// SPDX-License-Identifier: Apache-2.0
// Arrow files of a package with any bytes in them: damage is kIo, whatever the checksums say, and
// what is read can be walked to its last value.
#include <atomic>
#include <cstring>
#include <string>

#include <xxhash.h>

#include "arrow/file.hpp"
#include "arrow/view.hpp"
#include "dlt/error.hpp"
#include "fuzz/scratch_file.hpp"
#include "fuzz/target.hpp"

namespace dlt::fuzz {
namespace {

// Of one input; lists of nothing can be as long as they say.
constexpr std::size_t kMostValues = 2'000;

std::uint64_t word_at(const std::string& bytes, std::size_t at) {
  std::uint64_t word = 0;
  std::memcpy(&word, bytes.data() + at, sizeof word);
  return word;
}

/// Makes the checksums of all batches right, so that what they cover is looked at.
void mend_checksums(std::string& bytes) {
  constexpr std::size_t kMagicBytes = 8;
  constexpr std::size_t kHeaderBytes = 48;
  if (bytes.size() < kMagicBytes + 8) return;
  std::uint64_t length = word_at(bytes, kMagicBytes);
  std::size_t at = kMagicBytes + 8;
  while (length <= bytes.size() - at && bytes.size() - at - length >= kHeaderBytes) {
    at += length;
    const std::uint64_t body = word_at(bytes, at + 32);
    const std::size_t begin = at + kHeaderBytes;
    if (body > bytes.size() - begin) return;
    const std::uint64_t checksum = XXH3_64bits(bytes.data() + begin, body);
    std::memcpy(bytes.data() + at + 40, &checksum, sizeof checksum);
    at = begin;
    length = body;
  }
}

/// Looks at every byte of a value.
class Walk {
 public:
  void value(const arrow::View& view) {
    if (values_++ >= kMostValues) return;
    switch (view.kind()) {
      case JsonKind::kInt64:
      case JsonKind::kUint64:
        sum_ += view.uint64();
        break;
      case JsonKind::kDouble:
        sum_ += view.number() > 0 ? 1 : 0;
        break;
      case JsonKind::kString:
        for (const char c : view.string()) sum_ += static_cast<unsigned char>(c);
        break;
      case JsonKind::kTyped:
        sum_ += view.typed_text().size();
        break;
      case JsonKind::kArray:
        for (const auto& element : view.elements()) {
          if (values_ >= kMostValues) return;
          value(element);
        }
        break;
      case JsonKind::kObject:
        for (const auto& [key, member] : view.fields()) {
          sum_ += key.size();
          value(member);
        }
        break;
      default:
        break;
    }
  }
  bool goes_on() const { return values_ < kMostValues; }
  std::uint64_t sum() const { return sum_; }

 private:
  std::size_t values_ = 0;
  std::uint64_t sum_ = 0;
};

void read(const std::filesystem::path& path) {
  try {
    arrow::FileReader reader(path);
    Walk walk;
    for (arrow::Rows rows; reader.next(rows);) {
      for (std::size_t i = 0; i < rows.count() && walk.goes_on(); ++i) {
        try {
          walk.value(arrow::View(rows.batch->data(), static_cast<std::int64_t>(rows.row(i))));
        } catch (const Error& error) {
          // A key that the dictionary has not, a date that is no day.
          require(error.code() == ErrorCode::kBadRecord, "a value that is none is a bad record");
        }
      }
    }
    // Looking at bytes must not be optimized away.
    static std::atomic<std::uint64_t> sum;
    sum += walk.sum();
  } catch (const Error& error) {
    require(error.code() == ErrorCode::kIo, "a damaged file is kIo");
  }
}

}  // namespace
}  // namespace dlt::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dlt::fuzz;
  static const ScratchFile file;
  Input input(data, size);
  const bool is_mended = input.setting(1) == 1;
  std::string bytes(input.text());
  if (is_mended) mend_checksums(bytes);
  file.write(bytes);
  read(file.path());
  return 0;
}
