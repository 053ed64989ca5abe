#include "convert.h"

#include <ATen/core/List.h>
#include <ATen/core/jit_type.h>

#include <cmath>

#include "errors.h"
#include "handle.h"
#include "names.h"

namespace poster {
namespace {

using Kind = Parameter::Kind;

// Up to here every whole number is a double.
constexpr double safeInteger = 9007199254740991.0;

Kind kindOf(const c10::Type& type) {
  switch (type.kind()) {
    case c10::TypeKind::TensorType: return Kind::tensor;
    case c10::TypeKind::IntType:
    case c10::TypeKind::SymIntType: return Kind::integer;
    case c10::TypeKind::FloatType: return Kind::real;
    case c10::TypeKind::BoolType: return Kind::boolean;
    case c10::TypeKind::StringType: return Kind::string;
    case c10::TypeKind::NumberType: return Kind::scalar;
    case c10::TypeKind::ScalarTypeType: return Kind::dtype;
    case c10::TypeKind::MemoryFormatType: return Kind::memoryFormat;
    case c10::TypeKind::LayoutType: return Kind::layout;
    case c10::TypeKind::DeviceObjType: return Kind::device;
    case c10::TypeKind::GeneratorType: return Kind::generator;
    default: return Kind::unsupported;
  }
}

napi_valuetype typeOf(napi_env env, napi_value value) {
  napi_valuetype type;
  NAPI_THROW_IF_FAILED(env, napi_typeof(env, value, &type), napi_undefined);
  return type;
}

bool isArray(napi_env env, napi_value value) {
  bool result = false;
  NAPI_THROW_IF_FAILED(env, napi_is_array(env, value, &result), false);
  return result;
}

double numberOf(napi_env env, napi_value value) { return Napi::Number(env, value).DoubleValue(); }
std::string stringOf(napi_env env, napi_value value) { return Napi::String(env, value).Utf8Value(); }

[[noreturn]] void mismatch(napi_env env, napi_value value, const Parameter& parameter) {
  throw BadArgument("argument '" + parameter.name + "' must be " + parameter.type + ", but got " +
                    describe(env, value) + ".");
}

bool isWhole(double number) {
  return std::trunc(number) == number && std::abs(number) <= safeInteger && !(number == 0 && std::signbit(number));
}

int64_t integerOf(napi_env env, napi_value value, napi_valuetype type, const Parameter& parameter) {
  if (type == napi_number) {
    const double number = numberOf(env, value);
    if (number == 0 || isWhole(number)) return static_cast<int64_t>(number);
  }
  if (type == napi_bigint) {
    bool lossless = false;
    const int64_t number = Napi::BigInt(env, value).Int64Value(&lossless);
    if (lossless) return number;
  }
  mismatch(env, value, parameter);
}

// A whole number counts as an integer, which leaves an integer tensor's type alone, as in Python `x * 2`.
at::Scalar scalarOf(napi_env env, napi_value value, napi_valuetype type, const Parameter& parameter) {
  if (type == napi_boolean) return Napi::Boolean(env, value).Value();
  if (type == napi_bigint) return integerOf(env, value, type, parameter);
  if (type != napi_number) mismatch(env, value, parameter);
  const double number = numberOf(env, value);
  return isWhole(number) ? at::Scalar(static_cast<int64_t>(number)) : at::Scalar(number);
}

// Element types and memory formats travel as names on the JavaScript side and as integers in IValues.
c10::IValue namedOf(napi_env env, napi_value value, const Parameter& parameter) {
  if (typeOf(env, value) != napi_string) mismatch(env, value, parameter);
  const std::string name = stringOf(env, value);
  switch (parameter.kind) {
    case Kind::dtype: return static_cast<int64_t>(dtypeFromName(name));
    case Kind::memoryFormat: return static_cast<int64_t>(memoryFormatFromName(name));
    case Kind::device: return deviceFromName(name);
    case Kind::string: return name;
    default: break;  // layout: dense tensors only
  }
  if (name != "strided") throw BadArgument("Expected the layout 'strided', but got '" + name + "'.");
  return static_cast<int64_t>(at::kStrided);
}

c10::IValue elementOf(napi_env env, napi_value value, const Parameter& parameter) {
  const napi_valuetype type = typeOf(env, value);
  switch (parameter.kind) {
    case Kind::tensor:
      if (!isTensor(env, value)) mismatch(env, value, parameter);
      return tensorFromJs(env, value, parameter.name.c_str());
    case Kind::integer: return integerOf(env, value, type, parameter);
    case Kind::real:
      if (type != napi_number) mismatch(env, value, parameter);
      return numberOf(env, value);
    case Kind::boolean:
      if (type != napi_boolean) mismatch(env, value, parameter);
      return Napi::Boolean(env, value).Value();
    case Kind::scalar: return scalarOf(env, value, type, parameter);
    case Kind::generator: return generatorFromJs(env, value);
    case Kind::unsupported: mismatch(env, value, parameter);
    default: return namedOf(env, value, parameter);
  }
}

bool isNone(napi_env env, napi_value value) {
  const napi_valuetype type = typeOf(env, value);
  return type == napi_null || type == napi_undefined;
}

c10::IValue listOf(napi_env env, napi_value value, const Parameter& parameter) {
  c10::impl::GenericList list(parameter.elementType);
  if (!isArray(env, value)) {
    if (parameter.listLength == 0) mismatch(env, value, parameter);
    const c10::IValue element = elementOf(env, value, parameter);
    for (int32_t i = 0; i < parameter.listLength; i++) list.push_back(element);
    return list;
  }
  const Napi::Array array(env, value);
  const uint32_t length = array.Length();
  list.reserve(length);
  for (uint32_t i = 0; i < length; i++) {
    const Napi::Value element = array.Get(i);
    const bool none = parameter.optionalElements && isNone(env, element);
    list.push_back(none ? c10::IValue() : elementOf(env, element, parameter));
  }
  return list;
}

napi_value fromInteger(napi_env env, int64_t number) {
  const bool safe = std::abs(static_cast<double>(number)) <= safeInteger;
  return safe ? static_cast<napi_value>(Napi::Number::New(env, static_cast<double>(number)))
              : static_cast<napi_value>(Napi::BigInt::New(env, number));
}

napi_value fromScalar(napi_env env, const at::Scalar& scalar) {
  if (scalar.isBoolean()) return Napi::Boolean::New(env, scalar.toBool());
  if (scalar.isIntegral(/*includeBool=*/false)) return fromInteger(env, scalar.toLong());
  return Napi::Number::New(env, scalar.toDouble());
}

napi_value fromList(napi_env env, c10::ArrayRef<c10::IValue> list) {
  Napi::Array array = Napi::Array::New(env, list.size());
  for (size_t i = 0; i < list.size(); i++) array.Set(static_cast<uint32_t>(i), fromIValue(env, list[i]));
  return array;
}

// As the schema spells the type, but for sizes: later versions call every integer of a size a SymInt.
std::string typeName(const c10::Type& type) {
  const std::string symbolic = "SymInt";
  std::string name = type.str();
  for (size_t at = name.find(symbolic); at != std::string::npos; at = name.find(symbolic)) {
    name.replace(at, symbolic.size(), "int");
  }
  return name;
}

}  // namespace

Parameter::Parameter(const c10::Argument& argument)
    : name(argument.name()), type(typeName(*argument.real_type())), hasDefault(argument.default_value().has_value()) {
  if (hasDefault) defaultValue = *argument.default_value();
  if (argument.N()) listLength = *argument.N();
  // The real type tells a dtype from an integer; the plain type is what lists are made of.
  c10::TypePtr real = argument.real_type();
  c10::TypePtr plain = argument.type();
  if (real->kind() == c10::TypeKind::OptionalType) {
    optional = true;
    real = real->containedType(0);
    plain = plain->containedType(0);
  }
  if (real->kind() == c10::TypeKind::ListType) {
    list = true;
    real = real->containedType(0);
    elementType = plain->containedType(0);
    if (elementType->kind() == c10::TypeKind::SymIntType) elementType = c10::IntType::get();
    optionalElements = real->kind() == c10::TypeKind::OptionalType;
    if (optionalElements) real = real->containedType(0);
  }
  kind = kindOf(*real);
}

c10::IValue toIValue(napi_env env, napi_value value, const Parameter& parameter) {
  const napi_valuetype type = typeOf(env, value);
  if (type == napi_undefined && parameter.hasDefault) return parameter.defaultValue;
  if (type == napi_null && parameter.optional) return {};
  return parameter.list ? listOf(env, value, parameter) : elementOf(env, value, parameter);
}

napi_value fromIValue(napi_env env, const c10::IValue& value) {
  if (value.isTensor()) return tensorToJs(env, value.toTensor());
  if (value.isNone()) return Napi::Env(env).Null();
  if (value.isInt()) return fromInteger(env, value.toInt());
  if (value.isDouble()) return Napi::Number::New(env, value.toDouble());
  if (value.isBool()) return Napi::Boolean::New(env, value.toBool());
  if (value.isString()) return Napi::String::New(env, value.toStringRef());
  if (value.isDevice()) return Napi::String::New(env, value.toDevice().str());
  if (value.isScalar()) return fromScalar(env, value.toScalar());
  if (value.isList()) return fromList(env, value.toListRef());
  throw std::runtime_error("A result of type " + value.tagKind() + " cannot be given to JavaScript.");
}

std::string describe(napi_env env, napi_value value) {
  switch (typeOf(env, value)) {
    case napi_undefined: return "nothing";
    case napi_null: return "null";
    case napi_string: return "the string '" + stringOf(env, value) + "'";
    case napi_number:
    case napi_bigint:
    case napi_boolean: return std::string(Napi::Value(env, value).ToString());
    case napi_function: return "a function";
    case napi_external:
      if (isTensor(env, value)) return "a tensor";
      return isGenerator(env, value) ? "a generator" : "another addon's object";
    default: return isArray(env, value) ? "an array" : "an object";
  }
}

}  // namespace poster
