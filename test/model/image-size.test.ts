/** The input size and the colours are the model's own, through every engine of the library. */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { writePth } from '../../src/checkpoint/pth/write.js';
import { Poster } from '../../src/core/poster.js';
import type { Dataset } from '../../src/data/dataset.js';
import { exportModel, precisions } from '../../src/export/export-model.js';
import { verificationImages } from '../../src/export/verification-images.js';
import { openFaceFinder } from '../../src/faces/open-face-finder.js';
import { decodeImage } from '../../src/image/decode/decode.js';
import { encodePng } from '../../src/image/encode.js';
import { toGrey } from '../../src/image/rgb-image.js';
import { inspectModel } from '../../src/inspect/inspect-model.js';
import { cardKey } from '../../src/model/model-card.js';
import { narrowConfig, smallConfig } from '../../src/network/config.js';
import { posterV2 } from '../../src/network/poster-v2.js';
import { buildGraph } from '../../src/onnx/build-graph.js';
import { emitModel } from '../../src/onnx/emit.js';
import { recogniseFaces } from '../../src/recognise/recognise-photos.js';
import { assertClose } from '../support/close.js';
import { fixture } from '../support/fixtures.js';
import { writeNarrowCheckpoint } from '../support/narrow-model.js';
import { regeneratedStateDict } from '../support/regenerated.js';
import { smallCard, smallModelAndFace, writeCarded, writeSmallCheckpoint } from '../support/small-model.js';
import { torchTest } from '../support/torch.js';

const { folder, checkpoint, face } = await smallModelAndFace();

const load = (path: string) => Poster.load(path, { threads: 1 });

test('a model says what it sees, and what the crops of faces are for it', async () => {
  await using small = await load(checkpoint);
  assert.deepEqual([small.imageSize, small.color], [48, 'grey']);
  assert.deepEqual(small.network, smallConfig);
  await using narrow = await load(await writeNarrowCheckpoint(folder));
  assert.deepEqual([narrow.imageSize, narrow.color], [224, 'rgb']);
  // in crops no larger than what it sees, unless its data say how they were cut
  assert.deepEqual(small.alignment, { template: 'raf-db', size: 48 });
  assert.deepEqual(narrow.alignment, { template: 'raf-db', size: 100 });
  const path = join(folder, 'raf-db.pth');
  await writeCarded(path, { ...smallCard(), dataset: 'RAF-DB' });
  await using told = await load(path);
  assert.deepEqual(told.alignment, { template: 'raf-db', size: 100 });
});

test('a grey model gives a colour photo the answer of the grey one; a colour model does not', async () => {
  await using grey = await load(checkpoint);
  await using colour = await load(await writeSmallCheckpoint(folder, { color: 'rgb' }));
  const logits = async (poster: Poster, path: string) => [...(await poster.predict(path)).logits];
  assert.deepEqual(await logits(grey, face.colour), await logits(grey, face.grey));
  assert.deepEqual(await logits(colour, face.grey), await logits(grey, face.grey));
  assert.notDeepEqual(await logits(colour, face.colour), await logits(grey, face.colour));
});

test('photos of any size in colour and in their luma differ by the rounding of the resize alone', async () => {
  await using poster = await load(checkpoint);
  for (const name of ['lossless-333x217.png', 'rgba-150x130.png', 'tall-31x400.png']) {
    const image = await decodeImage(fixture(`images/${name}`));
    const [colour, grey] = [await poster.predict(image), await poster.predict(toGrey(image))];
    const values = ({ probabilities }: typeof colour) => Object.values(probabilities);
    assertClose(values(colour), values(grey), { rtol: 0, atol: 0.01 }, name);
  }
});

test('files, batches, evaluations and explanations see what a single prediction sees', async () => {
  await using poster = await load(checkpoint);
  const files = [face.colour, face.grey, fixture('images/aligned-100.jpg')];
  const expected = await Promise.all(files.map((file) => poster.predict(file)));
  const assertSame = (logits: ArrayLike<number>, i: number) =>
    assertClose(logits, expected[i]!.logits, { rtol: 1e-4, atol: 1e-4 }, files[i]);
  for (const workers of [0, 1]) {
    let i = 0;
    for await (const { prediction } of poster.predictFiles(files, { workers }))
      assertSame(prediction!.logits, i++);
    assert.equal(i, 3);
  }
  let i = 0;
  for await (const { logits } of poster.predictBatch(files)) assertSame(logits, i++);
  const dataset: Dataset = {
    ...{ name: 'folder', split: 'valid', root: folder, classes: poster.labels },
    samples: files.map((path) => ({ path, label: 0 })),
  };
  const { predictions } = await poster.evaluate({ dataset, workers: 0 });
  for (const [k, { logits }] of predictions.entries()) assertSame(logits, k);
  assert.deepEqual([...predictions[0]!.logits], [...predictions[1]!.logits]);
  const { prediction } = await poster.explain(face.colour);
  assertSame(prediction.logits, 0);
});

