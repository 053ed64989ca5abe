// The names of element types, devices and memory formats on the JavaScript side.
#pragma once

#include <c10/core/Device.h>
#include <c10/core/MemoryFormat.h>
#include <c10/core/ScalarType.h>

#include <string>

namespace poster {

// Each throws BadArgument listing the allowed names.
at::ScalarType dtypeFromName(const std::string& name);
const char* dtypeName(at::ScalarType dtype);
at::MemoryFormat memoryFormatFromName(const std::string& name);
// 'cpu', 'cuda' or 'cuda:1'.
at::Device deviceFromName(const std::string& name);

}  // namespace poster
