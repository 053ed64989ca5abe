/**
 * POSTER V2 (POSTER++, arXiv 2301.12149): an image branch whose maps are queried by a landmark
 * branch at three scales, and a transformer over the tokens of all scales. Written from the paper and
 * checked against the official PyTorch program (Talented-Q/POSTER_V2, MIT) stage by stage. The sizes in
 * the comments are the published ones. Browser-safe.
 */
import { mapSizes, type NetworkConfig, type Three } from './config.js';
import { ir50 } from './ir50.js';
import { conv2d, type Layer, sequential } from './layers.js';
import { mobileFaceNet } from './mobilefacenet.js';
import type { Observe, Ops } from './ops.js';
import { Path, type StateEntry } from './state-dict.js';
import { type TransformerOutput, visionTransformer } from './vision-transformer.js';
import { crossAttention, feedForward, type ScaleConfig, window } from './window-attention.js';

const scales = [0, 1, 2] as const;

/** The three maps of the landmark branch, B x 4·widths[1] x 7 x 7 the last. */
export type LandmarkMaps<T> = readonly [T, T, T];

export interface ForwardOptions<T> {
  readonly observe?: Observe<T>;
  /** Compute every token in the last transformer block, as the official program does. Default false. */
  readonly everyToken?: boolean;
  /** Told the tokens that the transformer reads: B x 147 x embedding, 7 x 7 of each scale in turn. */
  readonly onTokens?: (tokens: T) => void;
}

export interface PosterV2 {
  readonly config: NetworkConfig;
  /** Every entry of the state dict, in the official order. */
  readonly entries: ReadonlyMap<string, StateEntry>;
  /** images: B x 3 x imageSize x imageSize, normalised with ImageNet's mean and standard deviation. */
  forward<T>(ops: Ops<T>, images: T, options?: ForwardOptions<T>): TransformerOutput<T>;
  /** The landmark branch's half of the forward pass; in training it also moves the landmark head's statistics. */
  landmarkMaps<T>(ops: Ops<T>, images: T, observe?: Observe<T>): LandmarkMaps<T>;
  /** The trained half of the forward pass. */
  recognise<T>(
    ops: Ops<T>,
    images: T,
    maps: LandmarkMaps<T>,
    options?: ForwardOptions<T>,
  ): TransformerOutput<T>;
  /**
   * images -> B x 136: x and y of 68 landmarks relative to a 112-pixel crop.
   * Not for a network whose landmark branch is learned, which has no head for them.
   */
  landmarks<T>(ops: Ops<T>, images: T): T;
}

function ignore(): void {}

function roleOfLandmarks(path: Path, { landmarkBranch }: NetworkConfig): Path {
  return landmarkBranch === 'frozen' ? path.as('frozen') : path;
}

/** Turns the attended map of each scale into 49 tokens, B x 49 x C. */
function tokenEmbeddings(path: Path, widths: Three, width: number): readonly [Layer, Layer, Layer] {
  const half = (at: Path, inputs: number) =>
    conv2d(at, { inputs, outputs: width, kernel: 3, stride: 2, bias: true });
  const embedQ = path.at('embed_q');
  return [
    sequential(half(embedQ.at(0), widths[0]), half(embedQ.at(1), width)), // 28 -> 14 -> 7
    half(path.at('embed_k').at(0), widths[1]), // 14 -> 7
    conv2d(path.at('embed_v').at('proj'), { inputs: widths[2], outputs: width, kernel: 1, bias: true }),
  ];
}

