/** Checkpoints of tiny networks to learn from. */
import { writePth } from '../../src/checkpoint/pth/write.js';
import { writeSafetensors } from '../../src/checkpoint/safetensors/write.js';
import { cardKey, type InputColor, modelCard } from '../../src/model/model-card.js';
import { type NetworkConfig, smallConfig } from '../../src/network/config.js';
import { posterV2 } from '../../src/network/poster-v2.js';
import { initialValue } from '../../src/train/weights/parameters.js';

/** The make of `small`, with as little to compute as it allows. */
export const tinyConfig: NetworkConfig = {
  ...smallConfig,
  classes: 3,
  imageSize: 32,
  widths: [8, 16, 32],
  imageWidths: [8, 16, 32],
  imageDepths: [1, 1, 1],
  landmarkDepths: [1, 1, 1],
  headSize: 8,
  embedding: 16,
  transformerHeads: 2,
};

interface TeacherOptions {
  readonly labels: readonly string[];
  readonly config?: NetworkConfig;
  readonly color?: InputColor;
  /** Whether the file describes its network; default true. */
  readonly card?: boolean;
}

/** Writes a network of the initial values of that seed, as .pth or .safetensors. */
export async function writeTeacher(path: string, seed: number, options: TeacherOptions): Promise<string> {
  const { labels, config = { ...tinyConfig, classes: labels.length }, color, card = true } = options;
  const tensors = [...posterV2(config).entries.values()].map(
    (entry) => [entry.name, initialValue(entry, seed)] as const,
  );
  const extra: Record<string, string> = card
    ? { [cardKey]: JSON.stringify(modelCard(config, labels, { color })) }
    : {};
  if (path.endsWith('.safetensors')) await writeSafetensors(path, tensors, extra);
  else await writePth(path, tensors, extra);
  return path;
}
