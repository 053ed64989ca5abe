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
#include <torch/version.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <memory>
#include <mutex>

#include "errors.h"
#include "exports.h"
#include "handle.h"
#include "numbers.h"

namespace poster {
namespace {

#ifdef POSTER_C10D

#ifdef POSTER_GLOO_NAMES
// gloo-names/ declares classes of gloo as the c10d of these versions uses them; another may lay them out otherwise.
static_assert((TORCH_VERSION_MAJOR == 1 && TORCH_VERSION_MINOR >= 13) ||
                  (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR <= 14),
              "Compare native/gloo-names with the gloo of this libtorch, or install gloo's own headers.");
#endif

using Tensors = std::vector<at::Tensor>;

struct Group {
  int rank;
  int size;
  c10::intrusive_ptr<c10d::ProcessGroupGloo> gloo;
#ifdef POSTER_NCCL
  c10::intrusive_ptr<c10d::ProcessGroupNCCL> nccl;
#endif
};

// The group of this process, and the environment that joined it.
struct Joined {
  std::mutex mutex;
  std::shared_ptr<Group> group;
  napi_env env = nullptr;
};

// Never destroyed: at the end of the process gloo's threads may outlive what is static. The environment's end leaves.
Joined& joined() {
  static Joined* const place = new Joined;
  return *place;
}

std::shared_ptr<Group> currentGroup() {
  const std::lock_guard<std::mutex> lock(joined().mutex);
  if (!joined().group) throw BadArgument("Expected this process to have joined others.");
  return joined().group;
}

// The group ends when the last operation on it has, outside of the lock: that joins gloo's threads.
void leave() {
  std::shared_ptr<Group> left;
  const std::lock_guard<std::mutex> lock(joined().mutex);
  left.swap(joined().group);
  joined().env = nullptr;
}

// What gloo, NCCL and the store say when another process has ended or does not answer. Their types do not tell: gloo's
// are not declared here, and the store has one for all that befalls a socket, a port in use included.
bool tellsOfLoss(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char letter) { return std::tolower(letter); });
  static const char* const signs[] = {
      "closed", "connection reset", "connection refused", "connection aborted", "broken pipe", "timed out", "timeout",
      "not connected", "no route to host", "unreachable", "clients joined", "got 0 bytes", "end of file",
      "remote process exited", "remote peer", "ncclremoteerror", "communicator was aborted",
  };
  return std::any_of(std::begin(signs), std::end(signs),
                     [&](const char* sign) { return text.find(sign) != std::string::npos; });
}

// Runs `work`, which needs the other processes; the loss of one becomes LostProcess, all else stays what it is.
template <class Work>
auto orLost(Work&& work) {
  try {
    return work();
  } catch (const BadArgument&) {
    throw;
  } catch (const c10::Error& error) {
    if (!tellsOfLoss(error.what_without_backtrace())) throw;
    throw LostProcess(std::string("Lost another process: ") + error.what_without_backtrace());
  } catch (const std::exception& error) {
    if (!tellsOfLoss(error.what())) throw;
    throw LostProcess(std::string("Lost another process: ") + error.what());
  }
}

// Sums a dense tensor over all processes, in place.
void sumDense(const at::Tensor& flat) {
  Tensors tensors{flat};
  orLost([&] {
#ifdef POSTER_NCCL
    if (flat.is_cuda()) return currentGroup()->nccl->allreduce(tensors)->wait();
#endif
    return currentGroup()->gloo->allreduce(tensors)->wait();
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

void requireAlone() {
  const std::lock_guard<std::mutex> lock(joined().mutex);
  if (joined().group) throw BadArgument("This process has joined others already.");
}

// An environment that ends leaves the group it joined.
void leaveWith(void* env) {
  {
    const std::lock_guard<std::mutex> lock(joined().mutex);
    if (joined().env != env) return;
  }
  leave();
}

void remember(napi_env env, std::shared_ptr<Group> group) {
  // Once for each environment, which lives on one thread.
  static thread_local const bool isWatched = napi_add_env_cleanup_hook(env, leaveWith, env) == napi_ok;
  static_cast<void>(isWatched);
  const std::lock_guard<std::mutex> lock(joined().mutex);
  joined().group = std::move(group);
  joined().env = env;
}

// joinGroup(rank, size, host, port, milliseconds): meets the others; no operation waits longer than that.
Napi::Value joinGroup(const Napi::CallbackInfo& info) {
  requireAlone();
  const int size = static_cast<int>(wholeFromJs(info[1], "the number of processes", 1, 1 << 20));
  const int rank = static_cast<int>(wholeFromJs(info[0], "the rank of this process", 0, size - 1));
  const std::string host = info[2].ToString();
  const std::chrono::milliseconds timeout(wholeFromJs(info[4], "the milliseconds to wait", 1, 1e12));
  c10d::TCPStoreOptions options;
  options.port = static_cast<uint16_t>(wholeFromJs(info[3], "the port", 0, 65535));
  options.isServer = rank == 0;
  options.numWorkers = size;
  options.timeout = timeout;
  askForPlainSockets(options);
  const auto made = orLost([&] {
    auto store = c10::make_intrusive<c10d::TCPStore>(host, options);
    auto made = std::make_shared<Group>();
    made->rank = rank;
    made->size = size;
    auto gloo = c10d::ProcessGroupGloo::Options::create(timeout);
    gloo->devices.push_back(networkDevice(host));
    gloo->threads = 1;
    made->gloo = c10::make_intrusive<c10d::ProcessGroupGloo>(
        c10::make_intrusive<c10d::PrefixStore>("gloo", store), rank, size, gloo);
#ifdef POSTER_NCCL
    // So that a wait ends with an error, not with the process.
    setenv("NCCL_BLOCKING_WAIT", "1", 0);
    setenv("TORCH_NCCL_BLOCKING_WAIT", "1", 0);
    auto nccl = c10d::ProcessGroupNCCL::Options::create();
    nccl->timeout = timeout;
    made->nccl = c10::make_intrusive<c10d::ProcessGroupNCCL>(
        c10::make_intrusive<c10d::PrefixStore>("nccl", store), rank, size, nccl);
#endif
    return made;
  });
  remember(info.Env(), made);
  return info.Env().Undefined();
}

Napi::Value leaveGroup(const Napi::CallbackInfo& info) {
  leave();
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
  at::Tensor rows = at::zeros({currentGroup()->size, 2 * x.size(1) + 1}, mean.options());
  rows[currentGroup()->rank].copy_(at::cat({mean, variance * values, at::full({1}, values, mean.options())}));
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
  throw BadArgument(
      "This training engine was built without c10d and gloo, which this libtorch lacks or has in an unknown version, so "
      "processes cannot train together.");
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
