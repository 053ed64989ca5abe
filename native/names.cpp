#include "names.h"

#include <array>
#include <utility>

#include "errors.h"

namespace poster {
namespace {

template <class Value, size_t size>
using Table = std::array<std::pair<const char*, Value>, size>;

constexpr Table<at::ScalarType, 10> dtypes{{
    {"float32", at::ScalarType::Float},
    {"float64", at::ScalarType::Double},
    {"float16", at::ScalarType::Half},
    {"bfloat16", at::ScalarType::BFloat16},
    {"int64", at::ScalarType::Long},
    {"int32", at::ScalarType::Int},
    {"int16", at::ScalarType::Short},
    {"int8", at::ScalarType::Char},
    {"uint8", at::ScalarType::Byte},
    {"bool", at::ScalarType::Bool},
}};

constexpr Table<at::MemoryFormat, 3> memoryFormats{{
    {"contiguous", at::MemoryFormat::Contiguous},
    {"channels_last", at::MemoryFormat::ChannelsLast},
    {"preserve", at::MemoryFormat::Preserve},
}};

template <class Value, size_t size>
Value find(const Table<Value, size>& table, const std::string& name, const char* what) {
  std::string allowed;
  for (const auto& [key, value] : table) {
    if (name == key) return value;
    allowed += allowed.empty() ? key : std::string(", ") + key;
  }
  throw BadArgument(std::string("Expected ") + what + " (" + allowed + "), but got '" + name + "'.");
}

}  // namespace

at::ScalarType dtypeFromName(const std::string& name) { return find(dtypes, name, "an element type"); }

const char* dtypeName(at::ScalarType dtype) {
  for (const auto& [name, value] : dtypes) {
    if (value == dtype) return name;
  }
  throw BadArgument(std::string("Tensors of element type ") + c10::toString(dtype) + " have no name here.");
}

at::MemoryFormat memoryFormatFromName(const std::string& name) {
  return find(memoryFormats, name, "a memory format");
}

at::Device deviceFromName(const std::string& name) {
  try {
    return at::Device(name);
  } catch (const c10::Error&) {
    throw BadArgument("Expected a device ('cpu', 'cuda' or 'cuda:1'), but got '" + name + "'.");
  }
}

}  // namespace poster
