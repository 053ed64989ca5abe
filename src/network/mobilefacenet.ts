/**
 * MobileFaceNet (arXiv 1804.07573), the landmark branch: three feature maps and, with pretrained weights, 68
 * landmarks. The sizes in the comments are those of the published input. Matches the official `face_landback`. Browser-safe.
 */
import type { NetworkConfig } from './config.js';
import { batchNorm, type Conv2dConfig, conv2d, type Layer, prelu, sequential } from './layers.js';
import type { Observe, Ops } from './ops.js';
import { kaimingFanOut, type Path } from './state-dict.js';

/** x and y of 68 points. */
export const landmarkOutputs = 136;

export interface LandmarkBranch {
  /** Images after the input stride, B x 3 x 112 x 112 -> maps of 28, 14 and 7 pixels; the last has 4 x widths[1] channels. */
  features<T>(ops: Ops<T>, images: T, observe: Observe<T>): [T, T, T];
  /** The last map -> B x 136, x and y of 68 landmarks relative to the 112-pixel crop; not in a learned branch. */
  readonly landmarks: Layer | undefined;
}

type BlockConfig = Omit<Conv2dConfig, 'bias' | 'initial'>;

/** Convolution and normalisation, without activation. */
function linearBlock(path: Path, config: BlockConfig): Layer {
  const initial = kaimingFanOut(config.outputs, config.kernel ** 2);
  return sequential(
    conv2d(path.at('conv'), { ...config, initial }),
    batchNorm(path.at('bn'), config.outputs),
  );
}

function convBlock(path: Path, config: BlockConfig): Layer {
  return sequential(linearBlock(path, config), prelu(path.at('prelu'), config.outputs));
}

interface BottleneckConfig {
  readonly inputs: number;
  readonly outputs: number;
  /** Channels of the depthwise convolution. */
  readonly hidden: number;
  readonly stride: number;
}

/** 1 x 1 up, 3 x 3 depthwise, 1 x 1 down without activation. */
function bottleneck(path: Path, { inputs, outputs, hidden, stride }: BottleneckConfig): Layer {
  return sequential(
    convBlock(path.at('conv'), { inputs, outputs: hidden, kernel: 1 }),
    convBlock(path.at('conv_dw'), { inputs: hidden, outputs: hidden, kernel: 3, stride, groups: hidden }),
    linearBlock(path.at('project'), { inputs: hidden, outputs, kernel: 1 }),
  );
}

function residualBottlenecks(path: Path, depth: number, width: number, hidden: number): Layer {
  const units = Array.from({ length: depth }, (_, i) =>
    bottleneck(path.at('model').at(i), { inputs: width, outputs: width, hidden, stride: 1 }),
  );
  return (ops, x) => units.reduce((value, unit) => ops.add(value, unit(ops, value)), x);
}

/** Depthwise convolution over the whole map, linear layer without bias, normalisation ("GDC"). */
function landmarkHead(path: Path, width: number, mapSize: number): Layer {
  const depthwise = linearBlock(path.at('conv_6_dw'), {
    inputs: width,
    outputs: width,
    kernel: mapSize,
    padding: 0,
    groups: width,
  });
  const weight = path
    .at('linear')
    .parameter('weight', [landmarkOutputs, width], kaimingFanOut(landmarkOutputs, 1));
  const normalise = batchNorm(path.at('bn'), landmarkOutputs);
  return (ops, x) => {
    const pooled = ops.reshape(depthwise(ops, x), [-1, width]); // B x C x 1 x 1 -> B x C
    return normalise(ops, ops.linear(pooled, ops.parameter(weight), undefined)); // B x 136
  };
}

export function mobileFaceNet(
  path: Path,
  { widths, landmarkDepths, landmarkBranch }: NetworkConfig,
  lastMapSize: number,
): LandmarkBranch {
  const [narrow, wide] = widths;
  const [depth3, depth4, depth5] = landmarkDepths;
  const stem = sequential(
    convBlock(path.at('conv1'), { inputs: 3, outputs: narrow, kernel: 3, stride: 2 }), // 112 -> 56
    convBlock(path.at('conv2_dw'), { inputs: narrow, outputs: narrow, kernel: 3, groups: narrow }),
    bottleneck(path.at('conv_23'), { inputs: narrow, outputs: narrow, hidden: 2 * narrow, stride: 2 }), // 56 -> 28
    residualBottlenecks(path.at('conv_3'), depth3, narrow, 2 * narrow),
  );
  const middle = sequential(
    bottleneck(path.at('conv_34'), { inputs: narrow, outputs: wide, hidden: 4 * narrow, stride: 2 }), // 28 -> 14
    residualBottlenecks(path.at('conv_4'), depth4, wide, 2 * wide),
  );
  const last = sequential(
    bottleneck(path.at('conv_45'), { inputs: wide, outputs: wide, hidden: 4 * wide, stride: 2 }), // 14 -> 7
    residualBottlenecks(path.at('conv_5'), depth5, wide, 2 * wide),
    convBlock(path.at('conv_6_sep'), { inputs: wide, outputs: 4 * wide, kernel: 1 }),
  );
  const landmarks =
    landmarkBranch === 'frozen' ? landmarkHead(path.at('output_layer'), 4 * wide, lastMapSize) : undefined;
  return {
    features(ops, images, observe) {
      const map28 = stem(ops, images);
      observe('face_landback.0', map28);
      const map14 = middle(ops, map28);
      observe('face_landback.1', map14);
      const map7 = last(ops, map14);
      observe('face_landback.2', map7);
      return [map28, map14, map7];
    },
    landmarks,
  };
}