test('more images than one run takes give what each gives alone', async () => {
  await using poster = await load(checkpoint);
  const image = await decodeImage(face.colour);
  const images = Array.from({ length: 19 }, (_, i) => ({
    ...image,
    data: image.data.map((level) => (level + 13 * i) % 256),
  }));
  let i = 0;
  for await (const { logits } of poster.predictBatch(images, { batchSize: 19 })) {
    assertClose(logits, (await poster.predict(images[i]!)).logits, { rtol: 1e-4, atol: 1e-4 });
    i += 1;
  }
  assert.equal(i, 19);
});

test('an explanation has the grid of its network', async () => {
  await using poster = await load(checkpoint);
  const { groups, combined, classToken } = await poster.explain(face.colour);
  const sizes = groups.map(({ scale, map }) => [scale, map.length, ...new Set(map.map((row) => row.length))]);
  assert.deepEqual(sizes, [
    [12, 3, 3],
    [6, 3, 3],
    [3, 3, 3],
  ]);
  assertClose([combined.flat().reduce((a, b) => a + b, classToken!)], [1], { atol: 1e-5 });
  assert.deepEqual((await poster.explain(face.grey)).combined, combined);
});

torchTest('Grad-CAM has the grid of its network and sees grey, too', async () => {
  await using poster = await load(checkpoint);
  const { groups, combined } = await poster.explain(face.colour, { method: 'grad-cam' });
  assert.deepEqual(
    groups.map(({ scale }) => scale),
    [12, 6, 3],
  );
  assert.ok(combined.every((row) => row.length === 3) && combined.length === 3);
  assert.ok(combined.flat().every((value) => value >= 0 && Number.isFinite(value)));
  assert.deepEqual((await poster.explain(face.grey, { method: 'grad-cam' })).combined, combined);
  await poster.dispose();
});

const tolerances = { fp32: 1e-5, fp16: 1e-2, int8: 0.5, 'int8-weights': 0.2 };

for (const precision of precisions) {
  test(`the export in ${precision} sees the same size and colours and says the same`, async () => {
    await using source = await load(checkpoint);
    const output = join(folder, `${precision}.onnx`);
    const images = await verificationImages(undefined);
    // For int8: few faces, and no search for layers that had better stay in fp32, which takes long.
    const calibration = new Array(16).fill(await decodeImage(face.grey));
    const bound = { sameClass: 0, totalVariation: 1 };
    const { card } = await exportModel({ checkpoint, output, precision, images, calibration, bound });
    assert.deepEqual([card.preprocessing.size, card.preprocessing.color], [48, 'grey']);
    await using exported = await load(output);
    assert.deepEqual([exported.imageSize, exported.color], [48, 'grey']);
    const [colour, grey] = [await exported.predict(face.colour), await exported.predict(face.grey)];
    assert.deepEqual(colour.logits, grey.logits);
    const values = ({ probabilities }: typeof colour) => Object.values(probabilities);
    const expected = values(await source.predict(face.grey));
    assertClose(values(colour), expected, { rtol: 0, atol: tolerances[precision] });
    assert.equal((await exported.explain(face.colour)).combined.length, 3);
  });
}

for (const ending of ['safetensors', 'pth'])
  test(`a copy as .${ending} keeps size and colours`, async () => {
    const output = join(folder, `copy.${ending}`);
    await exportModel({ checkpoint, output, images: [face.colour] });
    await using copy = await load(output);
    assert.deepEqual([copy.imageSize, copy.color, copy.network], [48, 'grey', smallConfig]);
  });

test('the faces of a photo are recognised by it', async () => {
  await using poster = await load(checkpoint);
  await using finder = await openFaceFinder({ threads: 1 });
  const photo = await decodeImage(fixture('faces/astronaut.jpg'));
  const [found] = await recogniseFaces(poster, finder, photo);
  assert.deepEqual([found!.crop.width, found!.crop.height], [48, 48]);
  const alone = await poster.predict(found!.crop);
  assert.deepEqual([...found!.prediction.logits], [...alone.logits]);
});

test('a network that learned its landmark branch has no landmarks of its own, and says so', async () => {
  await assert.rejects(openFaceFinder({ landmarks: checkpoint, threads: 1 }), {
    code: 'option.invalid',
    message:
      /^Expected a checkpoint with a landmark head .*small-grey\.pth, whose landmark branch was learned .*leave out --landmarks/,
  });
});

