// Memory of CPU tensors. A training step frees and takes the same large blocks over and over; the system's allocator
// gives them back to the kernel, which then clears every page of them again. Blocks are kept here instead.
// That takes mmap, which is POSIX; elsewhere nothing is kept.
#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>

#if __has_include(<sys/mman.h>)
#define POSTER_KEEPS_MEMORY
#include <sys/mman.h>
#endif

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <map>
#include <mutex>
#include <set>
#include <unordered_map>
#include <utility>

#include "errors.h"
#include "exports.h"

namespace poster {
namespace {

#ifdef POSTER_KEEPS_MEMORY

constexpr size_t smallestKept = size_t{1} << 20;
constexpr size_t granule = size_t{1} << 16;  // blocks begin and end at multiples of it
constexpr size_t hugePage = size_t{1} << 21;

size_t roundUp(size_t bytes, size_t unit) { return (bytes + unit - 1) / unit * unit; }

// Fresh pages, aligned so that the kernel can back them with huge ones; 0 when there are none.
uintptr_t mapPages(size_t bytes) {
  const size_t span = bytes + hugePage;
  void* start = mmap(nullptr, span, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (start == MAP_FAILED) return 0;
  const auto address = reinterpret_cast<uintptr_t>(start);
  const uintptr_t aligned = roundUp(address, hugePage);
  if (aligned > address) munmap(start, aligned - address);
  munmap(reinterpret_cast<void*>(aligned + bytes), address + span - aligned - bytes);
#ifdef MADV_HUGEPAGE
  madvise(reinterpret_cast<void*>(aligned), bytes, MADV_HUGEPAGE);
#endif
  return aligned;
}

void unmapPages(uintptr_t start, size_t bytes) { munmap(reinterpret_cast<void*>(start), bytes); }

// Memory that is free, as ranges of addresses without gaps between them.
class FreeRanges {
 public:
  size_t bytes() const { return bytes_; }

  void add(uintptr_t start, size_t bytes) {
    const auto next = byAddress_.lower_bound(start);
    if (next != byAddress_.end() && next->first == start + bytes) {
      const size_t more = next->second;
      remove(next);
      bytes += more;
    }
    const auto after = byAddress_.lower_bound(start);
    if (after != byAddress_.begin()) {
      const auto before = std::prev(after);
      if (before->first + before->second == start) {
        start = before->first;
        bytes += before->second;
        remove(before);
      }
    }
    byAddress_.emplace(start, bytes);
    bySize_.emplace(bytes, start);
    bytes_ += bytes;
  }

  // The start of `bytes` cut from the smallest range that has them; 0 when none has.
  uintptr_t cut(size_t bytes) {
    const auto fit = bySize_.lower_bound({bytes, 0});
    if (fit == bySize_.end()) return 0;
    const auto [size, start] = *fit;
    remove(byAddress_.find(start));
    if (size > bytes) add(start + bytes, size - bytes);
    return start;
  }

  // Gives memory back to the kernel, from the largest range first, until at most `bytes` are left.
  void shrinkTo(size_t bytes) {
    while (bytes_ > bytes) {
      const auto [size, start] = *bySize_.rbegin();
      remove(byAddress_.find(start));
      const size_t unmapped = std::min(size, bytes_ + size - bytes);
      if (size > unmapped) add(start, size - unmapped);
      unmapPages(start + size - unmapped, unmapped);
    }
  }

 private:
  void remove(std::map<uintptr_t, size_t>::iterator range) {
    bySize_.erase({range->second, range->first});
    bytes_ -= range->second;
    byAddress_.erase(range);
  }

  std::map<uintptr_t, size_t> byAddress_;
  std::set<std::pair<size_t, uintptr_t>> bySize_;
  size_t bytes_ = 0;
};

// Large blocks in use, and the memory kept for the next. Together they exceed the most that was in use at once by no
// more than the rest of a huge page.
class Blocks {
 public:
  void* take(size_t wanted) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const size_t bytes = roundUp(wanted, granule);
    uintptr_t block = kept_.cut(bytes);
    if (block == 0) block = map(bytes);
    used_.emplace(block, bytes);
    bytesUsed_ += bytes;
    mostUsed_ = std::max(mostUsed_, bytesUsed_);
    return reinterpret_cast<void*>(block);
  }

  // Whether the block was one of these.
  bool giveBack(void* address) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = used_.find(reinterpret_cast<uintptr_t>(address));
    if (found == used_.end()) return false;
    const auto [block, bytes] = *found;
    used_.erase(found);
    bytesUsed_ -= bytes;
    if (keeping_) {
      kept_.add(block, bytes);
    } else {
      unmapPages(block, bytes);
    }
    return true;
  }

