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
  ...inModules(['collections'], {
    OrderedDict: orderedDict,
    defaultdict: () => new Map(),
    Counter: counter,
    deque: sequence,
  }),
  // Protocols before 3 use the names of Python 2.
  ...inModules(['builtins', '__builtin__'], {
    set: pythonSet,
    frozenset: pythonSet,
    bytes: byteArray,
    bytearray: byteArray,
  }),
  ...inModules(['copyreg', 'copy_reg'], { _reconstructor: reconstructed, __newobj__: newObject }),
  ...inModules(['_codecs'], { encode: encodedBytes }),
  ...inModules(['torch'], { device, Size: sequence }),
  ...inModules(['torch._utils'], {
    _rebuild_tensor: rebuildTensor,
    _rebuild_tensor_v2: rebuildTensor,
    _rebuild_tensor_v3: rebuildNewerTensor,
    _rebuild_parameter: rebuildParameter,
    _rebuild_parameter_with_state: rebuildParameter,
  }),
  ...inModules(['torch._tensor'], { _rebuild_from_type_v2: rebuildSubclass }),
  ...inModules(['torch.serialization'], { _get_layout: rebuildSparseTensor }),
  ...inModules(['numpy'], { dtype: numpyDType }),
  // NumPy 2 renamed its core.
  ...inModules(['numpy.core.multiarray', 'numpy._core.multiarray'], {
    _reconstruct: () => new NumpyArray(),
    scalar: numpyScalar,
  }),
  ...inModules(['numpy.core.numeric', 'numpy._core.numeric'], { _frombuffer: arrayFromBuffer }),
  ...[
    ...['complex', 'range', 'slice', 'object'].map((name) => `builtins.${name}`),
    ...['complex', 'xrange', 'slice', 'object'].map((name) => `__builtin__.${name}`),
    ...['datetime', 'date', 'time', 'timedelta', 'timezone'].map((name) => `datetime.${name}`),
    ...['Path', 'PosixPath', 'WindowsPath', 'PurePath', 'PurePosixPath', 'PureWindowsPath'].flatMap(
      (name) => [`pathlib.${name}`, `pathlib._local.${name}`],
    ),
    'types.SimpleNamespace',
    'decimal.Decimal',
    'fractions.Fraction',
    'functools.partial',
  ].map(opaque),
]);

function inModules(
  modules: readonly string[],
  standIns: Readonly<Record<string, Callable>>,
): [string, Callable][] {
  return modules.flatMap((module) =>
    Object.entries(standIns).map(([name, standIn]): [string, Callable] => [`${module}.${name}`, standIn]),
  );
}

/** A class of Python's own library that training scripts keep in checkpoints: only its arguments are recorded. */
function opaque(className: string): [string, Callable] {
  return [className, (args) => new ForeignObject(className, args)];
}
