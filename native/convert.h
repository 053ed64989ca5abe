// Values between JavaScript and libtorch, as an operator's schema describes them.
#pragma once

#include <ATen/core/function_schema.h>
#include <ATen/core/ivalue.h>
#include <napi.h>

#include <cstdint>
#include <string>
#include <vector>

namespace poster {

// One argument of an operator, its schema digested once so that calls need not walk types.
struct Parameter {
  explicit Parameter(const c10::Argument& argument);

  enum class Kind {
    tensor, integer, real, boolean, string, scalar, dtype, memoryFormat, layout, device, generator, unsupported
  };

  std::string name;
  std::string type;  // as the schema spells it, for messages
  Kind kind;
  bool optional = false;          // null stands for None
  bool list = false;
  bool optionalElements = false;  // of the list
  int32_t listLength = 0;         // an `int[2]`: one number stands for two
  c10::TypePtr elementType;       // of the list
  c10::IValue defaultValue;
  bool hasDefault;
};

// undefined takes the schema's default. Throws BadArgument.
c10::IValue toIValue(napi_env env, napi_value value, const Parameter& parameter);

// Tensors become handles, lists arrays, whole numbers beyond 2^53 BigInts, None null.
napi_value fromIValue(napi_env env, const c10::IValue& value);

// "the string 'x'", "an array", ... for messages.
std::string describe(napi_env env, napi_value value);

}  // namespace poster
