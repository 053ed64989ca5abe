/** The small network, which sees 48 x 48 pixels, in grey; and a face in colour and in its luma. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writePth } from '../../src/checkpoint/pth/write.js';
import { labelSet } from '../../src/data/labels.js';
import { decodeImage } from '../../src/image/decode/decode.js';
import { encodePng } from '../../src/image/encode.js';
import { resizeBilinear } from '../../src/image/resize.js';
import { toGrey } from '../../src/image/rgb-image.js';
import { cardKey, type DataFacts, type ModelCard, modelCard } from '../../src/model/model-card.js';
import { smallConfig } from '../../src/network/config.js';
import { posterV2 } from '../../src/network/poster-v2.js';
import { fixture } from './fixtures.js';
import { temporaryFolder } from './narrow-model.js';
import { regeneratedStateDict } from './regenerated.js';

/** Writes a checkpoint with regenerated weights, grey unless told otherwise. */
export async function writeSmallCheckpoint(folder: string, facts: DataFacts = {}): Promise<string> {
  const { color = 'grey' } = facts;
  const card = modelCard(smallConfig, labelSet('RAF-DB'), { ...facts, color });
  const path = join(folder, `small-${color}.pth`);
  await writeCarded(path, card);
  return path;
}

/** Writes the same weights under any description. */
export async function writeCarded(path: string, card: unknown): Promise<void> {
  await writePth(path, regeneratedStateDict(posterV2(smallConfig)), { [cardKey]: JSON.stringify(card) });
}

export const smallCard = (): ModelCard => modelCard(smallConfig, labelSet('RAF-DB'), { color: 'grey' });

export interface FaceInBoth {
  readonly colour: string;
  readonly grey: string;
}

/** Writes a picture of 48 x 48 pixels, which no resize alters, in colour and in grey. */
export async function writeFaceInBoth(folder: string): Promise<FaceInBoth> {
  const picture = await decodeImage(fixture('faces/astronaut.jpg'));
  const image = resizeBilinear(picture, 48, 48);
  const files = { colour: join(folder, 'colour.png'), grey: join(folder, 'grey.png') };
  await writeFile(files.colour, await encodePng(image));
  await writeFile(files.grey, await encodePng(toGrey(image)));
  return files;
}

/** Both in a folder of their own. */
export async function smallModelAndFace() {
  const folder = await temporaryFolder();
  return { folder, checkpoint: await writeSmallCheckpoint(folder), face: await writeFaceInBoth(folder) };
}
