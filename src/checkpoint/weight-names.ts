import { CorruptFileError, counted } from './corrupt-file-error.js';

/** Names of the entries that the network asked for has, by which its weights are known in a file. */
export type KnownNames = ReadonlySet<string>;

/** Tensors under the names of a network, as far as they can be told. */
export interface NamedWeights<T> {
  readonly tensors: Map<string, T>;
  /** How many of the names are the network's; 0 where these are not most of them, so that it is another's. */
  readonly known: number;
  /** What was passed over, in sentences. */
  readonly notes: readonly string[];
  /** Prefixes that each hold the network, where nothing tells which is meant. */
  readonly rivals: readonly string[];
}

/** A sound file that holds the network more than once, none of them by a usual name. */
export class Ambiguity extends CorruptFileError {
  override readonly code = 'checkpoint.mismatch';

  constructor(places: readonly string[]) {
    super(
      `holds such a network ${places.length} times, under ${places.join(' and ')}; save the one to use by itself with torch.save`,
    );
  }
}

/**
 * Finds the names of a network in those of a file: what wrapped the model is taken off (torch.compile, DataParallel, ...),
 * then the prefix under which the names are the network's own; what lies beside that prefix is passed over.
 */
export function nameWeights<T>(stored: ReadonlyMap<string, T>, names: KnownNames): NamedWeights<T> {
  const { tensors, notes } = withoutCounts(stored, names);
  const unwrapped = withoutWrappers(tensors, names);
  const { prefix, known, rivals } = choosePrefix(unwrapped, names);
  const inside = [...unwrapped].filter(([name]) => name.startsWith(prefix));
  const beside = [...unwrapped.keys()].filter((name) => !name.startsWith(prefix));
  const passedOver = `${counted(beside.length, 'tensor')} beside ${prefix}* passed over: ${someOf(beside)}.`;
  return {
    tensors: new Map(inside.map(([name, value]) => [name.slice(prefix.length), value])),
    known,
    notes: beside.length > 0 ? [...notes, passedOver] : notes,
    rivals,
  };
}

/** Names as they are, less a `module.` that all of them carry; where only some do, it is part of the name. */
export function withoutModule<T>(stored: ReadonlyMap<string, T>): Map<string, T> {
  const prefix = [...stored.keys()].every((name) => name.startsWith('module.')) ? 'module.' : '';
  return new Map([...stored].map(([name, value]) => [name.slice(prefix.length), value]));
}

/** Counts that are no weights: of thop's profile(), which the official program calls, and of PyTorch's AveragedModel. */
const countNames = /(^|\.)(total_ops|total_params)$|^n_averaged$/;

function withoutCounts<T>(stored: ReadonlyMap<string, T>, names: KnownNames) {
  const isCount = (name: string) => countNames.test(name) && !names.has(name);
  const counts = [...stored.keys()].filter(isCount);
  const kinds = [...new Set(counts.map((name) => name.slice(name.lastIndexOf('.') + 1)))].join(', ');
  return {
    tensors: new Map([...stored].filter(([name]) => !isCount(name))),
    notes:
      counts.length > 0
        ? [`${counted(counts.length, 'count')} beside the weights passed over: ${kinds}.`]
        : [],
  };
}

/** Parts of names that stand for what wraps a module: DataParallel, torch.compile, FSDP, activation checkpoints. */
const wrappers: ReadonlySet<string> = new Set([
  'module',
  '_orig_mod',
  '_fsdp_wrapped_module',
  '_checkpoint_wrapped_module',
]);

/** Takes wrappers off wherever they are, since parts of a model may be wrapped; not where two names would become one. */
function withoutWrappers<T>(tensors: ReadonlyMap<string, T>, names: KnownNames): Map<string, T> {
  const unwrapped = new Map(
    [...tensors].map(([name, value]) => [names.has(name) ? name : unwrap(name), value]),
  );
  return unwrapped.size === tensors.size ? unwrapped : new Map(tensors);
}

function unwrap(name: string): string {
  const parts = name.split('.');
  return [...parts.slice(0, -1).filter((part) => !wrappers.has(part)), ...parts.slice(-1)].join('.');
}

/** Deeper than this no model lies in another. */
const deepestPrefix = 8;

/** How many names are the network's once a prefix is taken off, by prefix; '' for none. */
function countPrefixes(found: Iterable<string>, names: KnownNames): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of found) {
    const prefix = prefixOf(name, names);
    if (prefix !== undefined) counts.set(prefix, (counts.get(prefix) ?? 0) + 1);
  }
  return counts;
}

function prefixOf(name: string, names: KnownNames): string | undefined {
  let start = 0;
  for (let depth = 0; depth <= deepestPrefix; depth++) {
    if (names.has(name.slice(start))) return name.slice(0, start);
    start = name.indexOf('.', start) + 1;
    if (start === 0) return undefined;
  }
  return undefined;
}

/** As programs call the model itself; beside it they may keep a teacher or averaged weights. */
const usualPrefixes: readonly string[] = ['', 'model.', 'net.', 'network.', 'state_dict.'];

interface ChosenPrefix {
  readonly prefix: string;
  readonly known: number;
  readonly rivals: readonly string[];
}

/** The prefix of most names that are the network's; where others come near, the usual one among them. */
function choosePrefix(tensors: ReadonlyMap<string, unknown>, names: KnownNames): ChosenPrefix {
  const counts = countPrefixes(tensors.keys(), names);
  const most = Math.max(0, ...counts.values());
  const near = [...counts]
    .filter(([prefix, known]) => known * 2 >= most && holdsNetwork(prefix, known, tensors, names))
    .map(([prefix]) => prefix);
  const chosen = near.length === 1 ? near[0] : usualPrefixes.find((prefix) => near.includes(prefix));
  if (chosen !== undefined) return { prefix: chosen, known: counts.get(chosen)!, rivals: [] };
  return isLargePart(most, names)
    ? { prefix: '', known: most, rivals: near }
    : { prefix: '', known: 0, rivals: [] };
}

/** So many names in common are no chance. */
export function isLargePart(known: number, names: KnownNames): boolean {
  return known * 4 >= names.size;
}

/** Most of what lies under the prefix is the network's; where that is not all there is, so much that it is no chance. */
function holdsNetwork(
  prefix: string,
  known: number,
  tensors: ReadonlyMap<string, unknown>,
  names: KnownNames,
): boolean {
  const under = [...tensors.keys()].filter((name) => name.startsWith(prefix)).length;
  return known * 2 >= under && (under === tensors.size || isLargePart(known, names));
}

const namesShown = 3;

/** `a, b, c and 4 more`. */
export function someOf(names: readonly string[], shown = namesShown): string {
  const first = names.slice(0, shown).join(', ');
  return names.length > shown ? `${first} and ${names.length - shown} more` : first;
}
