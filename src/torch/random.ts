/** Random number generators of libtorch; their states make a resumed run draw the same numbers. */
import { type Device, type GeneratorHandle, native } from './addon.js';
import { fromHost, Tensor } from './tensor.js';

/** Seeds the default generator of every device. @param seed 0 to 2^64 - 1 */
export function manualSeed(seed: number | bigint): void {
  native((engine) => engine.manualSeed(BigInt(seed)));
}

/** A generator of its own, apart from the default one. Frees itself. */
export class Generator {
  readonly handle: GeneratorHandle;

  constructor(seed: number | bigint, device: Device = 'cpu') {
    this.handle = native((engine) => engine.generator(device, BigInt(seed)));
  }
}

/** The state of a generator, or of a device's default one, as opaque bytes. */
export function generatorState(of: Generator | Device): Uint8Array {
  const state = new Tensor(native((engine) => engine.generatorState(handleOf(of))));
  const bytes = state.toHost().data;
  state.dispose();
  return bytes;
}

/** Puts a generator back into a state of {@link generatorState}. */
export function setGeneratorState(of: Generator | Device, bytes: Uint8Array): void {
  const state = fromHost({ dtype: 'uint8', shape: [bytes.length], data: bytes });
  try {
    native((engine) => engine.setGeneratorState(handleOf(of), state.handle));
  } finally {
    state.dispose();
  }
}

function handleOf(of: Generator | Device): GeneratorHandle | Device {
  return of instanceof Generator ? of.handle : of;
}
