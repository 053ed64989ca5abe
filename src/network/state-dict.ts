/**
 * The names, shapes and initial values of everything a checkpoint holds. Layers ask a Path for their
 * entries while they are built, so names equal the official state-dict keys by construction. Browser-safe.
 */
import type { Shape } from '../tensor/host-tensor.js';

/**
 * `trained`: learned. `frozen`: the landmark branch, used but never learned. `unused`: in every official
 * checkpoint, never reached by the forward pass. `buffer`: statistics and indices.
 */
export type Role = 'trained' | 'frozen' | 'unused' | 'buffer';

/** How an entry starts when no checkpoint is given. */
export type Initial =
  | { readonly kind: 'constant'; readonly value: number }
  /** Uniform in [-bound, bound): PyTorch's default for convolutions and linear layers. */
  | { readonly kind: 'uniform'; readonly bound: number }
  | { readonly kind: 'normal'; readonly std: number }
  /** Normal cut at +-2 (absolute), as torch.nn.init.trunc_normal_. */
  | { readonly kind: 'truncated-normal'; readonly std: number }
  /** Swin's relative position index of a square window. */
  | { readonly kind: 'relative-position'; readonly window: number };

export interface StateEntry {
  readonly name: string;
  readonly shape: Shape;
  readonly dtype: 'float32' | 'int64';
  readonly role: Role;
  readonly initial: Initial;
}

/** A place in the state dict: entries made here get its name as prefix. */
export class Path {
  readonly #entries: Map<string, StateEntry>;
  readonly #prefix: string;
  readonly #role: Role;

  constructor(entries: Map<string, StateEntry>, prefix = '', role: Role = 'trained') {
    this.#entries = entries;
    this.#prefix = prefix;
    this.#role = role;
  }

  at(name: string | number): Path {
    return new Path(this.#entries, `${this.#prefix}${name}.`, this.#role);
  }

  /** The same place for entries that are not trained. */
  as(role: 'frozen' | 'unused'): Path {
    return new Path(this.#entries, this.#prefix, role);
  }

  parameter(name: string, shape: Shape, initial: Initial): StateEntry {
    return this.#add({ name: this.#prefix + name, shape, dtype: 'float32', role: this.#role, initial });
  }

  buffer(name: string, shape: Shape, initial: Initial, dtype: StateEntry['dtype'] = 'float32'): StateEntry {
    return this.#add({ name: this.#prefix + name, shape, dtype, role: 'buffer', initial });
  }

  #add(entry: StateEntry): StateEntry {
    if (this.#entries.has(entry.name)) throw new Error(`Two layers claim the entry ${entry.name}.`);
    this.#entries.set(entry.name, entry);
    return entry;
  }
}

export const zeros: Initial = { kind: 'constant', value: 0 };
export const ones: Initial = { kind: 'constant', value: 1 };

/** PyTorch's default for a weight or bias that is fed by `fanIn` values. */
export function uniformFanIn(fanIn: number): Initial {
  return { kind: 'uniform', bound: 1 / Math.sqrt(fanIn) };
}

/** Kaiming normal by fan-out for a rectifier: std = sqrt(2 / (outputs x kernel area)). */
export function kaimingFanOut(outputs: number, kernelArea: number): Initial {
  return { kind: 'normal', std: Math.sqrt(2 / (outputs * kernelArea)) };
}
