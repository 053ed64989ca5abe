import { CorruptFileError } from '../corrupt-file-error.js';
import { StoredTensor } from '../stored-tensor.js';
import { callables } from './globals.js';
import { malformed } from './malformed.js';
import type { MemoryBudget } from './memory-budget.js';
import { NumpyArray, NumpyDType, setArrayState, setDTypeState } from './numpy.js';
import { ForeignObject, type PickleValue, PythonGlobal } from './values.js';

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
