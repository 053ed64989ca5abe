// libtorch for Node: registers what TypeScript (src/torch) calls. Synchronous throughout; every thread of a
// process may load its own instance.
#include "errors.h"
#include "exports.h"

namespace {

napi_value init(napi_env env, napi_value raw) {
  return poster::guarded(env, [&]() -> napi_value {
    const Napi::Object exports(env, raw);
    poster::exportHandles(exports);
    poster::exportDispatch(exports);
    poster::exportData(exports);
    poster::exportAutograd(exports);
    poster::exportRandom(exports);
    poster::exportMachine(exports);
    poster::exportMemory(exports);
    poster::exportDistributed(exports);
    poster::exportPrelu(exports);
    poster::exportDepthwise(exports);
    poster::exportSubsample(exports);
    return exports;
  });
}

}  // namespace

NAPI_MODULE_INIT() { return init(env, exports); }
