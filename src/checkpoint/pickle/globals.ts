import type { MemoryBudget } from './memory-budget.js';
import { arrayFromBuffer, NumpyArray, numpyDType, numpyScalar } from './numpy.js';
import {
  byteArray,
  counter,
  encodedBytes,
  newObject,
  orderedDict,
  pythonSet,
  reconstructed,
  sequence,
} from './python.js';
import {
  device,
  rebuildNewerTensor,
  rebuildParameter,
  rebuildSparseTensor,
  rebuildSubclass,
  rebuildTensor,
} from './torch.js';
import { ForeignObject, type PickleValue } from './values.js';

/** Our own stand-in for a Python callable: builds the value that calling it would. Runs nothing from the file. */
export type Callable = (args: readonly PickleValue[], budget: MemoryBudget) => PickleValue;

/**
 * Every callable a pickle may call. A call to anything else is refused by name, whatever the file does with the
 * result: what a function would have done cannot be known, and a checkpoint needs no others.
 */
export const callables: ReadonlyMap<string, Callable> = new Map<string, Callable>([
  ['collections.OrderedDict', orderedDict],
  ['collections.defaultdict', () => new Map()],
  ['collections.Counter', counter],
  ['collections.deque', sequence],
  ['builtins.set', pythonSet],
  ['builtins.frozenset', pythonSet],
  ['builtins.bytearray', byteArray],
  ['builtins.bytes', byteArray],
  ['__builtin__.set', pythonSet],
  ['__builtin__.frozenset', pythonSet],
  ['__builtin__.bytearray', byteArray],
  ['__builtin__.bytes', byteArray],
  ['_codecs.encode', encodedBytes],
  ['copyreg._reconstructor', reconstructed],
  ['copy_reg._reconstructor', reconstructed],
  ['copyreg.__newobj__', newObject],
  ['copy_reg.__newobj__', newObject],
  ['torch._utils._rebuild_tensor', rebuildTensor],
  ['torch._utils._rebuild_tensor_v2', rebuildTensor],
  ['torch._utils._rebuild_tensor_v3', rebuildNewerTensor],
  ['torch.serialization._get_layout', rebuildSparseTensor],
  ['torch._utils._rebuild_parameter', rebuildParameter],
  ['torch._utils._rebuild_parameter_with_state', rebuildParameter],
  ['torch._tensor._rebuild_from_type_v2', rebuildSubclass],
  ['torch.device', device],
  ['torch.Size', sequence],
  ...['numpy.core', 'numpy._core'].flatMap((core): [string, Callable][] => [
    [`${core}.multiarray._reconstruct`, () => new NumpyArray()],
    [`${core}.multiarray.scalar`, numpyScalar],
    [`${core}.numeric._frombuffer`, arrayFromBuffer],
  ]),
  ['numpy.dtype', numpyDType],
  ...opaque('builtins', ['complex', 'range', 'slice', 'object']),
  ...opaque('__builtin__', ['complex', 'xrange', 'slice', 'object']),
  ...opaque('datetime', ['datetime', 'date', 'time', 'timedelta', 'timezone']),
  ...opaque('pathlib', ['Path', 'PosixPath', 'WindowsPath', 'PurePath', 'PurePosixPath', 'PureWindowsPath']),
  ...opaque('pathlib._local', [
    'Path',
    'PosixPath',
    'WindowsPath',
    'PurePath',
    'PurePosixPath',
    'PureWindowsPath',
  ]),
  ...opaque('types', ['SimpleNamespace']),
  ...opaque('decimal', ['Decimal']),
  ...opaque('fractions', ['Fraction']),
  ...opaque('functools', ['partial']),
]);

/** Classes of Python's own library that training scripts keep in checkpoints; only their arguments are recorded. */
function opaque(module: string, names: readonly string[]): [string, Callable][] {
  return names.map((name) => [`${module}.${name}`, (args) => new ForeignObject(`${module}.${name}`, args)]);
}
