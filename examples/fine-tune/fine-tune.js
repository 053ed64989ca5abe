/**
 * Teaches the model that comes with the package classes of your own, from folders of face crops: train/CLASS/*.jpg and
 * valid/CLASS/*.jpg. Needs the training engine: npx poster setup --native
 *
 *   node fine-tune.js my-faces [epochs]
 */
import { Poster, train } from 'poster-v2';

const [data, epochs = '20'] = process.argv.slice(2);
const { best, folder } = await train({
  data,
  dataType: 'folder',
  init: 'small', // starts from what it knows of faces; the last layer is new
  learningRate: 3e-4,
  rho: 0, // AdamW alone; sharpness-aware steps take twice the time
  epochs: Number(epochs),
  onEvent(event) {
    if (event.kind !== 'epoch') return;
    const { epoch, validAccuracy } = event.record;
    console.log(`epoch ${epoch}: ${(100 * validAccuracy).toFixed(1)} %`);
  },
});
console.log(`Best: ${(100 * best.accuracy).toFixed(1)} % after epoch ${best.epoch}, in ${folder.best}`);

const poster = await Poster.load(folder.best);
console.log(`It tells ${poster.labels.join(', ')}.`);
await poster.dispose();
