// Data-parallel training on PyTorch's c10d: sums over processes, and batch normalisation over all of them.
// A process is in one group at most. Where libtorch has no c10d, all this is left out and says so.
#ifdef POSTER_C10D
#define USE_C10D_GLOO
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>
#endif
#ifdef POSTER_NCCL
#define USE_C10D_NCCL
#include <torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp>
#endif
#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include <cstdlib>

#include "errors.h"
#include "exports.h"
#include "handle.h"

namespace poster {
namespace {

#ifdef POSTER_C10D

using Tensors = std::vector<at::Tensor>;

struct Group {
  int rank;
  int size;
  c10::intrusive_ptr<c10d::ProcessGroupGloo> gloo;
#ifdef POSTER_NCCL
  c10::intrusive_ptr<c10d::ProcessGroupNCCL> nccl;
#endif
};

std::unique_ptr<Group> group;

Group& currentGroup() {
  if (!group) throw BadArgument("Expected this process to have joined others.");
  return *group;
}

// What TypeScript recognises as the end of another process.
template <class Work>
auto orLost(Work&& work) {
  try {
    return work();
  } catch (const c10::Error& error) {
    throw std::runtime_error(std::string("Lost another process: ") + error.what_without_backtrace());
  } catch (const std::exception& error) {
    throw std::runtime_error(std::string("Lost another process: ") + error.what());
  }
}

// Sums a dense tensor over all processes, in place.
void sumDense(const at::Tensor& flat) {
  Tensors tensors{flat};
  orLost([&] {
#ifdef POSTER_NCCL
    if (flat.is_cuda()) return currentGroup().nccl->allreduce(tensors)->wait();
#endif
    return currentGroup().gloo->allreduce(tensors)->wait();
  });
}

void sumInPlace(const at::Tensor& tensor) {
#ifndef POSTER_NCCL
  if (tensor.is_cuda()) {  // gloo of our own build may not know CUDA
    const at::Tensor copy = tensor.cpu();
    sumDense(copy);
    tensor.copy_(copy);
    return;
  }
#endif
  sumDense(tensor);
}

std::shared_ptr<::gloo::transport::Device> networkDevice(const std::string& host) {
  if (host == "127.0.0.1" || host == "localhost") return c10d::ProcessGroupGloo::createDeviceForHostname("127.0.0.1");
  const char* name = std::getenv("GLOO_SOCKET_IFNAME");
  return name ? c10d::ProcessGroupGloo::createDeviceForInterface(name)
              : c10d::ProcessGroupGloo::createDefaultDevice();
}

// From 2.4 on the store meets the others through libuv unless told otherwise, which distributions build without; 1.13 has
// plain sockets alone and no such option.
template <typename Options>
auto askForPlainSockets(Options& options) -> decltype(static_cast<void>(options.useLibUV)) {
  options.useLibUV = false;
}
void askForPlainSockets(...) {}

// joinGroup(rank, size, host, port, milliseconds): meets the others; no operation waits longer than that.
Napi::Value joinGroup(const Napi::CallbackInfo& info) {
  if (group) throw BadArgument("This process has joined others already.");
  const int rank = info[0].ToNumber().Int32Value();
  const int size = info[1].ToNumber().Int32Value();
  const std::string host = info[2].ToString();
  const std::chrono::milliseconds timeout(info[4].ToNumber().Int64Value());
  c10d::TCPStoreOptions options;
  options.port = static_cast<uint16_t>(info[3].ToNumber().Uint32Value());
  options.isServer = rank == 0;
  options.numWorkers = size;
  options.timeout = timeout;
  askForPlainSockets(options);
  orLost([&] {
    auto store = c10::make_intrusive<c10d::TCPStore>(host, options);
    auto joined = std::make_unique<Group>();
    joined->rank = rank;
    joined->size = size;
    auto gloo = c10d::ProcessGroupGloo::Options::create(timeout);
    gloo->devices.push_back(networkDevice(host));
    gloo->threads = 1;
    joined->gloo = c10::make_intrusive<c10d::ProcessGroupGloo>(
        c10::make_intrusive<c10d::PrefixStore>("gloo", store), rank, size, gloo);
#ifdef POSTER_NCCL
    // So that a wait ends with an error, not with the process.
    setenv("NCCL_BLOCKING_WAIT", "1", 0);
    setenv("TORCH_NCCL_BLOCKING_WAIT", "1", 0);
    auto nccl = c10d::ProcessGroupNCCL::Options::create();
    nccl->timeout = timeout;
    joined->nccl = c10::make_intrusive<c10d::ProcessGroupNCCL>(
        c10::make_intrusive<c10d::PrefixStore>("nccl", store), rank, size, nccl);
#endif
    group = std::move(joined);
  });
  return info.Env().Undefined();
}

Napi::Value leaveGroup(const Napi::CallbackInfo& info) {
  group.reset();
  return info.Env().Undefined();
}

// sumOverGroup(tensors): each becomes the sum over all processes; they travel together.
Napi::Value sumOverGroup(const Napi::CallbackInfo& info) {
  const Napi::Array handles = info[0].As<Napi::Array>();
  const c10::AutoGradMode guard(false);
  Tensors tensors, flat;
  for (uint32_t i = 0; i < handles.Length(); i++) {
    tensors.push_back(tensorFromJs(info.Env(), handles.Get(i)));
    flat.push_back(tensors.back().reshape({-1}));
  }
  if (tensors.empty()) return info.Env().Undefined();
  const at::Tensor all = at::cat(flat);
  sumInPlace(all);
  int64_t start = 0;
  for (const at::Tensor& tensor : tensors) {
    tensor.copy_(all.narrow(0, start, tensor.numel()).view(tensor.sizes()));
    start += tensor.numel();
  }
  return info.Env().Undefined();
}

at::Tensor asFloat(const at::Tensor& x) { return x.element_size() < 4 ? x.to(at::kFloat) : x; }

// Per channel: mean, sum of squared distances from it, and the count, over the values of all processes.
std::tuple<at::Tensor, at::Tensor, double> groupStatistics(const at::Tensor& x) {
  std::vector<int64_t> axes{0};
  for (int64_t axis = 2; axis < x.dim(); axis++) axes.push_back(axis);
  const auto [variance, mean] = at::var_mean(asFloat(x), axes, /*unbiased=*/false);
  const double values = static_cast<double>(x.numel() / x.size(1));
  at::Tensor rows = at::zeros({currentGroup().size, 2 * x.size(1) + 1}, mean.options());
  rows[currentGroup().rank].copy_(at::cat({mean, variance * values, at::full({1}, values, mean.options())}));
  sumInPlace(rows);
  const at::Tensor means = rows.narrow(1, 0, x.size(1));
  const at::Tensor counts = rows.narrow(1, 2 * x.size(1), 1);
  const double total = counts.sum().item<double>();
  const at::Tensor together = (means * counts).sum(0) / total;
  const at::Tensor squares = rows.narrow(1, x.size(1), x.size(1)).sum(0) + (counts * (means - together).square()).sum(0);
  return {together, squares, total};
}

// Batch normalisation with the statistics of all processes, as torch.nn.SyncBatchNorm.
struct GroupBatchNorm : torch::autograd::Function<GroupBatchNorm> {
  static Tensors forward(torch::autograd::AutogradContext* context, const at::Tensor& x, const at::Tensor& weight,
                         const at::Tensor& bias, double eps) {
    const auto [mean, squares, total] = groupStatistics(x);
    const at::Tensor variance = squares / total;
    const at::Tensor y = std::get<0>(at::native_batch_norm(x, weight, bias, mean, variance, false, 0, eps));
    const at::Tensor unbiased = squares / (total - 1);
    context->save_for_backward({x, weight, mean, variance});
    context->saved_data["eps"] = eps;
    context->saved_data["total"] = total;
    context->mark_non_differentiable({mean, unbiased});
    return {y, mean, unbiased};
  }