/** Builds the network: registers its state-dict entries and returns its forward pass. */
export function posterV2(config: NetworkConfig): PosterV2 {
  const { widths, imageWidths, headSize, embedding, inputStride } = config;
  const scaleSizes = mapSizes(config);
  const entries = new Map<string, StateEntry>();
  const path = new Path(entries);
  const scaleConfigs = scales.map(
    (i): ScaleConfig => ({ size: scaleSizes[i], width: widths[i], heads: widths[i] / headSize }),
  );
  const tokensPerScale = scaleSizes[2] ** 2;
  const landmarkPath = roleOfLandmarks(path.at('face_landback'), config);

  const landmarkBranch = mobileFaceNet(landmarkPath, config, scaleSizes[2]);
  const transformer = visionTransformer(path.at('VIT'), config, scales.length * tokensPerScale);
  const imageBranch = ir50(path.at('ir_back'), config);
  const attentions = scaleConfigs.map((scale, i) => crossAttention(path.at(`attn${i + 1}`), scale));
  const windows = scaleConfigs.map((scale, i) => window(path.at(`window${i + 1}`), scale));
  const reductions = scales.map((i) =>
    conv2d(path.at(`conv${i + 1}`), {
      inputs: imageWidths[i],
      outputs: widths[i],
      kernel: 3,
      stride: 2,
      bias: true,
    }),
  );
  const feedForwards = scales.map((i) =>
    feedForward(path.at(`ffn${i + 1}`), {
      width: widths[i],
      layerScale: config.layerScale,
      dropRate: config.stochasticDepth[i],
    }),
  );
  const lastFaceConv = conv2d(path.at('last_face_conv'), {
    inputs: 4 * widths[1],
    outputs: widths[2],
    kernel: 3,
    bias: true,
  });
  const embeddings = tokenEmbeddings(path, widths, embedding);

  /** One scale: image map and landmark map -> B x 49 x C tokens. */
  function attendedTokens<T>(ops: Ops<T>, i: 0 | 1 | 2, imageMap: T, landmarkMap: T, observe: Observe<T>): T {
    const { size, width } = scaleConfigs[i]!;
    const name = i + 1;
    const reduced = reductions[i]!(ops, imageMap);
    observe(`conv${name}`, reduced);
    const shortcut = windows[i]!(ops, reduced); // B x S² x C
    observe(`window${name}`, shortcut);
    const attended = attentions[i]!(ops, shortcut, landmarkMap);
    observe(`attn${name}`, attended);
    const fed = feedForwards[i]!(ops, attended, shortcut);
    observe(`ffn${name}`, fed);
    const map = ops.reshape(ops.transpose(fed, [0, 2, 1]), [-1, width, size, size]);
    const embedded = embeddings[i](ops, map); // B x embedding x 7 x 7
    const tokens = ops.transpose(ops.reshape(embedded, [-1, embedding, tokensPerScale]), [0, 2, 1]);
    observe(['embed_q', 'embed_k', 'embed_v'][i]!, i === 2 ? tokens : embedded);
    return tokens;
  }

  function strided<T>(ops: Ops<T>, images: T): T {
    return inputStride === 1 ? images : ops.subsample(images, inputStride); // B x 3 x 112 x 112, nearest neighbour
  }

  const network: PosterV2 = {
    config,
    entries,
    landmarkMaps(ops, images, observe = ignore) {
      const maps = landmarkBranch.features(ops, strided(ops, images), observe);
      // The official program computes the landmarks and drops them; in training their statistics move.
      if (ops.training) landmarkBranch.landmarks?.(ops, maps[2]);
      return maps;
    },
    recognise(ops, images, maps, { observe = ignore, everyToken = false, onTokens = ignore } = {}) {
      const faceMap = lastFaceConv(ops, maps[2]); // B x widths[2] x 7 x 7
      observe('last_face_conv', faceMap);
      const queries = [maps[0], maps[1], faceMap] as const;
      const imageMaps = imageBranch.features(ops, strided(ops, images), observe);
      const perScale = scales.map((i) => attendedTokens(ops, i, imageMaps[i], queries[i], observe));
      const tokens = ops.concat(perScale, 1); // B x 147 x embedding
      onTokens(tokens);
      return transformer(ops, tokens, observe, everyToken);
    },
    forward(ops, images, options = {}) {
      const maps = network.landmarkMaps(ops, images, options.observe);
      return network.recognise(ops, images, maps, options);
    },
    landmarks(ops, images) {
      if (!landmarkBranch.landmarks)
        throw new Error('A landmark branch that was learned with the rest has no landmark head.');
      const maps = landmarkBranch.features(ops, strided(ops, images), ignore);
      return landmarkBranch.landmarks(ops, maps[2]);
    },
  };
  return network;
}