  std::pair<size_t, size_t> held() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return {bytesUsed_, kept_.bytes()};
  }

  void setKeeping(bool keeping) {
    const std::lock_guard<std::mutex> lock(mutex_);
    keeping_ = keeping;
    mostUsed_ = bytesUsed_;
    if (!keeping) kept_.shrinkTo(0);
  }

 private:
  // A block of fresh pages. They come in huge ones; what the block leaves of the last is kept.
  uintptr_t map(size_t bytes) {
    const size_t most = std::max(mostUsed_, bytesUsed_ + bytes);
    kept_.shrinkTo(most - bytesUsed_ - bytes);
    const size_t span = roundUp(bytes, hugePage);
    uintptr_t pages = mapPages(span);
    if (pages == 0 && kept_.bytes() > 0) {
      kept_.shrinkTo(0);
      pages = mapPages(span);
    }
    TORCH_CHECK(pages != 0, "not enough memory: tried to take ", bytes, " bytes");
    if (span > bytes) kept_.add(pages + bytes, span - bytes);
    return pages;
  }

  std::mutex mutex_;
  std::unordered_map<uintptr_t, size_t> used_;
  FreeRanges kept_;
  size_t bytesUsed_ = 0, mostUsed_ = 0;
  bool keeping_ = false;
};

// Never destroyed: tensors of static lifetime may be freed after everything else.
Blocks& blocks() {
  static Blocks* const all = new Blocks;
  return *all;
}

// How many threads' trainings ask for it.
std::atomic<int> keepers{0};

// The allocator of before: libtorch's own, or that of another addon.
c10::Allocator* allocatorBefore() {
  static c10::Allocator* const before = c10::GetCPUAllocator();
  return before;
}

// Only large blocks begin at a multiple of the granule for certain; the others are nearly always of before.
void freeBlock(void* block) {
  const bool mayBeOurs = reinterpret_cast<uintptr_t>(block) % granule == 0;
  if (mayBeOurs && blocks().giveBack(block)) return;
  allocatorBefore()->raw_deallocate(block);
}

// Small tensors, and all while no memory is kept, stay with the allocator of before.
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
    const bool keeps = bytes >= smallestKept && keepers.load(std::memory_order_relaxed) > 0;
    void* block = keeps ? blocks().take(bytes) : allocatorBefore()->raw_allocate(bytes);
    return {block, block, &freeBlock, at::Device(at::DeviceType::CPU)};
  }
};

// Puts the allocator into its place, once: whether it keeps memory is its own affair from then on, so that no other
// thread sees libtorch's allocator change while it makes a tensor.
void installAllocator() {
  static const bool installed = [] {
    allocatorBefore();
    c10::SetCPUAllocator(new KeepingAllocator, /*priority=*/1);
    return true;
  }();
  static_cast<void>(installed);
}

std::mutex keeping;

void changeKeepers(int by) {
  const std::lock_guard<std::mutex> lock(keeping);
  const int before = keepers.fetch_add(by);
  if (before == 0 || before + by == 0) blocks().setKeeping(before + by > 0);
}

// What this thread asked for and has not taken back. An environment lives on one thread.
thread_local int askedHere = 0;

void forgetThread(void*) {
  if (askedHere > 0) changeKeepers(-askedHere);
  askedHere = 0;
}

// keepFreedMemory(keep): whether large blocks of freed CPU tensors wait for the next tensor instead of going back to
// the system. It is on while any thread has asked for it more often than it took that back; a thread that ends takes
// all back. Once it is off, those that wait are given back.
Napi::Value keepFreedMemory(const Napi::CallbackInfo& info) {
  const bool keep = info[0].ToBoolean();
  if (keep) {
    static thread_local const bool isWatched = napi_add_env_cleanup_hook(info.Env(), forgetThread, nullptr) == napi_ok;
    static_cast<void>(isWatched);
    installAllocator();
  }
  if (!keep && askedHere == 0) return info.Env().Undefined();
  askedHere += keep ? 1 : -1;
  changeKeepers(keep ? 1 : -1);
  return info.Env().Undefined();
}

std::pair<size_t, size_t> held() { return blocks().held(); }

#else

Napi::Value keepFreedMemory(const Napi::CallbackInfo& info) { return info.Env().Undefined(); }

std::pair<size_t, size_t> held() { return {0, 0}; }

#endif

// heldMemory(): [bytes of large blocks in use, bytes of those that wait for the next tensor].
Napi::Value heldMemory(const Napi::CallbackInfo& info) {
  const auto [used, kept] = held();
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
