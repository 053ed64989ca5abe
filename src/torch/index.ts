/**
 * PyTorch's C++ library for Node, `poster-v2/torch`: tensors, every operator by its schema, autograd, and scopes that
 * free native memory. Importing it needs no libtorch; the first call does.
 */

export type { HostTensor, Shape } from '../tensor/host-tensor.js';
export type { Device, Handle, PlainValue } from './addon.js';
export {
  autocast,
  type BackwardOptions,
  backward,
  enableGrad,
  gradientsOf,
  inferenceMode,
  noGrad,
} from './autograd.js';
export {
  type Argument,
  call,
  callTensor,
  callTensors,
  hasOperator,
  type Result,
  schemaOf,
} from './call.js';
export { libtorchVersion, setThreads, threads } from './machine.js';
export { type Generator, manualSeed } from './random.js';
export { keep, type Resource, scope } from './scope.js';
export { fromHost, fromNumbers, fromValues, liveTensors, Tensor, type Values } from './tensor.js';
