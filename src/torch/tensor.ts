/** A libtorch tensor, on the CPU or a CUDA device. */
import { PosterError } from '../errors.js';
import { type DType, float32Tensor, type HostTensor, type Shape } from '../tensor/host-tensor.js';
import { addon, type Device, type Handle, native } from './addon.js';
import { track } from './scope.js';

/**
 * Owns a native tensor until {@link Tensor.dispose}. Make tensors inside a `scope`, which disposes of them.
 * Values are shared the way PyTorch shares them: a view such as a slice sees writes to what it came from.
 */
export class Tensor {
  #handle: Handle | undefined;
  #description: [shape: Shape, dtype: DType, device: Device] | undefined;

  /** For the engine: takes over a handle from the addon. */
  constructor(handle: Handle) {
    this.#handle = handle;
    if (!track(this)) addon().reportExternalMemory(handle);
  }

  /** The native tensor. @throws PosterError `disposed` */
  get handle(): Handle {
    if (this.#handle === undefined)
      throw new PosterError(
        'disposed',
        'This tensor was used after it had been disposed; return it from its scope to keep it.',
      );
    return this.#handle;
  }

  get disposed(): boolean {
    return this.#handle === undefined;
  }

  /** Frees the native memory, unless a view or the autograd graph still needs it. May be called again. */
  dispose(): void {
    if (this.#handle === undefined) return;
    addon().release(this.#handle);
    this.#handle = undefined;
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  get shape(): Shape {
    return this.#describe()[0];
  }

  get dtype(): DType {
    return this.#describe()[1];
  }

  get device(): Device {
    return this.#describe()[2];
  }

  #describe(): [Shape, DType, Device] {
    const { handle } = this;
    this.#description ??= native((engine) => engine.describe(handle));
    return this.#description;
  }

  /** Whether a backward pass computes this tensor's gradient. */
  get requiresGrad(): boolean {
    return native((engine) => engine.requiresGrad(this.handle));
  }

  /** Asks for this tensor's gradient, or no longer; returns the tensor. */
  setRequiresGrad(required: boolean): this {
    native((engine) => engine.setRequiresGrad(this.handle, required));
    return this;
  }

  /** The accumulated gradient: a new Tensor on the same memory each time, undefined before a backward pass. */
  get grad(): Tensor | undefined {
    const gradient = native((engine) => engine.gradOf(this.handle));
    return gradient === null ? undefined : new Tensor(gradient);
  }

  set grad(gradient: Tensor | undefined) {
    native((engine) => engine.setGrad(this.handle, gradient?.handle ?? null));
  }

  /** A copy in ordinary memory, row-major whatever the tensor's strides. */
  toHost(): HostTensor {
    const data = new Uint8Array(native((engine) => engine.toBytes(this.handle)));
    return { dtype: this.dtype, shape: this.shape, data };
  }
}

/** A new tensor with a copy of the values. @throws PosterError `option.invalid` when the bytes do not fit the shape */
export function fromHost({ data, dtype, shape }: HostTensor, device: Device = 'cpu'): Tensor {
  return new Tensor(native((engine) => engine.fromBytes(data, dtype, shape, device)));
}

/** The arrays whose kind tells the element type. */
export type Values =
  | Float32Array
  | Float64Array
  | BigInt64Array
  | Int32Array
  | Int16Array
  | Int8Array
  | Uint8Array;

/** A new tensor with a copy of row-major `values`; of one axis unless a shape is given. */
export function fromValues(values: Values, shape: Shape = [values.length], device: Device = 'cpu'): Tensor {
  const data = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return fromHost({ data, dtype: dtypeOf(values), shape }, device);
}

/** A new float32 tensor. */
export function fromNumbers(numbers: readonly number[], shape?: Shape, device?: Device): Tensor {
  return fromHost(float32Tensor(Float32Array.from(numbers), shape ?? [numbers.length]), device);
}

function dtypeOf(values: Values): DType {
  if (values instanceof Float32Array) return 'float32';
  if (values instanceof Float64Array) return 'float64';
  if (values instanceof BigInt64Array) return 'int64';
  if (values instanceof Int32Array) return 'int32';
  if (values instanceof Int16Array) return 'int16';
  return values instanceof Int8Array ? 'int8' : 'uint8';
}

/** How many native tensors this thread holds; equal before and after code that leaks none. */
export function liveTensors(): number {
  return addon().liveTensors();
}
