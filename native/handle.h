// Tensors and generators as JavaScript sees them: opaque externals that own a libtorch object.
// TypeScript releases them explicitly by scope; the finalizer is the net below.
#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>
#include <napi.h>

namespace poster {

// A new handle on a defined tensor; an undefined one becomes null.
napi_value tensorToJs(napi_env env, at::Tensor tensor);

// Whether `value`, an external, is a tensor's handle, or a generator's.
bool isTensor(napi_env env, napi_value value);
bool isGenerator(napi_env env, napi_value value);

// The tensor behind a handle. Throws BadArgument naming `what` when it is none or was released.
const at::Tensor& tensorFromJs(napi_env env, napi_value value, const char* what = "a tensor");

// As tensorFromJs; null and undefined become the undefined tensor.
at::Tensor optionalTensorFromJs(napi_env env, napi_value value, const char* what = "a tensor or null");

napi_value generatorToJs(napi_env env, at::Generator generator);
const at::Generator& generatorFromJs(napi_env env, napi_value value);

}  // namespace poster
