/**
 * Arithmetic on whole lists of tensors, position by position: a few kernels on CUDA instead of one per
 * tensor. Names with `InPlace` change their first list.
 */
import { call, callTensor, callTensors } from '../call.js';
import type { Tensor } from '../tensor.js';

export type Tensors = readonly Tensor[];

/** a + scale * b */
export function plus(a: Tensors, b: Tensors, scale = 1): Tensor[] {
  return callTensors('aten::_foreach_add.List', a, b, scale);
}

/** a * b */
export function times(a: Tensors, b: Tensors): Tensor[] {
  return callTensors('aten::_foreach_mul.List', a, b);
}

export function absolute(a: Tensors): Tensor[] {
  return callTensors('aten::_foreach_abs', a);
}

export function squareRoot(a: Tensors): Tensor[] {
  return callTensors('aten::_foreach_sqrt', a);
}

/** a += scale * b */
export function addInPlace(a: Tensors, b: Tensors, scale = 1): void {
  call('aten::_foreach_add_.List', a, b, scale);
}

/** a += value */
export function addNumberInPlace(a: Tensors, value: number): void {
  call('aten::_foreach_add_.Scalar', a, value);
}

/** a *= factor */
export function scaleInPlace(a: Tensors, factor: number): void {
  call('aten::_foreach_mul_.Scalar', a, factor);
}

/** a /= divisor */
export function divideInPlace(a: Tensors, divisor: number): void {
  call('aten::_foreach_div_.Scalar', a, divisor);
}

/** a += scale * b * c */
export function addProductInPlace(a: Tensors, b: Tensors, c: Tensors, scale: number): void {
  call('aten::_foreach_addcmul_.Scalar', a, b, c, scale);
}

/** a += scale * b / c */
export function addQuotientInPlace(a: Tensors, b: Tensors, c: Tensors, scale: number): void {
  call('aten::_foreach_addcdiv_.Scalar', a, b, c, scale);
}

/** a = b, element by element */
export function copyInPlace(a: Tensors, b: Tensors): void {
  a.forEach((target, i) => {
    callTensor('aten::copy_', target, b[i]!);
  });
}

/** New tensors with the same values. */
export function copies(a: Tensors): Tensor[] {
  return a.map((tensor) => callTensor('aten::clone', tensor));
}

/** New tensors of the same shapes, all 0. */
export function zerosLike(a: Tensors): Tensor[] {
  return a.map((tensor) => callTensor('aten::zeros_like', tensor));
}

/** The L2 norm over all elements of all tensors, as a number (waits for the device). */
export function norm(a: Tensors): number {
  const norms = callTensor('aten::stack', callTensors('aten::_foreach_norm.Scalar', a, 2));
  return call('aten::item', callTensor('aten::linalg_vector_norm', norms)) as number;
}
