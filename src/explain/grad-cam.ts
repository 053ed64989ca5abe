/**
 * Grad-CAM (Selvaraju et al., arXiv 1610.02391) on the tokens that the transformer reads, one map for each scale.
 * Runs on libtorch, so this module is loaded only when asked for.
 */
import { PosterError } from '../errors.js';
import { isOnnx } from '../model/load-model.js';
import { readModel } from '../model/read-model.js';
import type { NetworkConfig } from '../network/config.js';
import type { PosterV2 } from '../network/poster-v2.js';
import { float32Tensor, type HostTensor, toFloat32 } from '../tensor/host-tensor.js';
import { addon } from '../torch/addon.js';
import { gradientsOf } from '../torch/autograd.js';
import { keep, scope } from '../torch/scope.js';
import { fromHost, fromNumbers, fromValues, type Tensor } from '../torch/tensor.js';
import { torchOps } from '../torch/torch-ops.js';
import { heatMapSize, type Maps, toMaps } from './explanation.js';

/** What Grad-CAM is made of: row-major tokens x embedding, three groups of as many; 7 x 7 each as published. */
export interface TokenGradients {
  readonly tokens: Float32Array;
  /** Of the class' logit by the tokens. */
  readonly gradients: Float32Array;
  readonly logits: Float32Array;
}

/** The network on libtorch, holding its weights until disposed. */
export interface GradCam {
  /** @param image 3 x imageSize x imageSize, normalised. */
  explain(image: Float32Array, classIndex: number): Maps;
  dispose(): void;
}

/**
 * @throws PosterError `engine.unavailable` without libtorch, `option.invalid` for an ONNX model, whose weights are
 * folded together, and the errors of loading a checkpoint.
 */
export async function openGradCam(path: string): Promise<GradCam> {
  if (isOnnx(path)) {
    throw new PosterError(
      'option.invalid',
      `Expected a .pth or .safetensors checkpoint for grad-cam, got the ONNX model ${path}, which has no gradients; load the checkpoint it was made from, or use the method attention.`,
    );
  }
  requireLibtorch();
  const { network, weights } = await readModel(path);
  const parameters = holdParameters(weights);
  return {
    explain: (image, classIndex) =>
      gradCamMaps(tokenGradients(network, parameters, image, classIndex), network.config),
    dispose: () => {
      for (const tensor of parameters.values()) tensor.dispose();
    },
  };
}

function requireLibtorch(): void {
  try {
    addon();
  } catch (cause) {
    if (!(cause instanceof PosterError)) throw cause;
    const message = `Expected libtorch for grad-cam, whose gradients need it, but it cannot be used; use the method attention, or do as told here: ${cause.message}`;
    throw new PosterError('engine.unavailable', message, { cause });
  }
}

function holdParameters(weights: ReadonlyMap<string, HostTensor>): Map<string, Tensor> {
  return new Map([...weights].map(([name, value]) => [name, keep(fromHost(widen(value)))]));
}

/** Files may hold half precision; the network computes in float32. */
function widen(value: HostTensor): HostTensor {
  return value.dtype === 'int64' ? value : float32Tensor(toFloat32(value), value.shape);
}

/** The tokens of one image and the gradient of one class' logit by them. */
export function tokenGradients(
  network: PosterV2,
  parameters: ReadonlyMap<string, Tensor>,
  image: Float32Array,
  classIndex: number,
): TokenGradients {
  return scope(() => {
    const { classes, imageSize } = network.config;
    const ops = torchOps(parameters, { training: false });
    let tokens: Tensor | undefined;
    const onTokens = (value: Tensor) => {
      tokens = value.setRequiresGrad(true); // no weight requires a gradient: recording begins here
    };
    const { logits } = network.forward(ops, fromValues(image, [1, 3, imageSize, imageSize]), { onTokens });
    const oneHot = fromNumbers(
      Array.from({ length: classes }, (_, i) => (i === classIndex ? 1 : 0)),
      [1, classes],
    );
    const [gradients] = gradientsOf([logits], [tokens!], { gradients: [oneHot] });
    return {
      tokens: floatsOf(tokens!),
      gradients: floatsOf(gradients!),
      logits: floatsOf(logits),
    };
  });
}

function floatsOf(tensor: Tensor): Float32Array {
  return toFloat32(tensor.toHost());
}

/** relu(sum over channels of the channel's mean gradient x its value), group by group; paper, equations 1 and 2. */
export function gradCamMaps({ tokens, gradients }: TokenGradients, network: NetworkConfig): Maps {
  const width = network.embedding;
  const group = heatMapSize(network) ** 2 * width;
  const values: number[] = [];
  for (let start = 0; start < tokens.length; start += group) {
    const weights = channelMeans(gradients.subarray(start, start + group), width);
    for (let at = start; at < start + group; at += width) {
      values.push(Math.max(0, dot(tokens.subarray(at, at + width), weights)));
    }
  }
  return toMaps(values, network);
}

/** tokens of a group x width -> width */
function channelMeans(values: Float32Array, width: number): Float64Array {
  const means = new Float64Array(width);
  values.forEach((value, i) => {
    means[i % width]! += (value * width) / values.length;
  });
  return means;
}

function dot(a: Float32Array, b: Float64Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}
