// Work on libtorch's own threads. Not at::parallel_for: it would be compiled here, for an OpenMP of our compiler's, whose
// threads and their number are not libtorch's.
#pragma once

#include <ATen/TensorIterator.h>
#include <ATen/ops/empty.h>

namespace poster {

// Calls task(i) for 0 <= i < tasks, each once, in any order and on any thread. No task may throw.
template <class Task>
void inParallel(int64_t tasks, const Task& task) {
  const at::Tensor places = at::empty({tasks}, at::TensorOptions(at::kByte));  // one byte stands for one task
  const char* const first = static_cast<const char*>(places.data_ptr());
  auto iterator = at::TensorIterator::nullary_op(const_cast<at::Tensor&>(places));
  iterator.for_each(
      [&](char** data, const int64_t* strides, int64_t count) {
        const int64_t start = data[0] - first;
        for (int64_t i = start; i < start + count; i++) task(i);
      },
      /*grain_size=*/1);
}

}  // namespace poster
