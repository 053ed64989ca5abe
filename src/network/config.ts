/** The sizes of the network. Browser-safe. */

export type Three = readonly [number, number, number];

/** The sizes of a network. */
export interface NetworkConfig {
  /** Number of classes of the head. */
  readonly classes: number;
  /** Height and width of the input in pixels: a multiple of 16 x {@link inputStride}, at least twice that. */
  readonly imageSize: number;
  /** Both branches see every so many-th row and column of the input: 2 as published, 1 for small inputs. */
  readonly inputStride: number;
  /** Channels of the three scales: of the landmark branch, its queries and what it attends to. */
  readonly widths: Three;
  /** Channels of the image branch's maps at each scale; {@link widths} in the published network. */
  readonly imageWidths: Three;
  /** Residual units of the image branch at each scale. */
  readonly imageDepths: Three;
  /** Residual bottlenecks of the landmark branch at each scale. */
  readonly landmarkDepths: Three;
  /** `frozen`: pretrained landmark weights, never learned. `learned`: trained with the rest, without a landmark head. */
  readonly landmarkBranch: 'frozen' | 'learned';
  /** Channels of one head of the window cross attention. */
  readonly headSize: number;
  /** Channels of a token of the transformer. */
  readonly embedding: number;
  readonly transformerDepth: number;
  readonly transformerHeads: number;
  /** Initial value of the layer scales after the cross attention (CaiT, arXiv 2103.17239). */
  readonly layerScale: number;
  /** Rate of stochastic depth at each scale's feed-forward layer, 0 to below 1 (arXiv 1603.09382). */
  readonly stochasticDepth: Three;
  /** The same of the transformer's last block; it rises evenly from 0 at the first. */
  readonly transformerStochasticDepth: number;
  /** Share of the head's inputs that training sets to 0. */
  readonly dropout: number;
  /** Whether the layers that official checkpoints carry and never use are part of the state dict. */
  readonly unusedLayers: boolean;
}

/** The published network: 43.7 M parameters in use, 8.4 G multiply-adds (paper, table 5). */
export const publishedConfig: NetworkConfig = {
  classes: 7,
  imageSize: 224,
  inputStride: 2,
  widths: [64, 128, 256],
  imageWidths: [64, 128, 256],
  imageDepths: [3, 4, 14],
  landmarkDepths: [4, 6, 2],
  landmarkBranch: 'frozen',
  headSize: 32,
  embedding: 768,
  transformerDepth: 2,
  transformerHeads: 8,
  layerScale: 1e-5,
  stochasticDepth: [0, 0.125, 0.25], // the first three of linspace(0, 0.5, 5)
  transformerStochasticDepth: 0,
  dropout: 0,
  unusedLayers: true,
};

/**
 * A network of the same make around the published landmark branch, whose pretrained weights so fit: small enough to
 * learn real faces on two CPU cores in an hour.
 */
export const compactConfig: NetworkConfig = {
  ...publishedConfig,
  imageWidths: [16, 32, 64],
  imageDepths: [1, 1, 2],
  embedding: 96,
  transformerDepth: 2,
  transformerHeads: 4,
  unusedLayers: false,
};

/** A network of the same make, small enough to learn drawn faces on two CPU cores in minutes. */
export const narrowConfig: NetworkConfig = {
  ...compactConfig,
  widths: [16, 32, 64],
  landmarkDepths: [1, 1, 1],
  headSize: 8,
};

/**
 * A network of the same make for faces of 48 pixels, which learns everything from nothing: 1.9 M parameters.
 * How it was chosen: docs/ferplus.md.
 */
export const smallConfig: NetworkConfig = {
  classes: 7,
  imageSize: 48,
  inputStride: 1,
  widths: [16, 32, 64],
  imageWidths: [16, 64, 128],
  imageDepths: [2, 2, 3],
  landmarkDepths: [1, 2, 1],
  landmarkBranch: 'learned',
  headSize: 16,
  embedding: 128,
  transformerDepth: 2,
  transformerHeads: 4,
  layerScale: 1,
  stochasticDepth: [0, 0.05, 0.1],
  transformerStochasticDepth: 0.1,
  dropout: 0.2,
  unusedLayers: false,
};

/** Height and width of the attended maps at the three scales: 28, 14, 7 as published. One window covers a map. */
export function mapSizes({ imageSize, inputStride }: NetworkConfig): Three {
  const size = imageSize / inputStride;
  return [size / 4, size / 8, size / 16];
}

/** Values of one image: 3 x imageSize x imageSize. */
export function valuesPerImage({ imageSize }: Pick<NetworkConfig, 'imageSize'>): number {
  return 3 * imageSize * imageSize;
}

/** The sizes that can be trained, by name. */
export const networkSizes = {
  published: publishedConfig,
  compact: compactConfig,
  narrow: narrowConfig,
  small: smallConfig,
} as const satisfies Record<string, NetworkConfig>;

export type NetworkSize = keyof typeof networkSizes;

export const networkSizeNames = Object.keys(networkSizes) as NetworkSize[];

/** The named size that agrees with all fields that are given; classes may be any. */
export function findNamedSize({ classes: _, ...given }: Partial<NetworkConfig>): NetworkSize | undefined {
  return networkSizeNames.find((name) =>
    Object.entries(given).every(
      ([field, value]) => `${networkSizes[name][field as keyof NetworkConfig]}` === `${value}`,
    ),
  );
}
