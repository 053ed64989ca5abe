/** Threads, CUDA devices and their memory, and what libtorch this is. */
import { addon, native } from './addon.js';

/** Sets how many threads one operator may use, for operators called from this thread. */
export function setThreads(count: number): void {
  native((engine) => engine.setThreads(count));
}

/** Threads that PyTorch computes with. */
export function threads(): number {
  return addon().threads();
}

/** How many CUDA devices can be used; 0 without CUDA. */
export function cudaDevices(): number {
  return native((engine) => engine.cudaDevices());
}

/** Waits until a CUDA device has done all its work. */
export function synchronize(device = 0): void {
  native((engine) => engine.synchronize(device));
}

/** Bytes of a CUDA device's memory. */
export interface CudaMemory {
  readonly inUse: number;
  /** The most in use since the start or the last {@link resetCudaPeak}. */
  readonly peak: number;
  /** Held by libtorch, in use or kept for reuse. */
  readonly reserved: number;
}

/** Undefined without CUDA, or where libtorch was built without telling. */
export function cudaMemory(device = 0): CudaMemory | undefined {
  const numbers = native((engine) => engine.cudaMemory(device));
  return numbers ? { inUse: numbers[0], peak: numbers[1], reserved: numbers[2] } : undefined;
}

export function resetCudaPeak(device = 0): void {
  native((engine) => engine.resetCudaPeak(device));
}

/** Gives memory that is kept for reuse back to the device. */
export function emptyCudaCache(): void {
  native((engine) => engine.emptyCudaCache());
}

export interface Numerics {
  /** Let cuDNN time its algorithms and take the fastest; pays off when shapes repeat. */
  readonly benchmark: boolean;
  /** TensorFloat-32 in matrix products and convolutions: faster, 10 bits of mantissa. */
  readonly tf32: boolean;
  /** Only algorithms that give the same bits every time, where there are any. */
  readonly deterministic: boolean;
}

export function setNumerics({ benchmark, tf32, deterministic }: Numerics): void {
  native((engine) => engine.setNumerics(benchmark, tf32, deterministic));
}

/** The version of libtorch that the engine was built with, such as `2.13.0`. */
export function libtorchVersion(): string {
  return addon().version();
}

/** How libtorch was compiled, as PyTorch's `__config__.show()`. */
export function buildSettings(): string {
  return addon().buildSettings();
}
