/**
 * Every face of the photos that are named, with its expression.
 *
 *   node recognise.js photo.jpg ...
 */
import { Poster } from 'poster-v2';

const poster = await Poster.load(); // the model that comes with the package
for (const path of process.argv.slice(2)) {
  const { faces } = await poster.recognise(path);
  for (const { box, prediction } of faces) {
    const place = `${Math.round(box.x)}, ${Math.round(box.y)}`;
    console.log(`${path}: ${prediction.label} (${Math.round(100 * prediction.probability)} %) at ${place}`);
  }
}
await poster.dispose();
