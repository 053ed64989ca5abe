/** The globals that a pickle may name: what calling each would give, built by stand-ins of our own. */
import { CorruptFileError } from '../corrupt-file-error.js';
import { StoredTensor } from '../stored-tensor.js';
import { type MemoryBudget, malformed } from './limits.js';
import { arrayFromBuffer, numpyDType, numpyScalar, setArrayState, setDTypeState } from './numpy.js';
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
import { ForeignObject, NumpyArray, NumpyDType, type PickleValue, PythonGlobal } from './values.js';

/** Our own stand-in for a Python callable: builds the value that calling it would. Runs nothing from the file. */
type Callable = (args: readonly PickleValue[], budget: MemoryBudget) => PickleValue;

/**
 * Every callable a pickle may call. A call to anything else is refused by name, whatever the file does with the
 * result: what a function would have done cannot be known, and a checkpoint needs no others.
 */
const callables: ReadonlyMap<string, Callable> = new Map<string, Callable>([
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

const LONGEST_NAME = 500;

/** The global a pickle names by module and name. */
export function globalOf(module: PickleValue, name: PickleValue): PythonGlobal {
  if (typeof module !== 'string' || typeof name !== 'string') throw malformed('a name that is not text');
  if (module.length + name.length > LONGEST_NAME) throw malformed('a name of absurd length');
  return new PythonGlobal(`${module}.${name}`);
}

/**
 * What calling a global would give, by our stand-in for it.
 * @throws CorruptFileError that names the global when there is no stand-in.
 */
export function call(callable: PickleValue, args: PickleValue, budget: MemoryBudget): PickleValue {
  if (!(callable instanceof PythonGlobal) || !Array.isArray(args))
    throw malformed('a call of something that is not a function');
  const standIn = callables.get(callable.name);
  if (standIn) return standIn(args, budget);
  throw new CorruptFileError(
    `calls ${callable.name} when Python loads it, which weights never need, so it was refused and nothing was run; ` +
      'if you trust its source, save its state_dict alone with PyTorch',
  );
}

/** An instance as `cls.__new__(cls, *args)` makes it. That calls no function of the class, so any class may come. */
export function instantiate(cls: PickleValue, args: PickleValue, budget: MemoryBudget): PickleValue {
  if (!(cls instanceof PythonGlobal) || !Array.isArray(args)) throw malformed('an instance of no class');
  const standIn = callables.get(cls.name);
  return standIn ? standIn(args, budget) : new ForeignObject(cls.name, args);
}

/** Gives an object its state, as `__setstate__` or an update of its attributes would. */
export function setState(target: PickleValue, state: PickleValue, budget: MemoryBudget): void {
  if (target instanceof ForeignObject) target.state = state;
  else if (target instanceof NumpyArray) setArrayState(target, state, budget);
  else if (target instanceof NumpyDType) setDTypeState(target, state);
  // Attributes of a dictionary (PyTorch's _metadata) or of a tensor carry no weights.
  else if (!(target instanceof Map || target instanceof StoredTensor))
    throw malformed('attributes for something that has none');
}
