/** The sizes of a network from the shapes in its state dict. Browser-safe. */
import { findNamedSize, type NetworkConfig, networkSizes, type Three } from '../network/config.js';
import type { Shape } from '../tensor/host-tensor.js';

/** Shapes by state-dict name. */
export type Shapes = ReadonlyMap<string, { readonly shape: Shape }>;

/**
 * The configuration that a state dict was made with. Names or shapes that make no sense leave the published
 * sizes in place, against which the mismatch can then be told.
 *
 * What is nowhere in the shapes, such as the number of the transformer's heads, is `known`, or as in the named size
 * whose shapes these are, or as published.
 */
export function inferConfig(shapes: Shapes, known: Partial<NetworkConfig> = {}): NetworkConfig {
  const told = toldByShapes(shapes);
  const name = findNamedSize(told) ?? 'published';
  const config: NetworkConfig = { ...networkSizes[name], ...told, ...known };
  const finest = windowSize(shapes);
  return finest ? { ...config, imageSize: known.imageSize ?? 4 * finest * config.inputStride } : config;
}

/** What shapes may tell. */
type Told = { readonly [Field in keyof NetworkConfig]?: NetworkConfig[Field] | undefined };

/** What the shapes tell; a field they do not tell is absent. */
function toldByShapes(shapes: Shapes): Partial<NetworkConfig> {
  const [classes, embedding] = shapes.get('VIT.head.linear.weight')?.shape ?? [];
  const widths = scales((i) => shapes.get(`conv${i + 1}.weight`)?.shape[0]);
  const heads = shapes.get('attn1.relative_position_bias_table')?.shape[1];
  const told: Told = {
    classes,
    embedding,
    widths,
    imageWidths: scales((i) => shapes.get(`conv${i + 1}.weight`)?.shape[1]),
    imageDepths: scales((i) => countUnits(shapes, `ir_back.body${i + 1}.`)),
    landmarkDepths: scales((i) => countUnits(shapes, `face_landback.conv_${i + 3}.model.`)),
    landmarkBranch: hasAny(shapes, 'face_landback.') ? landmarkBranchOf(shapes) : undefined,
    headSize: widths && heads ? widths[0] / heads : undefined,
    transformerDepth: countUnits(shapes, 'VIT.blocks.'),
    unusedLayers: shapes.has('VIT.CON1.weight') || !shapes.has('VIT.head.linear.weight'),
  };
  return Object.fromEntries(Object.entries(told).filter(([, value]) => value !== undefined));
}

/** A branch that was learned with the rest has no landmark head. */
function landmarkBranchOf(shapes: Shapes): NetworkConfig['landmarkBranch'] {
  return hasAny(shapes, 'face_landback.output_layer.') ? 'frozen' : 'learned';
}

function hasAny(shapes: Shapes, prefix: string): boolean {
  return [...shapes.keys()].some((name) => name.startsWith(prefix));
}

/**
 * Height and width of the finest attended map: its table has a row for each of (2 size - 1)² offsets. Undefined for
 * what cannot be halved twice.
 */
function windowSize(shapes: Shapes): number | undefined {
  const rows = shapes.get('attn1.relative_position_bias_table')?.shape[0];
  const size = rows === undefined ? Number.NaN : (Math.sqrt(rows) + 1) / 2;
  return Number.isInteger(size / 4) ? size : undefined;
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
