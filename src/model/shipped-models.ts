/** The trained models that come with this package. */
import { fileURLToPath } from 'node:url';

/** Their names, as `--init` and `--checkpoint` take them. */
export const shippedModelNames = ['small'] as const;

export type ShippedModelName = (typeof shippedModelNames)[number];

/** Whether a checkpoint is meant by name; a file of the same name is meant by `./small`. */
export function isShippedModel(name: string): name is ShippedModelName {
  return (shippedModelNames as readonly string[]).includes(name);
}

/** The checkpoint of a model that comes with this package: its weights in half precision, with its model card. */
export function shippedCheckpoint(name: ShippedModelName): string {
  return fileURLToPath(new URL(`../../../models/${name}.safetensors`, import.meta.url));
}