  static Tensors backward(torch::autograd::AutogradContext* context, Tensors gradients) {
    const Tensors saved = context->get_saved_variables();
    const at::Tensor &x = saved[0], &weight = saved[1], &mean = saved[2], &variance = saved[3];
    const double eps = context->saved_data["eps"].toDouble();
    const double total = context->saved_data["total"].toDouble();
    // With the statistics held fixed; what flows through them depends on sums over all processes.
    const auto [fixed, dWeight, dBias] = at::native_batch_norm_backward(
        gradients[0].contiguous(x.suggest_memory_format()), x, weight, mean, variance, {}, {}, false, eps,
        {true, true, true});
    const at::Tensor sums = at::stack({dWeight, dBias}) / total;
    sumInPlace(sums);
    const at::Tensor deviation = (variance + eps).rsqrt();
    const at::Tensor slope = -weight * deviation.square() * sums[0];
    const at::Tensor shift = -weight * deviation * sums[1] - slope * mean;
    std::vector<int64_t> shape(x.dim(), 1);
    shape[1] = x.size(1);
    const auto perChannel = [&](const at::Tensor& values) { return values.view(shape); };
    const at::Tensor dx = at::addcmul(asFloat(fixed) + perChannel(shift), asFloat(x), perChannel(slope));
    return {dx.to(x.scalar_type()), dWeight, dBias, at::Tensor()};
  }
};

// groupBatchNorm(x, weight, bias, eps): [y, mean, unbiased variance]
Napi::Value groupBatchNorm(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  Tensors results = GroupBatchNorm::apply(tensorFromJs(env, info[0]), tensorFromJs(env, info[1]),
                                          tensorFromJs(env, info[2]), info[3].ToNumber().DoubleValue());
  Napi::Array handles = Napi::Array::New(env, results.size());
  for (uint32_t i = 0; i < results.size(); i++)
    handles.Set(i, Napi::Value(env, tensorToJs(env, std::move(results[i]))));
  return handles;
}

constexpr bool canJoin = true;

#else

Napi::Value missing(const Napi::CallbackInfo&) {
  throw BadArgument("This libtorch was built without c10d, so processes cannot train together.");
}
constexpr auto joinGroup = missing, leaveGroup = missing, sumOverGroup = missing, groupBatchNorm = missing;
constexpr bool canJoin = false;

#endif

// Whether processes can train together here.
Napi::Value hasGroups(const Napi::CallbackInfo& info) { return Napi::Boolean::New(info.Env(), canJoin); }

}  // namespace

void exportDistributed(Napi::Object exports) {
  exportFunction<hasGroups>(exports, "hasGroups");
  exportFunction<joinGroup>(exports, "joinGroup");
  exportFunction<leaveGroup>(exports, "leaveGroup");
  exportFunction<sumOverGroup>(exports, "sumOverGroup");
  exportFunction<groupBatchNorm>(exports, "groupBatchNorm");
}

}  // namespace poster
