#include "handle.h"

#include "errors.h"
#include "exports.h"

namespace poster {
namespace {

// What an external points to.
template <class Content>
struct Box {
  Content content;
  int64_t bytes;  // that the garbage collector was told of
};

// Tell our externals from those of other addons, whose pointers lead to something else.
constexpr napi_type_tag tensorTag = {0x3f1c7a5be02d4961, 0xb6d28e90f7a3c415};
constexpr napi_type_tag generatorTag = {0x91e4c03a6b7f4d28, 0xa05d3b17c8e9f264};

using TensorBox = Box<at::Tensor>;
using GeneratorBox = Box<at::Generator>;

// An environment lives on one thread, so per thread is per environment: no instance data, nothing to
// outlive at its end.
thread_local int64_t liveTensors = 0;
thread_local int64_t unreportedBytes = 0;

// Tells the garbage collector about native memory in steps of a megabyte, since each report costs time.
void reportBytes(napi_env env, int64_t change) {
  constexpr int64_t step = int64_t{1} << 20;
  unreportedBytes += change;
  if (unreportedBytes > -step && unreportedBytes < step) return;
  int64_t total;
  napi_adjust_external_memory(env, unreportedBytes, &total);
  unreportedBytes = 0;
}

// The bytes that releasing this tensor would free: none when it is a view of another's memory.
int64_t ownedBytes(const at::Tensor& tensor) {
  if (!tensor.has_storage() || tensor.storage().use_count() != 1) return 0;
  return static_cast<int64_t>(tensor.storage().nbytes());
}

void release(napi_env env, TensorBox* box) {
  if (!box->content.defined()) return;
  box->content.reset();
  liveTensors -= 1;
  reportBytes(env, -box->bytes);
}

template <class Content>
Box<Content>* unbox(napi_env env, napi_value value, const napi_type_tag& tag) {
  napi_valuetype type;
  if (napi_typeof(env, value, &type) != napi_ok || type != napi_external) return nullptr;
  bool isOurs = false;
  if (napi_check_object_type_tag(env, value, &tag, &isOurs) != napi_ok || !isOurs) return nullptr;
  void* data = nullptr;
  if (napi_get_value_external(env, value, &data) != napi_ok) return nullptr;
  return static_cast<Box<Content>*>(data);
}

// An external that owns `box`, which `finalize` deletes, and bears the tag.
template <class Content>
napi_value boxToJs(napi_env env, Box<Content>* box, napi_finalize finalize, const napi_type_tag& tag) {
  napi_value result;
  if (napi_create_external(env, box, finalize, nullptr, &result) != napi_ok) {
    finalize(env, box, nullptr);
    throw std::runtime_error("JavaScript has no memory left for a handle.");
  }
  if (napi_type_tag_object(env, result, &tag) != napi_ok) throw std::runtime_error("A handle cannot be tagged.");
  return result;
}

TensorBox* tensorBox(napi_env env, napi_value value, const char* what) {
  TensorBox* box = unbox<at::Tensor>(env, value, tensorTag);
  if (box == nullptr) throw BadArgument(std::string("Expected ") + what + ".");
  return box;
}

Napi::Value releaseTensor(const Napi::CallbackInfo& info) {
  release(info.Env(), tensorBox(info.Env(), info[0], "a tensor to release"));
  return info.Env().Undefined();
}

// reportExternalMemory(tensor): tells the garbage collector how large the tensor is. For tensors that no scope frees: where
// one does, the collector would only be driven to look, at every 64 MB, for garbage that is not there.
Napi::Value reportExternalMemory(const Napi::CallbackInfo& info) {
  TensorBox* box = tensorBox(info.Env(), info[0], "a tensor to leave to the garbage collector");
  if (!box->content.defined() || box->bytes != 0) return info.Env().Undefined();
  box->bytes = ownedBytes(box->content);
  reportBytes(info.Env(), box->bytes);
  return info.Env().Undefined();
}

Napi::Value liveTensorCount(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), static_cast<double>(liveTensors));
}

}  // namespace

napi_value tensorToJs(napi_env env, at::Tensor tensor) {
  if (!tensor.defined()) return Napi::Env(env).Null();
  const auto finalize = [](napi_env env, void* data, void*) {
    auto* box = static_cast<TensorBox*>(data);
    release(env, box);
    delete box;
  };
  liveTensors += 1;  // until it is released
  return boxToJs(env, new TensorBox{std::move(tensor), 0}, finalize, tensorTag);
}

bool isTensor(napi_env env, napi_value value) {
  return unbox<at::Tensor>(env, value, tensorTag) != nullptr;
}

bool isGenerator(napi_env env, napi_value value) {
  return unbox<at::Generator>(env, value, generatorTag) != nullptr;
}

const at::Tensor& tensorFromJs(napi_env env, napi_value value, const char* what) {
  const at::Tensor& tensor = tensorBox(env, value, what)->content;
  if (!tensor.defined()) throw BadArgument(std::string("Expected ") + what + ", but it was disposed.");
  return tensor;
}

at::Tensor optionalTensorFromJs(napi_env env, napi_value value, const char* what) {
  napi_valuetype type;
  NAPI_THROW_IF_FAILED(env, napi_typeof(env, value, &type), {});
  if (type == napi_null || type == napi_undefined) return {};
  return tensorFromJs(env, value, what);
}

napi_value generatorToJs(napi_env env, at::Generator generator) {
  const auto finalize = [](napi_env, void* data, void*) { delete static_cast<GeneratorBox*>(data); };
  return boxToJs(env, new GeneratorBox{std::move(generator), 0}, finalize, generatorTag);
}

const at::Generator& generatorFromJs(napi_env env, napi_value value) {
  GeneratorBox* box = unbox<at::Generator>(env, value, generatorTag);
  if (box == nullptr) throw BadArgument("Expected a random number generator.");
  return box->content;
}

void exportHandles(Napi::Object exports) {
  exportFunction<releaseTensor>(exports, "release");
  exportFunction<reportExternalMemory>(exports, "reportExternalMemory");
  exportFunction<liveTensorCount>(exports, "liveTensors");
}

}  // namespace poster
