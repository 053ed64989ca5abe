/** The formats in which weights are written, told by the ending of a file's name. */
import { writePth } from './pth/write.js';
import { writeSafetensors } from './safetensors/write.js';

export const weightsWriters = { safetensors: writeSafetensors, pth: writePth } as const;

export type WeightsFormat = keyof typeof weightsWriters;

/** Undefined for an ending that names none. */
export function weightsFormat(path: string): WeightsFormat | undefined {
  const [, ending] = /\.(safetensors|pth)$/.exec(path.toLowerCase().replace(/\.pth\.tar$/, '.pth')) ?? [];
  return ending as WeightsFormat | undefined;
}
