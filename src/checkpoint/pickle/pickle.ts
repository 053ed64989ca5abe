import { elementCount, type Shape } from '../../tensor/host-tensor.js';
import { isTensorSource, type TensorSource } from '../stored-tensor.js';
import { contiguousStrides } from '../strided-view.js';
import { ByteSink } from './byte-sink.js';
import { Op } from './opcodes.js';
import { storageClassOf } from './torch.js';

/**
 * What a checkpoint we write may hold. A Map becomes an OrderedDict, a plain object a dict (entries that are
 * undefined are left out), an array a list, a whole number an int and any other number a float.
 */
export type Picklable =
  | null
  | boolean
  | number
  | bigint
  | string
  | TensorSource
  | readonly Picklable[]
  | ReadonlyMap<string | number, Picklable>
  | { readonly [key: string]: Picklable | undefined };

/** A pickle and the tensors it refers to by their index: the storages `data/0`, `data/1`, ... */
export interface Pickled {
  readonly bytes: Uint8Array;
  readonly tensors: readonly TensorSource[];
}

const PROTOCOL = 2;

/** Deeper values are taken for endless ones. */
const MOST_LEVELS = 200;

/**
 * Writes a value as torch.save does, in protocol 2 and with none but the globals that
 * torch.load(weights_only=True) admits.
 *
 * Source: CPython's Lib/pickle.py; PyTorch's torch/_weights_only_unpickler.py and torch/_tensor.py.
 */
export function pickle(value: Picklable): Pickled {
  const pickler = new Pickler();
  pickler.write(value);
  return pickler.finish();
}

class Pickler {
  readonly #sink = new ByteSink();
  readonly #tensors: TensorSource[] = [];
  /** Where texts and globals, which repeat for every tensor, are found again. */
  readonly #memo = new Map<string, number>();

  constructor() {
    this.#sink.uint8(Op.PROTO, PROTOCOL);
  }

  finish(): Pickled {
    this.#sink.uint8(Op.STOP);
    return { bytes: this.#sink.toBytes(), tensors: this.#tensors };
  }

  write(value: Picklable, level = 0): void {
    if (level > MOST_LEVELS)
      throw new TypeError('cannot pickle a value that holds itself or is nested too deeply');
    if (value === null) this.#sink.uint8(Op.NONE);
    else if (typeof value === 'boolean') this.#sink.uint8(value ? Op.NEWTRUE : Op.NEWFALSE);
    else if (typeof value === 'number') this.#number(value);
    else if (typeof value === 'bigint') this.#bigint(value);
    else if (typeof value === 'string') this.#text(value);
    else if (typeof value !== 'object') throw new TypeError(`cannot pickle a ${typeof value}`);
    else if (isTensorSource(value)) this.#tensor(value);
    else this.#container(value, level + 1);
  }

  #container(value: Exclude<Picklable, TensorSource> & object, level: number): void {
    if (Array.isArray(value)) {
      this.#sink.uint8(Op.EMPTY_LIST, Op.MARK);
      for (const element of value) this.write(element, level);
      this.#sink.uint8(Op.APPENDS);
    } else if (value instanceof Map) {
      this.#emptyOrderedDict();
      this.#entries(value, level);
    } else {
      this.#sink.uint8(Op.EMPTY_DICT);
      this.#entries(Object.entries(value), level);
    }
  }

  #entries(entries: Iterable<readonly [string | number, Picklable | undefined]>, level: number): void {
    this.#sink.uint8(Op.MARK);
    for (const [key, value] of entries) {
      if (value === undefined) continue;
      this.write(key, level);
      this.write(value, level);
    }
    this.#sink.uint8(Op.SETITEMS);
  }

  #number(value: number): void {
    const sink = this.#sink;
    if (!Number.isSafeInteger(value) || Object.is(value, -0)) {
      sink.uint8(Op.BINFLOAT);
      sink.float64(value);
    } else if (value >= 0 && value < 2 ** 8) sink.uint8(Op.BININT1, value);
    else if (value >= 0 && value < 2 ** 16) {
      sink.uint8(Op.BININT2);
      sink.uint16(value);
    } else if (value === (value | 0)) {
      sink.uint8(Op.BININT);
      sink.int32(value);
    } else this.#bigint(BigInt(value));
  }

  /** Two's complement, little-endian, in as few bytes as hold it. */
  #bigint(value: bigint): void {
    let length = 1;
    while (BigInt.asIntN(8 * length, value) !== value) length++;
    if (length > 255) throw new RangeError('cannot pickle an integer of more than 255 bytes');
    this.#sink.uint8(Op.LONG1, length);
    for (let i = 0; i < length; i++) this.#sink.uint8(Number((value >> BigInt(8 * i)) & 0xffn));
  }

  #text(text: string): void {
    this.#remembered(`text ${text}`, () => {
      const bytes = Buffer.from(text);
      this.#sink.uint8(Op.BINUNICODE);
      this.#sink.uint32(bytes.byteLength);
      this.#sink.put(bytes);
    });
  }

  #global(module: string, name: string): void {
    this.#remembered(`global ${module}.${name}`, () => {
      this.#sink.uint8(Op.GLOBAL);
      this.#sink.put(Buffer.from(`${module}\n${name}\n`));
    });
  }

  /** Writes a value in full the first time and as a reference from then on. */
  #remembered(id: string, writeInFull: () => void): void {
    const known = this.#memo.get(id);
    if (known !== undefined) {
      this.#indexed(Op.BINGET, Op.LONG_BINGET, known);
    } else {
      writeInFull();
      this.#indexed(Op.BINPUT, Op.LONG_BINPUT, this.#memo.size);
      this.#memo.set(id, this.#memo.size);
    }
  }

  #indexed(short: number, long: number, index: number): void {
    if (index < 2 ** 8) this.#sink.uint8(short, index);
    else {
      this.#sink.uint8(long);
      this.#sink.uint32(index);
    }
  }

  #emptyOrderedDict(): void {
    this.#global('collections', 'OrderedDict');
    this.#sink.uint8(Op.EMPTY_TUPLE, Op.REDUCE);
  }

  /** _rebuild_tensor_v2(storage, offset 0, shape, strides, requires_grad False, no hooks) */
  #tensor(tensor: TensorSource): void {
    this.#global('torch._utils', '_rebuild_tensor_v2');
    this.#sink.uint8(Op.MARK);
    this.#storage(tensor);
    this.#number(0);
    this.#sizes(tensor.shape);
    this.#sizes(contiguousStrides(tensor.shape));
    this.#sink.uint8(Op.NEWFALSE);
    this.#emptyOrderedDict();
    this.#sink.uint8(Op.TUPLE, Op.REDUCE);
  }

  /** The persistent id ('storage', class, key, location, elements) */
  #storage(tensor: TensorSource): void {
    this.#sink.uint8(Op.MARK);
    this.#text('storage');
    this.#global('torch', storageClassOf(tensor.dtype));
    this.#text(String(this.#tensors.length));
    this.#text('cpu');
    this.#number(elementCount(tensor.shape));
    this.#sink.uint8(Op.TUPLE, Op.BINPERSID);
    this.#tensors.push(tensor);
  }

  #sizes(sizes: Shape): void {
    this.#sink.uint8(Op.MARK);
    for (const size of sizes) this.#number(size);
    this.#sink.uint8(Op.TUPLE);
  }
}
