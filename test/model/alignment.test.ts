/** The alignment of training faces, carried from the data to recognition. */
import assert from 'node:assert/strict';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { writePth } from '../../src/checkpoint/pth/write.js';
import { Poster } from '../../src/core/poster.js';
import { alignData } from '../../src/data/make/align/align-data.js';
import { prepareData } from '../../src/data/make/prepare/prepare-data.js';
import { exportModel } from '../../src/export/export-model.js';
import type { Alignment } from '../../src/image/alignment.js';
import { encodePng } from '../../src/image/encode.js';
import type { RgbImage } from '../../src/image/rgb-image.js';
import { cardKey, type DataFacts, modelCard } from '../../src/model/model-card.js';
import { narrowConfig } from '../../src/network/config.js';
import { posterV2 } from '../../src/network/poster-v2.js';
import { openTrainingData } from '../../src/train/batches/training-data.js';
import { resolveConfig } from '../../src/train/config/config.js';
import { train } from '../../src/train/train.js';
import { writeFiles } from '../data/support.js';
import { background, headPlacement, loadPortrait, placeHead, portraitFile } from '../faces/portrait.js';
import { temporaryFolder, writeNarrowCheckpoint } from '../support/narrow-model.js';
import { regeneratedStateDict } from '../support/regenerated.js';
import { torchTest } from '../support/torch.js';
import { shortTraining } from '../train/support.js';

const alignment: Alignment = { template: 'fer2013', size: 64 };
let folder: string;
let aligned: string;

/** Photos of two classes, aligned in a way that no data type has. */
before(async () => {
  folder = await temporaryFolder();
  aligned = join(folder, 'aligned');
  const root = join(folder, 'photos');
  const portrait = await loadPortrait();
  for (const split of ['train', 'valid'])
    for (const name of ['happy', 'sad'])
      await writeFiles(root, { [`${split}/${name}/photo.png`]: await drawPhoto(portrait) });
  const { template, size } = alignment;
  await alignData({ root, output: aligned, type: 'folder', template, cropSize: size, workers: 1 });
});

async function drawPhoto(portrait: RgbImage): Promise<Uint8Array> {
  const canvas = background(200, 200);
  placeHead(canvas, portrait, headPlacement({ x: 100, y: 95 }, 0.9, 5));
  return encodePng(canvas);
}

const configOf = (data: string, type: 'folder' | 'RAF-DB' | 'FERPlus' = 'folder') =>
  resolveConfig(type, { data });

test('training knows how its data were aligned, also when they were prepared once more', async () => {
  const prepared = join(folder, 'prepared');
  await prepareData({ root: aligned, output: prepared, type: 'folder', mode: 'copy' });
  assert.deepEqual(JSON.parse(await readFile(join(prepared, 'labels.json'), 'utf8')).alignment, alignment);
  for (const data of [aligned, prepared])
    assert.deepEqual((await openTrainingData(configOf(data))).alignment, alignment);
  const held = await openTrainingData({ ...configOf(aligned), valSplit: 0.5 });
  assert.deepEqual(held.alignment, alignment);
});

test("without a word in the data it is that of the type's published crops", async () => {
  const root = join(folder, 'crops');
  for (const split of ['train', 'valid'])
    for (let label = 0; label < 8; label++)
      await writeFiles(root, { [`${split}/${label}/face.png`]: await readFile(portraitFile) });
  const ferPlus = await openTrainingData(configOf(root, 'FERPlus'));
  assert.deepEqual(ferPlus.alignment, { template: 'fer2013', size: 48 });
  assert.equal((await openTrainingData(configOf(root))).alignment, undefined);
});

torchTest('a training writes it into its checkpoints, and an export keeps it', async () => {
  const output = join(folder, 'trained');
  await mkdir(output);
  await train({ ...shortTraining(aligned, output), dataType: 'folder', batchSize: 2, epochs: 1 });
  const checkpoint = join(output, 'last.pth');
  assert.deepEqual(await alignmentOf(checkpoint), alignment);
  const onnx = join(folder, 'trained.onnx');
  await exportModel({ checkpoint, output: onnx, images: [portraitFile] });
  assert.deepEqual(await alignmentOf(onnx), alignment);
});

async function alignmentOf(path: string, dataType?: 'FERPlus'): Promise<Alignment> {
  await using poster = await Poster.load(path, { threads: 1, dataType });
  return poster.alignment;
}

async function writeCarded(name: string, facts: DataFacts): Promise<string> {
  const network = posterV2({ ...narrowConfig, classes: 7 });
  const path = join(folder, name);
  const card = modelCard(network.config, ['a', 'b', 'c', 'd', 'e', 'f', 'g'], facts);
  await writePth(path, regeneratedStateDict(network), { [cardKey]: JSON.stringify(card) });
  return path;
}

test('a model is aligned for as its file says, as its dataset is published, or as RAF-DB', async () => {
  const both = { dataset: 'AffectNet-7', alignment };
  assert.deepEqual(await alignmentOf(await writeCarded('both.pth', both)), alignment);
  const affectNet = await writeCarded('dataset.pth', { dataset: 'AffectNet-7' });
  assert.deepEqual(await alignmentOf(affectNet), { template: 'raf-db', size: 224 });
  const neither = await writeCarded('neither.pth', { dataset: 'folder' });
  assert.deepEqual(await alignmentOf(neither), { template: 'raf-db', size: 100 });
  const foreign = await writeNarrowCheckpoint(folder, 8);
  assert.deepEqual(await alignmentOf(foreign, 'FERPlus'), { template: 'fer2013', size: 48 });
});

test('an export says how faces are to be cut out: as told, else as is known', async () => {
  const checkpoint = await writeCarded('affectnet.pth', { dataset: 'AffectNet-7' });
  const exported = async (name: string, told?: Partial<Alignment>) => {
    const output = join(folder, name);
    const { card } = await exportModel({ checkpoint, output, images: [portraitFile], alignment: told });
    assert.deepEqual(await alignmentOf(output), card.alignment);
    return card.alignment;
  };
  assert.deepEqual(await exported('known.onnx'), { template: 'raf-db', size: 224 });
  assert.deepEqual(await exported('told.safetensors', alignment), alignment);
  assert.deepEqual(await exported('larger.onnx', { size: 112 }), { template: 'raf-db', size: 112 });
});
