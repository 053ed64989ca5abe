// The border between C++ and JavaScript: no C++ exception crosses it. Each entry of the addon runs inside
// `guarded`, which turns whatever is thrown into a JavaScript Error; the engine attaches the caller's stack.
#pragma once

#include <c10/util/Exception.h>
#include <napi.h>

#include <exception>
#include <string>

namespace poster {

// A wrong argument from JavaScript; becomes a TypeError.
struct BadArgument : std::exception {
  explicit BadArgument(std::string text) : text(std::move(text)) {}
  const char* what() const noexcept override { return text.c_str(); }
  std::string text;
};

// Another process of the training has ended or does not answer; becomes an Error of code POSTER_LOST_PROCESS.
struct LostProcess : std::exception {
  explicit LostProcess(std::string text) : text(std::move(text)) {}
  const char* what() const noexcept override { return text.c_str(); }
  std::string text;
};

// Runs `body`; on an exception leaves a JavaScript error pending and returns null.
template <class Body>
napi_value guarded(napi_env env, Body&& body) noexcept {
  try {
    return body();
  } catch (const Napi::Error& error) {
    error.ThrowAsJavaScriptException();
  } catch (const BadArgument& error) {
    napi_throw_type_error(env, nullptr, error.what());
  } catch (const LostProcess& error) {
    napi_throw_error(env, "POSTER_LOST_PROCESS", error.what());
  } catch (const c10::Error& error) {
    napi_throw_error(env, nullptr, error.what_without_backtrace());
  } catch (const std::exception& error) {
    napi_throw_error(env, nullptr, error.what());
  } catch (...) {
    napi_throw_error(env, nullptr, "libtorch failed without saying why.");
  }
  return nullptr;
}

using Entry = Napi::Value (*)(const Napi::CallbackInfo&);

// Adds `entry` to `exports`, guarded.
template <Entry entry>
void exportFunction(Napi::Object exports, const char* name) {
  auto callback = [](napi_env env, napi_callback_info raw) -> napi_value {
    return guarded(env, [&]() -> napi_value { return entry(Napi::CallbackInfo(env, raw)); });
  };
  napi_value function;
  napi_status status =
      napi_create_function(exports.Env(), name, NAPI_AUTO_LENGTH, callback, nullptr, &function);
  NAPI_THROW_IF_FAILED_VOID(exports.Env(), status);
  exports.Set(name, function);
}

}  // namespace poster
