/**
 * IR-50 (ArcFace, arXiv 1801.07698) without its last stage, the image branch. Matches the official
 * `ir_back`. Browser-safe.
 */
import type { NetworkConfig } from './config.js';
import { batchNorm, conv2d, type Layer, linear, prelu, sequential } from './layers.js';
import type { Observe, Ops } from './ops.js';
import type { Path } from './state-dict.js';

export interface ImageBranch {
  /** Images after the input stride, B x 3 x 112 x 112 -> maps of 56, 28 and 14 pixels, `imageWidths` channels each. */
  features<T>(ops: Ops<T>, images: T, observe: Observe<T>): [T, T, T];
}

/** A 1 x 1 convolution where the channels change; otherwise 1 x 1 max pooling, which only drops pixels. */
function shortcut(path: Path, inputs: number, outputs: number, stride: number): Layer {
  if (inputs === outputs) return (ops, x) => (stride === 1 ? x : ops.subsample(x, stride));
  return sequential(
    conv2d(path.at(0), { inputs, outputs, kernel: 1, stride }),
    batchNorm(path.at(1), outputs),
  );
}

function unit(path: Path, inputs: number, outputs: number, stride: number): Layer {
  const identity = shortcut(path.at('shortcut_layer'), inputs, outputs, stride);
  const layers = path.at('res_layer');
  const residual = sequential(
    batchNorm(layers.at(0), inputs),
    conv2d(layers.at(1), { inputs, outputs, kernel: 3 }),
    prelu(layers.at(2), outputs),
    conv2d(layers.at(3), { inputs: outputs, outputs, kernel: 3, stride }),
    batchNorm(layers.at(4), outputs),
  );
  return (ops, x) => ops.add(residual(ops, x), identity(ops, x));
}

/** Residual units, the first of which halves the map. */
function body(path: Path, inputs: number, outputs: number, depth: number): Layer {
  return sequential(
    ...Array.from({ length: depth }, (_, i) =>
      unit(path.at(i), i === 0 ? inputs : outputs, outputs, i === 0 ? 2 : 1),
    ),
  );
}

/** ArcFace's embedding head, in every official checkpoint and never used. */
function unusedHead(path: Path): void {
  batchNorm(path.at(0), 512);
  linear(path.at(3), 512 * 7 * 7, 512);
  batchNorm(path.at(4), 512);
}

export function ir50(path: Path, { imageWidths, imageDepths, unusedLayers }: NetworkConfig): ImageBranch {
  const input = path.at('input_layer');
  const stem = sequential(
    conv2d(input.at(0), { inputs: 3, outputs: imageWidths[0], kernel: 3 }),
    batchNorm(input.at(1), imageWidths[0]),
    prelu(input.at(2), imageWidths[0]),
  );
  if (unusedLayers) unusedHead(path.at('output_layer').as('unused'));
  const body1 = body(path.at('body1'), imageWidths[0], imageWidths[0], imageDepths[0]); // 112 -> 56
  const body2 = body(path.at('body2'), imageWidths[0], imageWidths[1], imageDepths[1]); // 56 -> 28
  const body3 = body(path.at('body3'), imageWidths[1], imageWidths[2], imageDepths[2]); // 28 -> 14
  return {
    features(ops, images, observe) {
      const map56 = body1(ops, stem(ops, images));
      observe('ir_back.0', map56);
      const map28 = body2(ops, map56);
      observe('ir_back.1', map28);
      const map14 = body3(ops, map28);
      observe('ir_back.2', map14);
      return [map56, map28, map14];
    },
  };
}
