#include "numbers.h"

#include <cmath>
#include <string>

#include "convert.h"
#include "errors.h"

namespace poster {

int64_t wholeFromJs(const Napi::Value& value, const char* what, double lowest, double highest) {
  const double number = value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : std::nan("");
  if (number >= lowest && number <= highest && std::trunc(number) == number) return static_cast<int64_t>(number);
  throw BadArgument(std::string("Expected ") + what + " to be a whole number from " +
                    std::to_string(static_cast<int64_t>(lowest)) + " to " +
                    std::to_string(static_cast<int64_t>(highest)) + ", but got " + describe(value.Env(), value) + ".");
}

}  // namespace poster
