/** The sizes of the network. Browser-safe. */

export type Three = readonly [number, number, number];

export interface NetworkConfig {
  /** Number of expressions the head tells apart. */
  readonly classes: number;
  /** Channels of the three scales: of the landmark branch, its queries and what it attends to. */
  readonly widths: Three;
  /** Channels of the image branch's maps at each scale; {@link widths} in the published network. */
  readonly imageWidths: Three;
  /** Residual units of the image branch at each scale. */
  readonly imageDepths: Three;
  /** Residual bottlenecks of the landmark branch at each scale. */
  readonly landmarkDepths: Three;
  /** Channels of one head of the window cross attention. */
  readonly headSize: number;
  /** Channels of a token of the transformer. */
  readonly embedding: number;
  readonly transformerDepth: number;
  readonly transformerHeads: number;
  /** Whether the layers that official checkpoints carry and never use are part of the state dict. */
  readonly unusedLayers: boolean;
}

/** Input height and width in pixels. */
export const imageSize = 224;

/** The values of one image: 3 x 224 x 224. */
export const valuesPerImage = 3 * imageSize * imageSize;

/** The published network: 43.7 M parameters in use, 8.4 G multiply-adds (paper, table 5). */
export const publishedConfig: NetworkConfig = {
  classes: 7,
  widths: [64, 128, 256],
  imageWidths: [64, 128, 256],
  imageDepths: [3, 4, 14],
  landmarkDepths: [4, 6, 2],
  headSize: 32,
  embedding: 768,
  transformerDepth: 2,
  transformerHeads: 8,
  unusedLayers: true,
};

/**
 * A network of the same make around the published landmark branch, whose pretrained weights so fit: small enough to
 * learn real faces on two CPU cores in an hour.
 */
export const compactConfig: NetworkConfig = {
  classes: 7,
  widths: [64, 128, 256],
  imageWidths: [16, 32, 64],
  imageDepths: [1, 1, 2],
  landmarkDepths: [4, 6, 2],
  headSize: 32,
  embedding: 96,
  transformerDepth: 2,
  transformerHeads: 4,
  unusedLayers: false,
};

/** A network of the same make, small enough to learn drawn faces on two CPU cores in minutes. */
export const narrowConfig: NetworkConfig = {
  classes: 7,
  widths: [16, 32, 64],
  imageWidths: [16, 32, 64],
  imageDepths: [1, 1, 2],
  landmarkDepths: [1, 1, 1],
  headSize: 8,
  embedding: 96,
  transformerDepth: 2,
  transformerHeads: 4,
  unusedLayers: false,
};

/** Map sizes of the three scales: 28, 14, 7. One attention window covers the whole map. */
export const scaleSizes: Three = [imageSize / 8, imageSize / 16, imageSize / 32];

/** The sizes that can be trained, by name. */
export const networkSizes = {
  published: publishedConfig,
  compact: compactConfig,
  narrow: narrowConfig,
} as const satisfies Record<string, NetworkConfig>;

export type NetworkSize = keyof typeof networkSizes;

export const networkSizeNames = Object.keys(networkSizes) as NetworkSize[];
