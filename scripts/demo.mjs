/**
 * Sets up a fresh clone and shows the main job on drawn faces: learn, evaluate, report.
 *
 *   npm run demo [-- --output demo-output]
 */
import { root, run, setUp } from './setup.mjs';

await setUp({ native: true }); // without it, the demo says so and learns nothing
run(process.execPath, [`${root}build/examples/demo/main.js`, ...process.argv.slice(2)], 'The demo');
