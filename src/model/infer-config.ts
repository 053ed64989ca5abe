/** The sizes of a network from the shapes in its state dict. Browser-safe. */
import { type NetworkConfig, publishedConfig, type Three } from '../network/config.js';
import type { Shape } from '../tensor/host-tensor.js';

/** Shapes by state-dict name. */
export type Shapes = ReadonlyMap<string, { readonly shape: Shape }>;

/**
 * The configuration that a state dict was made with. Names or shapes that make no sense leave the published
 * sizes in place, against which the mismatch can then be told.
 *
 * What is nowhere in the shapes, such as the number of the transformer's heads, is `known` or as published.
 */
export function inferConfig(shapes: Shapes, known: Partial<NetworkConfig> = {}): NetworkConfig {
  const [classes, embedding] = shapes.get('VIT.head.linear.weight')?.shape ?? [];
  const config: NetworkConfig = {
    ...publishedConfig,
    classes: classes ?? publishedConfig.classes,
    embedding: embedding ?? publishedConfig.embedding,
    widths: scales((i) => shapes.get(`conv${i + 1}.weight`)?.shape[0]) ?? publishedConfig.widths,
    imageWidths: scales((i) => shapes.get(`conv${i + 1}.weight`)?.shape[1]) ?? publishedConfig.imageWidths,
    imageDepths: scales((i) => countUnits(shapes, `ir_back.body${i + 1}.`)) ?? publishedConfig.imageDepths,
    landmarkDepths:
      scales((i) => countUnits(shapes, `face_landback.conv_${i + 3}.model.`)) ??
      publishedConfig.landmarkDepths,
    transformerDepth: countUnits(shapes, 'VIT.blocks.') ?? publishedConfig.transformerDepth,
    unusedLayers: shapes.has('VIT.CON1.weight') || !shapes.has('VIT.head.linear.weight'),
  };
  const heads = shapes.get('attn1.relative_position_bias_table')?.shape[1];
  return { ...config, headSize: heads ? config.widths[0] / heads : config.headSize, ...known };
}

function scales(size: (i: number) => number | undefined): Three | undefined {
  const [a, b, c] = [size(0), size(1), size(2)];
  return a && b && c ? [a, b, c] : undefined;
}

/** One more than the largest number that follows the prefix. */
function countUnits(shapes: Shapes, prefix: string): number | undefined {
  const found = [...shapes.keys()]
    .filter((name) => name.startsWith(prefix))
    .map((name) => Number.parseInt(name.slice(prefix.length), 10))
    .filter((unit) => unit < 1000);
  return found.length > 0 ? Math.max(...found) + 1 : undefined;
}
