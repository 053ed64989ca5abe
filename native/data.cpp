// Values of tensors in and out of JavaScript's memory, and what a tensor says about itself.
#include <ATen/ops/empty.h>

#include <cstring>

#include "errors.h"
#include "exports.h"
#include "handle.h"
#include "names.h"
#include "numbers.h"

namespace poster {
namespace {

std::vector<int64_t> shapeFromJs(const Napi::Value& value) {
  if (!value.IsArray()) throw BadArgument("Expected a shape: an array of sizes.");
  const Napi::Array array = value.As<Napi::Array>();
  std::vector<int64_t> shape(array.Length());
  for (uint32_t i = 0; i < shape.size(); i++) {
    shape[i] = wholeFromJs(array.Get(i), "each size of a shape", 0, 9007199254740991.0);
  }
  return shape;
}

Napi::Uint8Array bytesFromJs(const Napi::Value& value) {
  if (value.IsTypedArray() && value.As<Napi::TypedArray>().TypedArrayType() == napi_uint8_array) {
    return value.As<Napi::Uint8Array>();
  }
  throw BadArgument("Expected a Uint8Array of a tensor's bytes.");
}

// The bytes that `shape` takes, checked for overflow.
size_t byteCount(const std::vector<int64_t>& shape, at::ScalarType dtype) {
  size_t bytes = c10::elementSize(dtype);
  for (const int64_t size : shape) {
    if (__builtin_mul_overflow(bytes, static_cast<size_t>(size), &bytes)) {
      throw BadArgument("A tensor of this shape would not fit into memory.");
    }
  }
  return bytes;
}

// fromBytes(bytes, dtype, shape, device): a new tensor with a copy of row-major values.
Napi::Value fromBytes(const Napi::CallbackInfo& info) {
  const Napi::Uint8Array bytes = bytesFromJs(info[0]);
  const at::ScalarType dtype = dtypeFromName(info[1].ToString());
  const std::vector<int64_t> shape = shapeFromJs(info[2]);
  const at::Device device = deviceFromName(info[3].ToString());
  const size_t expected = byteCount(shape, dtype);
  if (bytes.ByteLength() != expected) {
    throw BadArgument("Expected " + std::to_string(expected) + " bytes for the shape, but got " +
                      std::to_string(bytes.ByteLength()) + ".");
  }
  at::Tensor tensor = at::empty(shape, at::TensorOptions(dtype));
  if (expected > 0) std::memcpy(tensor.data_ptr(), bytes.Data(), expected);
  return {info.Env(), tensorToJs(info.Env(), tensor.to(device))};
}

// The tensor's values in ordinary memory, row-major.
at::Tensor onHost(const at::Tensor& tensor) { return tensor.detach().cpu().contiguous(); }

// toBytes(tensor): an ArrayBuffer of row-major values.
Napi::Value toBytes(const Napi::CallbackInfo& info) {
  const at::Tensor host = onHost(tensorFromJs(info.Env(), info[0]));
  Napi::ArrayBuffer buffer = Napi::ArrayBuffer::New(info.Env(), host.nbytes());
  if (host.nbytes() > 0) std::memcpy(buffer.Data(), host.data_ptr(), host.nbytes());
  return buffer;
}

// describe(tensor): [shape, dtype, device].
Napi::Value describeTensor(const Napi::CallbackInfo& info) {
  const at::Tensor& tensor = tensorFromJs(info.Env(), info[0]);
  Napi::Array shape = Napi::Array::New(info.Env(), tensor.dim());
  for (uint32_t i = 0; i < shape.Length(); i++) shape.Set(i, static_cast<double>(tensor.size(i)));
  Napi::Array result = Napi::Array::New(info.Env(), 3);
  result.Set(0u, shape);
  result.Set(1u, dtypeName(tensor.scalar_type()));
  result.Set(2u, tensor.device().str());
  return result;
}

}  // namespace

void exportData(Napi::Object exports) {
  exportFunction<fromBytes>(exports, "fromBytes");
  exportFunction<toBytes>(exports, "toBytes");
  exportFunction<describeTensor>(exports, "describe");
}

}  // namespace poster
