/**
 * How many faces are found and how well their five points are placed, on a photo and scenes composed of it, by each
 * of the ways to look.
 *
 *   node build/bench/faces.js [--photo FILE] [--mobilefacenet FILE] [--detector FILE] [--threads 2]
 *
 * FILEs: the portrait that the tests compose scenes of, in another format (default: the tests' own);
 * mobilefacenet_model_best.pth.tar, for the network's own landmarks; a YuNet model. What is not given is left out.
 */
import { parseArgs } from 'node:util';
import { openCheckpoint } from '../src/checkpoint/open-checkpoint.js';
import { table } from '../src/cli/render/table.js';
import type { FivePoints } from '../src/faces/align/five-points.js';
import { templates } from '../src/faces/align/template.js';
import type { DetectedFace } from '../src/faces/detect/detector.js';
import { boundingBox, centroid, distance } from '../src/faces/geometry.js';
import type { LandmarkModel } from '../src/faces/landmarks/landmark-model.js';
import { networkLandmarkModel, networkLandmarks } from '../src/faces/landmarks/network-landmarks.js';
import { type FaceFinder, openDetector, openFaceFinder } from '../src/faces/open-face-finder.js';
import { type TemplateName, templateNames } from '../src/image/alignment.js';
import { decodeImage } from '../src/image/decode/decode.js';
import type { RgbImage } from '../src/image/rgb-image.js';
import { usedEntries } from '../src/model/used-entries.js';
import { publishedConfig } from '../src/network/config.js';
import { posterV2 } from '../src/network/poster-v2.js';
import { openModel } from '../src/onnx/runtime.js';
import type { HostTensor } from '../src/tensor/host-tensor.js';
import { planPretrained } from '../src/train/weights/pretrained.js';
import { landmarkError } from '../test/faces/expect-faces.js';
import { portraitFile } from '../test/faces/portrait.js';
import { composeScenes, type Scene, wallOfHeads } from './support/composed-scenes.js';

/** Further off than this, in distances of the eyes, and it is not that face. */
const sameFace = 0.5;
/** Heights of faces, in pixels, around the least that detectors find. */
const heights = [10, 12, 14, 16, 18, 20, 22, 24, 28, 32];

const { values: flags } = parseArgs({
  options: {
    photo: { type: 'string', default: portraitFile },
    mobilefacenet: { type: 'string' },
    detector: { type: 'string' },
    threads: { type: 'string', default: '2' },
  },
});
const threads = Number(flags.threads);

const portrait = await decodeImage(flags.photo);
const scenes = composeScenes(portrait);
const rows: string[][] = [];
for (const [name, open] of waysToLook()) {
  await using finder = await open();
  const cells: string[] = [];
  for (const some of scenes.values()) cells.push(await score(finder, some));
  rows.push([name, ...cells]);
}
process.stdout.write(`${table(['found, mean error in % of the eye distance', ...scenes.keys()], rows)}\n`);
process.stdout.write(
  `${table(['faces found, by height in pixels', ...heights.map(String)], await smallest())}\n`,
);

function waysToLook(): Map<string, () => Promise<FaceFinder>> {
  const { mobilefacenet, detector } = flags;
  const ways = new Map([['built in', () => openFaceFinder({ threads })]]);
  if (mobilefacenet !== undefined)
    for (const template of templateNames)
      ways.set(`network's landmarks (${template})`, async () =>
        openFaceFinder({ threads, landmarks: await openBranch(mobilefacenet, template) }),
      );
  if (detector !== undefined) ways.set('YuNet', () => openFaceFinder({ threads, detector }));
  return ways;
}

/** The landmark branch of the published network, with the weights that training starts from. */
async function openBranch(path: string, template: TemplateName): Promise<LandmarkModel> {
  const network = posterV2(publishedConfig);
  const checkpoint = await openCheckpoint(path);
  const weights = new Map<string, HostTensor>();
  const needed = usedEntries(network, 'landmarks');
  for (const { from, to } of planPretrained('mobilefacenet', path, checkpoint.tensors, network).copies)
    if (needed.has(to)) weights.set(to.name, await checkpoint.read(from));
  await checkpoint.close();
  const model = networkLandmarkModel(network, ({ name }) => weights.get(name)!);
  const preprocessing = { size: network.config.imageSize, color: 'rgb' } as const;
  return networkLandmarks(await openModel(model, { threads }), preprocessing, templates[template]);
}

async function score(finder: FaceFinder, scenes: readonly Scene[]): Promise<string> {
  let [faces, strangers] = [0, 0];
  const errors: number[] = [];
  for (const { photo, expected } of scenes) {
    const found = await finder.find(photo);
    const own = expected.flatMap((points) => {
      const error = Math.min(...found.map((face) => landmarkError(face.points, points)));
      return error < sameFace ? [error] : [];
    });
    errors.push(...own);
    faces += expected.length;
    strangers += found.length - own.length;
  }
  const mean = (100 * errors.reduce((sum, error) => sum + error, 0)) / errors.length;
  const others = strangers > 0 ? `, ${strangers} that are none` : '';
  return `${errors.length}/${faces}${others}, ${mean.toFixed(1)}`;
}

/** What each detector finds of small faces when it looks at the photo as it is. */
async function smallest(): Promise<string[][]> {
  const height = await portraitHeight(portrait);
  const walls = heights.map((each) => wallOfHeads(portrait, each / height));
  const rows = [['built in', ...(await countFound(walls, undefined, 24))]];
  if (flags.detector !== undefined) rows.push(['YuNet', ...(await countFound(walls, flags.detector, 12))]);
  return rows;
}

/** @param minSize that for which the detector does not enlarge the photo */
async function countFound(walls: readonly Scene[], file: string | undefined, minSize: number) {
  const detector = await openDetector(file, { threads });
  const counts: string[] = [];
  for (const { photo, expected } of walls) {
    const found = await detector.detect(photo, { minSize });
    counts.push(`${expected.filter((points) => isFound(points, found)).length}/${expected.length}`);
  }
  await detector.dispose();
  return counts;
}

/** Of the face, from the brows to the chin. */
async function portraitHeight(photo: RgbImage): Promise<number> {
  await using finder = await openFaceFinder({ threads });
  const [face] = await finder.find(photo);
  return face!.box.height;
}

function isFound(points: FivePoints, found: readonly DetectedFace[]): boolean {
  const { width } = boundingBox(points);
  return found.some(
    ({ landmarks }) => landmarks && distance(centroid(landmarks), centroid(points)) < width / 2,
  );
}
