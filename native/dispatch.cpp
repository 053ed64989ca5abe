// Any operator of libtorch, called through PyTorch's dispatcher as its schema says.
#include <ATen/core/dispatch/Dispatcher.h>

#include <memory>
#include <mutex>
#include <unordered_map>

#include "convert.h"
#include "errors.h"
#include "exports.h"

namespace poster {
namespace {

constexpr size_t maxArguments = 32;

// An operator with its schema digested. Kept for the life of the process and shared by its threads.
struct Operator {
  explicit Operator(c10::OperatorHandle found) : handle(std::move(found)) {
    for (const c10::Argument& argument : handle.schema().arguments()) parameters.emplace_back(argument);
    TORCH_CHECK(parameters.size() <= maxArguments, name(), " has more than ", maxArguments, " arguments");
  }

  std::string name() const {
    const c10::OperatorName& full = handle.operator_name();
    return full.overload_name.empty() ? full.name : full.name + "." + full.overload_name;
  }

  c10::OperatorHandle handle;
  std::vector<Parameter> parameters;
};

// 'aten::add.Tensor' -> the name and the overload.
c10::OperatorName splitName(const std::string& name) {
  const size_t dot = name.find('.');
  if (dot == std::string::npos) return {name, ""};
  return {name.substr(0, dot), name.substr(dot + 1)};
}

const Operator& findOperator(const std::string& name) {
  static std::mutex mutex;
  static std::unordered_map<std::string, std::unique_ptr<Operator>> operators;
  std::lock_guard<std::mutex> lock(mutex);
  const auto known = operators.find(name);
  if (known != operators.end()) return *known->second;
  const auto found = c10::Dispatcher::singleton().findSchema(splitName(name));
  if (!found.has_value()) throw BadArgument("This libtorch has no operator '" + name + "'.");
  return *operators.emplace(name, std::make_unique<Operator>(*found)).first->second;
}

c10::Stack readArguments(napi_env env, const Operator& op, const napi_value* values, size_t count) {
  const auto& parameters = op.parameters;
  if (count > parameters.size()) {
    throw BadArgument("takes at most " + std::to_string(parameters.size()) + " arguments, but got " +
                      std::to_string(count) + ".");
  }
  c10::Stack stack;
  stack.reserve(parameters.size());
  for (size_t i = 0; i < parameters.size(); i++) {
    if (i < count) {
      stack.push_back(toIValue(env, values[i], parameters[i]));
    } else if (parameters[i].hasDefault) {
      stack.push_back(parameters[i].defaultValue);
    } else {
      throw BadArgument("argument '" + parameters[i].name + "' (" + parameters[i].type + ") is missing.");
    }
  }
  return stack;
}

napi_value writeResults(napi_env env, const c10::Stack& results) {
  if (results.empty()) return Napi::Env(env).Undefined();
  if (results.size() == 1) return fromIValue(env, results[0]);
  Napi::Array array = Napi::Array::New(env, results.size());
  for (size_t i = 0; i < results.size(); i++) array.Set(static_cast<uint32_t>(i), fromIValue(env, results[i]));
  return array;
}

napi_value callOperator(napi_env env, napi_callback_info info) {
  return guarded(env, [&]() -> napi_value {
    napi_value values[maxArguments];
    size_t count = maxArguments;
    void* data = nullptr;
    NAPI_THROW_IF_FAILED(env, napi_get_cb_info(env, info, &count, values, nullptr, &data), nullptr);
    const Operator& op = *static_cast<const Operator*>(data);
    try {
      c10::Stack stack = readArguments(env, op, values, count);
      op.handle.callBoxed(&stack);
      return writeResults(env, stack);
    } catch (const BadArgument& error) {
      throw BadArgument(op.name() + ": " + error.text);
    }
  });
}

// operator(name) -> a function of the operator's arguments, in the schema's order.
Napi::Value getOperator(const Napi::CallbackInfo& info) {
  const std::string name = info[0].ToString();
  const Operator& op = findOperator(name);
  napi_value function;
  const napi_status status = napi_create_function(info.Env(), name.c_str(), NAPI_AUTO_LENGTH, callOperator,
                                                  const_cast<Operator*>(&op), &function);
  NAPI_THROW_IF_FAILED(info.Env(), status, Napi::Value());
  return {info.Env(), function};
}

// schema(name) -> the schema as PyTorch writes it.
Napi::Value getSchema(const Napi::CallbackInfo& info) {
  return Napi::String::New(info.Env(), c10::toString(findOperator(info[0].ToString()).handle.schema()));
}

}  // namespace

void exportDispatch(Napi::Object exports) {
  exportFunction<getOperator>(exports, "operator");
  exportFunction<getSchema>(exports, "schema");
}

}  // namespace poster
