#include "handle.h"

#include "errors.h"
#include "exports.h"

namespace poster {
namespace {

// What an external points to. The tag tells our externals from those of other addons.
template <class Content>
struct Box {
  uint64_t tag;
  Content content;
  int64_t bytes;  // that the garbage collector was told of
};

constexpr uint64_t tensorTag = 0x706f7374657274;     // "postert"
constexpr uint64_t generatorTag = 0x706f7374657267;  // "posterg"

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
Box<Content>* unbox(napi_env env, napi_value value, uint64_t tag) {
  napi_valuetype type;
  if (napi_typeof(env, value, &type) != napi_ok || type != napi_external) return nullptr;
  void* data = nullptr;
  if (napi_get_value_external(env, value, &data) != napi_ok || data == nullptr) return nullptr;
  auto* box = static_cast<Box<Content>*>(data);
  return box->tag == tag ? box : nullptr;
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

// leaveToCollector(tensor): tells the garbage collector how large the tensor is. For tensors that no scope frees: where
// one does, the collector would only be driven to look, at every 64 MB, for garbage that is not there.
Napi::Value leaveToCollector(const Napi::CallbackInfo& info) {
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
  napi_value result;
  if (!tensor.defined()) {
    napi_get_null(env, &result);
    return result;
  }
  auto* box = new TensorBox{tensorTag, std::move(tensor), 0};
  auto finalize = [](napi_env env, void* data, void*) {
    auto* box = static_cast<TensorBox*>(data);
    release(env, box);
    delete box;
  };
  if (napi_create_external(env, box, finalize, nullptr, &result) != napi_ok) {
    delete box;
    throw std::runtime_error("JavaScript has no memory left for a tensor's handle.");
  }
  liveTensors += 1;
  return result;
}

bool isTensor(napi_env env, napi_value value) {
  return unbox<at::Tensor>(env, value, tensorTag) != nullptr;
}

const at::Tensor& tensorFromJs(napi_env env, napi_value value, const char* what) {
  const at::Tensor& tensor = tensorBox(env, value, what)->content;
  if (!tensor.defined()) throw BadArgument(std::string("Expected ") + what + ", but it was disposed.");
  return tensor;
}

at::Tensor optionalTensorFromJs(napi_env env, napi_value value, const char* what) {
  napi_valuetype type;
  napi_typeof(env, value, &type);
  if (type == napi_null || type == napi_undefined) return {};
  return tensorFromJs(env, value, what);
}

napi_value generatorToJs(napi_env env, at::Generator generator) {
  auto* box = new GeneratorBox{generatorTag, std::move(generator), 0};
  auto finalize = [](napi_env, void* data, void*) { delete static_cast<GeneratorBox*>(data); };
  napi_value result;
  if (napi_create_external(env, box, finalize, nullptr, &result) != napi_ok) {
    delete box;
    throw std::runtime_error("JavaScript has no memory left for a generator's handle.");
  }
  return result;
}

const at::Generator& generatorFromJs(napi_env env, napi_value value) {
  GeneratorBox* box = unbox<at::Generator>(env, value, generatorTag);
  if (box == nullptr) throw BadArgument("Expected a random number generator.");
  return box->content;
}

void exportHandles(Napi::Object exports) {
  exportFunction<releaseTensor>(exports, "release");
  exportFunction<leaveToCollector>(exports, "leaveToCollector");
  exportFunction<liveTensorCount>(exports, "liveTensors");
}

}  // namespace poster
