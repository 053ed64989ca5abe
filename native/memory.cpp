// Memory of CPU tensors. A training step frees and takes the same large blocks over and over; the system's allocator
// gives them back to the kernel, which then clears every page of them again. Blocks are kept here instead.
#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <map>
#include <mutex>
#include <utility>

#include "errors.h"
#include "exports.h"

namespace poster {
namespace {

constexpr size_t smallestKept = size_t{1} << 20;
constexpr size_t granule = size_t{1} << 16;   // sizes are multiples of it, so that nearly equal blocks are equal
constexpr size_t hugePage = size_t{1} << 21;

size_t roundUp(size_t bytes, size_t unit) { return (bytes + unit - 1) / unit * unit; }

// Fresh pages, aligned so that the kernel can back them with huge ones.
void* mapBlock(size_t bytes) {
  const size_t span = bytes + hugePage;
  void* start = mmap(nullptr, span, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (start == MAP_FAILED) return nullptr;
  const auto address = reinterpret_cast<uintptr_t>(start);
  const uintptr_t aligned = roundUp(address, hugePage);
  if (aligned > address) munmap(start, aligned - address);
  munmap(reinterpret_cast<void*>(aligned + bytes), address + span - aligned - bytes);
#ifdef MADV_HUGEPAGE
  madvise(reinterpret_cast<void*>(aligned), bytes, MADV_HUGEPAGE);
#endif
  return reinterpret_cast<void*>(aligned);
}

// Large blocks in use and kept. Together they never exceed the most that was in use at once.
class Blocks {
 public:
  void* take(size_t wanted) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const size_t bytes = roundUp(wanted, granule);
    void* block = reuse(bytes);
    return block ? block : map(bytes);
  }

  // Whether the block was one of these.
  bool giveBack(void* block) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = used_.find(block);
    if (found == used_.end()) return false;
    const size_t bytes = found->second;
    used_.erase(found);
    bytesUsed_ -= bytes;
    if (keeping_) {
      kept_.emplace(bytes, block);
      bytesKept_ += bytes;
    } else {
      munmap(block, bytes);
    }
    return true;
  }

  std::pair<size_t, size_t> held() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return {bytesUsed_, bytesKept_};
  }

  void setKeeping(bool keeping) {
    const std::lock_guard<std::mutex> lock(mutex_);
    keeping_ = keeping;
    mostUsed_ = bytesUsed_;
    if (!keeping) shrinkKept(0);
  }

 private:
  // The smallest kept block that fits without wasting more than a quarter.
  void* reuse(size_t bytes) {
    const auto fit = kept_.lower_bound(bytes);
    if (fit == kept_.end() || fit->first > bytes + bytes / 4) return nullptr;
    const auto [size, block] = *fit;
    kept_.erase(fit);
    bytesKept_ -= size;
    return use(block, size);
  }

  void* map(size_t bytes) {
    const size_t most = std::max(mostUsed_, bytesUsed_ + bytes);
    shrinkKept(most - bytesUsed_ - bytes);
    void* block = mapBlock(bytes);
    if (!block && bytesKept_ > 0) {
      shrinkKept(0);
      block = mapBlock(bytes);
    }
    TORCH_CHECK(block, "not enough memory: tried to take ", bytes, " bytes");
    return use(block, bytes);
  }

  void* use(void* block, size_t bytes) {
    used_.emplace(block, bytes);
    bytesUsed_ += bytes;
    mostUsed_ = std::max(mostUsed_, bytesUsed_);
    return block;
  }

  // Gives blocks back to the kernel, the largest first, until at most `bytes` are kept.
  void shrinkKept(size_t bytes) {
    while (bytesKept_ > bytes) {
      const auto largest = std::prev(kept_.end());
      bytesKept_ -= largest->first;
      munmap(largest->second, largest->first);
      kept_.erase(largest);
    }
  }

  std::mutex mutex_;
  std::map<void*, size_t> used_;
  std::multimap<size_t, void*> kept_;
  size_t bytesUsed_ = 0, bytesKept_ = 0, mostUsed_ = 0;
  bool keeping_ = false;
};

// Never destroyed: tensors of static lifetime may be freed after everything else.
Blocks& blocks() {
  static Blocks* const all = new Blocks;
  return *all;
}

// Only large blocks begin at a huge page for certain; the others are libtorch's own nearly always.
void freeBlock(void* block) {
  const bool mayBeOurs = reinterpret_cast<uintptr_t>(block) % hugePage == 0;
  if (mayBeOurs && blocks().giveBack(block)) return;
  c10::GetDefaultCPUAllocator()->raw_deallocate(block);
}

// Small tensors stay with libtorch's own allocator.
class KeepingAllocator final : public c10::Allocator {
 public:
  // libtorch 1 declares it const, libtorch 2 does not: one of the two overrides.
  c10::DataPtr allocate(size_t bytes) const { return take(bytes); }
  c10::DataPtr allocate(size_t bytes) { return take(bytes); }

  c10::DeleterFnPtr raw_deleter() const override { return &freeBlock; }

  // Of libtorch 2.
  void copy_data(void* to, const void* from, size_t bytes) const { std::memcpy(to, from, bytes); }

 private:
  static c10::DataPtr take(size_t bytes) {
    void* block = bytes < smallestKept ? c10::GetDefaultCPUAllocator()->raw_allocate(bytes) : blocks().take(bytes);
    return {block, block, &freeBlock, at::Device(at::DeviceType::CPU)};
  }
};

// keepFreedMemory(keep): whether large blocks of freed CPU tensors wait for the next tensor instead of going back to
// the system. Those that wait are given back when it is switched off.
Napi::Value keepFreedMemory(const Napi::CallbackInfo& info) {
  static KeepingAllocator* const keeping = new KeepingAllocator;
  const bool keep = info[0].ToBoolean();
  blocks().setKeeping(keep);
  c10::SetCPUAllocator(keep ? keeping : c10::GetDefaultCPUAllocator(), /*priority=*/1);
  return info.Env().Undefined();
}

// heldMemory(): [bytes of large blocks in use, bytes of those that wait for the next tensor].
Napi::Value heldMemory(const Napi::CallbackInfo& info) {
  const auto [used, kept] = blocks().held();
  Napi::Array result = Napi::Array::New(info.Env(), 2);
  result.Set(0u, static_cast<double>(used));
  result.Set(1u, static_cast<double>(kept));
  return result;
}

}  // namespace

void exportMemory(Napi::Object exports) {
  exportFunction<keepFreedMemory>(exports, "keepFreedMemory");
  exportFunction<heldMemory>(exports, "heldMemory");
}

}  // namespace poster
