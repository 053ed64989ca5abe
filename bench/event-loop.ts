/**
 * How long the thread that calls the library is held at a time while faces are found and recognised, with the models in that
 * thread and in a worker: what a web server's other clients wait. Prints the longest hold of each job; the machine should be idle.
 *
 *   npm run build && node build/bench/event-loop.js [--checkpoint FILE] [--photo FILE] [--crop FILE]
 */
import { readFile } from 'node:fs/promises';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Poster } from '../src/core/poster.js';
import { type FaceFinder, openFaceFinder } from '../src/faces/open-face-finder.js';

const fixtures = fileURLToPath(new URL('../../test/fixtures/', import.meta.url));
const { values } = parseArgs({
  options: {
    checkpoint: { type: 'string' },
    photo: { type: 'string', default: `${fixtures}faces/astronaut.jpg` },
    crop: { type: 'string', default: `${fixtures}images/aligned-100.jpg` },
  },
});
const [photo, crop] = await Promise.all([readFile(values.photo), readFile(values.crop)]);

async function collect(predictions: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of predictions);
}

const jobs: Record<string, (poster: Poster, finder: FaceFinder) => Promise<unknown>> = {
  'nothing, for comparison': () => new Promise((resolve) => setTimeout(resolve, 500)),
  'predict, one crop': (poster) => poster.predict(crop),
  'predict, 64 crops at once': (poster) =>
    Promise.all(Array.from({ length: 64 }, () => poster.predict(crop))),
  'predictBatch, 64 crops': (poster) => collect(poster.predictBatch(Array(64).fill(crop))),
  'recognise, a photo': (poster) => poster.recognise(photo),
  'finder.find, a photo': (_, finder) => finder.find(photo),
  'finder.find, 8 photos at once': (_, finder) =>
    Promise.all(Array.from({ length: 8 }, () => finder.find(photo))),
};

/** The longest time in milliseconds for which nothing else had its turn. */
async function longestHold(work: () => Promise<unknown>): Promise<number> {
  const histogram = monitorEventLoopDelay({ resolution: 1 });
  histogram.enable();
  await work();
  histogram.disable();
  return histogram.max / 1e6;
}

for (const worker of [false, true]) {
  await using poster = await Poster.load(values.checkpoint, { worker });
  await using finder = await openFaceFinder({ worker });
  console.log(worker ? 'in a worker' : 'in the calling thread');
  for (const [name, job] of Object.entries(jobs)) {
    await job(poster, finder); // what is opened on first use
    const hold = await longestHold(() => job(poster, finder));
    console.log(`  ${name.padEnd(29)} held for ${hold.toFixed(1).padStart(7)} ms at most`);
  }
}
