/**
 * The native addon (native/): libtorch as a handful of functions. Loaded on first use, once per thread.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { messageOf, PosterError } from '../errors.js';
import type { DType } from '../tensor/host-tensor.js';
import { addonPath, buildCommand } from './addon-path.js';

declare const handleBrand: unique symbol;

/** A native tensor as the addon hands it out. Only {@link Tensor} holds one. */
export interface Handle {
  readonly [handleBrand]: 'tensor';
}

/** A native random number generator. */
export interface GeneratorHandle {
  readonly [handleBrand]: 'generator';
}

/** 'cpu', 'cuda' (the first device) or 'cuda:1'. */
export type Device = 'cpu' | 'cuda' | `cuda:${number}`;

/** A number, text and so on; null for None. */
export type PlainValue = number | bigint | boolean | string | null | undefined;

/** What an operator takes: by its schema's type, with null for None and names for element types and devices. */
export type NativeArgument = Handle | GeneratorHandle | PlainValue | readonly NativeArgument[];

/** What an operator gives: a handle, a list of results, or a plain value. */
export type NativeResult = Handle | PlainValue | readonly NativeResult[];

type Handles = readonly (Handle | null)[];

/** What native/*.cpp exports; described there. */
export interface Addon {
  release(tensor: Handle): void;
  /** Tells the garbage collector how large a tensor is that no scope frees. */
  reportExternalMemory(tensor: Handle): void;
  liveTensors(): number;
  operator(name: string): (...args: NativeArgument[]) => NativeResult;
  schema(name: string): string;
  fromBytes(bytes: Uint8Array, dtype: DType, shape: readonly number[], device: Device): Handle;
  toBytes(tensor: Handle): ArrayBuffer;
  describe(tensor: Handle): [shape: number[], dtype: DType, device: Device];
  setRequiresGrad(tensor: Handle, required: boolean): void;
  requiresGrad(tensor: Handle): boolean;
  gradOf(tensor: Handle): Handle | null;
  setGrad(tensor: Handle, gradient: Handle | null): void;
  backward(
    outputs: Handles,
    gradients: Handles | null,
    retainGraph: boolean,
    createGraph: boolean,
    inputs: Handles | null,
  ): void;
  grad(
    outputs: Handles,
    inputs: Handles,
    gradients: Handles | null,
    retainGraph: boolean,
    createGraph: boolean,
    allowUnused: boolean,
  ): (Handle | null)[];
  withGrad<R>(enabled: boolean, run: () => R): R;
  withInference<R>(run: () => R): R;
  withAutocast<R>(device: Device, dtype: DType, run: () => R): R;
  manualSeed(seed: bigint): void;
  generator(device: Device, seed: bigint): GeneratorHandle;
  generatorState(generator: GeneratorHandle | Device): Handle;
  setGeneratorState(generator: GeneratorHandle | Device, state: Handle): void;
  setThreads(count: number): void;
  threads(): number;
  cudaDevices(): number;
  synchronize(device: number): void;
  cudaMemory(device: number): [inUse: number, peak: number, reserved: number] | null;
  resetCudaPeak(device: number): void;
  emptyCudaCache(): void;
  setNumerics(benchmark: boolean, tf32: boolean, deterministic: boolean): void;
  keepFreedMemory(keep: boolean): void;
  heldMemory(): [inUse: number, kept: number];
  version(): string;
  buildSettings(): string;
  hasGroups(): boolean;
  joinGroup(rank: number, size: number, host: string, port: number, milliseconds: number): void;
  leaveGroup(): void;
  sumOverGroup(tensors: readonly Handle[]): void;
  groupBatchNorm(x: Handle, weight: Handle, bias: Handle, eps: number): Handle[];
  prelu(x: Handle, slopes: Handle): Handle;
  depthwise(x: Handle, weight: Handle, stride: number, padding: number): Handle;
  subsample(x: Handle, step: number): Handle;
}

let loaded: Addon | undefined;

/**
 * The addon, loaded on the first call.
 * @throws PosterError `engine.unavailable` when it was not built or its libtorch cannot be loaded
 */
export function addon(): Addon {
  loaded ??= load(addonPath);
  return loaded;
}

/** Loads the addon at `path`; see {@link addon}. */
export function load(path: string): Addon {
  if (!existsSync(path))
    throw new PosterError(
      'engine.unavailable',
      `Training needs the libtorch engine, but ${path} does not exist; run \`${buildCommand}\` to build it.`,
    );
  try {
    return createRequire(import.meta.url)(path);
  } catch (cause) {
    throw new PosterError(
      'engine.unavailable',
      `The libtorch engine ${path} cannot be loaded (${messageOf(cause)}); was libtorch moved or removed? ` +
        `Run \`${buildCommand}\` to build it anew.`,
      { cause },
    );
  }
}

/**
 * Runs `work`, a call of the addon, and turns what it throws into a PosterError whose stack is the caller's:
 * `option.invalid` for a wrong argument, `worker.lost` when another process of the training has ended,
 * `engine.failed` for libtorch's own errors.
 */
export function native<R>(work: (addon: Addon) => R): R {
  const engine = addon();
  try {
    return work(engine);
  } catch (error) {
    throw nativeError(error);
  }
}

/** The PosterError for what the addon threw in `operation`. */
export function nativeError(error: unknown, operation?: string): PosterError {
  if (error instanceof PosterError) return error;
  if ((error as NodeJS.ErrnoException).code === 'POSTER_LOST_PROCESS')
    return new PosterError('worker.lost', messageOf(error), { cause: error });
  const wrongArgument = error instanceof TypeError;
  const where = operation === undefined || wrongArgument ? '' : `${operation}: `;
  const code = wrongArgument ? 'option.invalid' : 'engine.failed';
  return new PosterError(code, `${where}${messageOf(error)}`, { cause: error });
}