test('inspection tells size and colours, and counts for that size', async () => {
  const { network, preprocessing, description } = await inspectModel(checkpoint);
  assert.equal(network.imageSize, 48);
  assert.deepEqual(preprocessing, { size: 48, color: 'grey' });
  assert.equal(description.imageSize, 48);
  const stages = description.stages.map(({ stage }) => stage);
  for (const size of [12, 6, 3])
    assert.ok(stages.includes(`cross attention, ${size} x ${size}`), `${stages}`);
  const larger = join(folder, 'larger.pth');
  const config = { ...smallConfig, imageSize: 96 };
  await writePth(larger, regeneratedStateDict(posterV2(config)), {});
  const inspected = await inspectModel(larger); // without a card: 96 pixels by the shapes of its attention
  assert.deepEqual(inspected.network.imageSize, 96);
  const { published } = inspected.description.total;
  assert.ok(published > 3.9 * description.total.published, 'four times the pixels');
});

/** What version 0.1 wrote of a narrow network. */
const cardOfOld = {
  format: 1,
  version: '0.1.0',
  labels: ['a', 'b', 'c', 'd', 'e', 'f', 'g'],
  network: {
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
  },
  preprocessing: {
    size: 224,
    resize: 'bilinear-antialiased',
    mean: [0.485, 0.456, 0.406],
    std: [0.229, 0.224, 0.225],
  },
};

test('files of version 0.1, which say nothing of sizes and colours, load as before', async () => {
  const network = posterV2(narrowConfig);
  const stateDict = regeneratedStateDict(network);
  const metadata = { [cardKey]: JSON.stringify(cardOfOld) };
  const [pth, onnx] = [join(folder, 'old.pth'), join(folder, 'old.onnx')];
  await writePth(pth, stateDict, metadata);
  const graph = buildGraph(network, ({ name }) => stateDict.get(name)!, 'cpu');
  await writeFile(onnx, emitModel(graph, { producerVersion: '0.1.0', metadata }));
  await using expected = await load(await writeNarrowCheckpoint(folder));
  const { logits } = await expected.predict(face.colour);
  for (const path of [pth, onnx]) {
    await using poster = await load(path);
    assert.deepEqual(poster.network, narrowConfig);
    assert.deepEqual([poster.imageSize, poster.color], [224, 'rgb']);
    assertClose((await poster.predict(face.colour)).logits, logits, { rtol: 1e-4, atol: 1e-5 });
  }
});

const damaged: [what: string, card: () => object, message: RegExp][] = [
  ['a size that does not divide', () => sized(50), /network\.imageSize is not \(it must be a multiple of 16/],
  ['a size whose coarsest map is one place', () => sized(32, 2), /network\.imageSize is not/],
  ['a size beyond all reason', () => sized(48_000), /network\.imageSize is not/],
  [
    'two sizes',
    () => ({ ...smallCard(), preprocessing: { ...smallCard().preprocessing, size: 64 } }),
    /there must be one image size/,
  ],
  [
    'unknown colours',
    () => ({ ...smallCard(), preprocessing: { ...smallCard().preprocessing, color: 'cmyk' } }),
    /preprocessing\.color is not/,
  ],
];

function sized(size: number, inputStride = 1): object {
  const card = smallCard();
  const network = { ...card.network, imageSize: size, inputStride };
  return { ...card, network, preprocessing: { ...card.preprocessing, size } };
}

for (const [what, card, message] of damaged)
  test(`a description with ${what} is refused`, async () => {
    const path = join(folder, 'damaged.pth');
    await writeCarded(path, card());
    await assert.rejects(load(path), { code: 'checkpoint.unreadable', message });
  });

test('a description that is not of these weights or this graph is refused', async () => {
  const path = join(folder, 'other-size.pth');
  await writeCarded(path, sized(96));
  await assert.rejects(load(path), { code: 'checkpoint.mismatch' });
  const network = posterV2(smallConfig);
  const stateDict = regeneratedStateDict(network);
  const graph = buildGraph(network, ({ name }) => stateDict.get(name)!, 'cpu');
  const metadata = { [cardKey]: JSON.stringify(sized(96)) };
  const onnx = join(folder, 'other-size.onnx');
  await writeFile(onnx, emitModel(graph, { producerVersion: 'test', metadata }));
  await assert.rejects(load(onnx), {
    code: 'checkpoint.mismatch',
    message: /other-size\.onnx to take images of 96 x 96 pixels, .* but it takes 48 x 48 pixels; export/,
  });
});

test('a state dict without a description is read by its shapes', async () => {
  const path = join(folder, 'bare.pth');
  await writePth(path, regeneratedStateDict(posterV2(smallConfig)), {});
  await using bare = await load(path);
  assert.deepEqual(bare.network, smallConfig);
  await using grey = await load(checkpoint);
  assert.deepEqual([...(await bare.predict(face.grey)).logits], [...(await grey.predict(face.grey)).logits]);
});

test('bytes and pixels of a picture are seen alike', async () => {
  await using poster = await load(checkpoint);
  const bytes = await readFile(face.colour);
  const pixels = await decodeImage(face.colour);
  const again = await encodePng(pixels);
  const { logits } = await poster.predict(face.colour);
  for (const input of [bytes, pixels, again])
    assert.deepEqual([...(await poster.predict(input)).logits], [...logits]);
});
