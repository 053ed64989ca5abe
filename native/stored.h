// The values of a CPU tensor as the kernels of for-each-processor.h take them: float, or bfloat16 as its bits.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace poster {

// Whether byType knows the type of x.
inline bool isStored(const at::Tensor& x) {
  return x.layout() == at::kStrided && (x.scalar_type() == at::kFloat || x.scalar_type() == at::kBFloat16);
}

// Calls work(T()) with the T that stored takes for x.
template <class Work>
void byType(const at::Tensor& x, const Work& work) {
  if (x.scalar_type() == at::kFloat) return work(float());
  work(uint16_t());
}

template <class T>
T* stored(const at::Tensor& tensor);

template <>
inline float* stored<float>(const at::Tensor& tensor) {
  return tensor.data_ptr<float>();
}

template <>
inline uint16_t* stored<uint16_t>(const at::Tensor& tensor) {
  return static_cast<uint16_t*>(static_cast<void*>(tensor.data_ptr<at::BFloat16>()));
}

}  // namespace poster
