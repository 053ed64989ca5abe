// Numbers from JavaScript, which has but one kind.
#pragma once

#include <napi.h>

#include <cstdint>

namespace poster {

// A whole number from `lowest` to `highest`. Throws BadArgument that says what `what` was expected to be.
int64_t wholeFromJs(const Napi::Value& value, const char* what, double lowest, double highest);

}  // namespace poster
