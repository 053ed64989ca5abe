/** Any operator of libtorch by its name, through PyTorch's dispatcher. */
import { PosterError } from '../errors.js';
import {
  addon,
  type Handle,
  type NativeArgument,
  type NativeResult,
  nativeError,
  type PlainValue,
} from './addon.js';
import { Generator } from './random.js';
import { Tensor } from './tensor.js';

/**
 * An operator's argument, as its schema asks: tensors, numbers (whole ones count as integers), strings also
 * for element types ('float32'), devices ('cuda:0') and memory formats ('channels_last'); null for None;
 * undefined for the default.
 */
export type Argument = Tensor | Generator | PlainValue | readonly Argument[];

/** What an operator returns: tensors, numbers, or lists of them. */
export type Result = Tensor | PlainValue | Result[];

type Operator = (...args: NativeArgument[]) => NativeResult;

const operators = new Map<string, Operator>();

/**
 * Calls an operator: `call('aten::add.Tensor', a, b, 1)`. The name carries its overload; arguments come in
 * the schema's order, keyword-only ones last.
 * @throws PosterError `option.invalid` for an unknown operator or wrong arguments, `engine.failed` when
 *   libtorch refuses (shapes that do not match, memory), `disposed`
 */
export function call(name: string, ...args: readonly Argument[]): Result {
  const operator = operators.get(name) ?? lookUp(name);
  const natives = args.map(unwrap);
  try {
    return wrap(operator(...natives));
  } catch (error) {
    throw nativeError(error, name);
  }
}

/** `call` of an operator that gives one tensor. */
export function callTensor(name: string, ...args: readonly Argument[]): Tensor {
  const result = call(name, ...args);
  if (result instanceof Tensor) return result;
  throw new PosterError(
    'engine.failed',
    `${name} was expected to give one tensor, but gave ${typeof result}.`,
  );
}

/** `call` of an operator that gives several tensors or a list of them. */
export function callTensors(name: string, ...args: readonly Argument[]): Tensor[] {
  const result = call(name, ...args);
  if (Array.isArray(result) && result.every((one) => one instanceof Tensor)) return result;
  throw new PosterError('engine.failed', `${name} was expected to give tensors, but gave ${typeof result}.`);
}

/** The operator's schema as PyTorch writes it. @throws PosterError `option.invalid` when there is none */
export function schemaOf(name: string): string {
  try {
    return addon().schema(name);
  } catch (error) {
    throw nativeError(error, name);
  }
}

/** Whether this libtorch has the operator: some came with later versions. */
export function hasOperator(name: string): boolean {
  try {
    return schemaOf(name) !== '';
  } catch (error) {
    if (error instanceof PosterError && error.code === 'option.invalid') return false;
    throw error;
  }
}

function lookUp(name: string): Operator {
  try {
    const operator = addon().operator(name);
    operators.set(name, operator);
    return operator;
  } catch (error) {
    throw nativeError(error, name);
  }
}

function unwrap(argument: Argument): NativeArgument {
  if (typeof argument !== 'object' || argument === null) return argument;
  if (argument instanceof Tensor || argument instanceof Generator) return argument.handle;
  return argument.map(unwrap);
}

function wrap(result: NativeResult): Result {
  if (typeof result !== 'object' || result === null) return result;
  return Array.isArray(result) ? result.map(wrap) : new Tensor(result as Handle);
}
