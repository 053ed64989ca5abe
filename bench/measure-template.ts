/**
 * Where the eyes, the nose and the mouth lie in the crops of a data set that was aligned in a way nobody tells.
 *
 *   node build/bench/measure-template.js FOLDER [--every 1] [--threads 2]
 *
 * Prints the medians over the faces that are found in every n-th image below FOLDER, as parts of the crop's side, and
 * how far half of the faces are from them at most.
 */
import { parseArgs } from 'node:util';
import { spreadOf } from '../src/bench/statistics.js';
import { table } from '../src/cli/render/table.js';
import { listImages } from '../src/data/layouts/list-images.js';
import { type FivePoints, mapPoints } from '../src/faces/align/five-points.js';
import { distance } from '../src/faces/geometry.js';
import { openFaceFinder } from '../src/faces/open-face-finder.js';
import { decodeImage } from '../src/image/decode/decode.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { every: { type: 'string', default: '1' }, threads: { type: 'string', default: '2' } },
});
const [folder] = positionals;
if (folder === undefined) throw new Error('Expected the folder of the crops.');

const { images } = await listImages(folder, undefined);
const chosen = images.filter((_, i) => i % Number(values.every) === 0);
const faces: FivePoints[] = [];
await using finder = await openFaceFinder({ threads: Number(values.threads) });
for (const path of chosen) {
  const { width, height, data } = await decodeImage(path);
  const [face] = await finder.find({ width, height, data });
  if (face) faces.push(mapPoints(face.points, ({ x, y }) => ({ x: x / width, y: y / height })));
}
const points = [0, 1, 2, 3, 4].map((i) => {
  const middle = (axis: 'x' | 'y') => spreadOf(faces.map((face) => face[i]![axis])).median;
  return { x: middle('x'), y: middle('y') };
});
const rows = ['left eye', 'right eye', 'nose', 'left mouth', 'right mouth'].map((name, i) => {
  const { x, y } = points[i]!;
  const apart = faces.map((face) => distance(face[i]!, points[i]!)).sort((a, b) => a - b);
  return [name, ...[x, y, apart[apart.length >> 1]!].map((value) => value.toFixed(3))];
});
process.stdout.write(
  `${table([`${faces.length} faces in ${chosen.length} crops`, 'x', 'y', 'half within'], rows)}\n`,
);
