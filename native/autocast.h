// autocast for operators that are not libtorch's own.
#pragma once

#include <ATen/core/Tensor.h>

namespace poster {

// x in the type that autocast computes convolutions and matrix products in, where it is on; differentiable. (autograd.cpp)
at::Tensor asAutocast(const at::Tensor& x);

}  // namespace poster
