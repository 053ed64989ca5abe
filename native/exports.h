// What each part of the addon adds to its exports; the functions are described where they are defined.
#pragma once

#include <napi.h>

namespace poster {

void exportHandles(Napi::Object exports);   // handle.cpp
void exportDispatch(Napi::Object exports);  // dispatch.cpp
void exportData(Napi::Object exports);      // data.cpp
void exportAutograd(Napi::Object exports);  // autograd.cpp
void exportRandom(Napi::Object exports);    // random.cpp
void exportMachine(Napi::Object exports);   // machine.cpp
void exportMemory(Napi::Object exports);   // memory.cpp
void exportDistributed(Napi::Object exports);  // distributed.cpp
void exportPrelu(Napi::Object exports);     // prelu.cpp
void exportDepthwise(Napi::Object exports); // depthwise.cpp
void exportSubsample(Napi::Object exports); // subsample.cpp

}  // namespace poster
