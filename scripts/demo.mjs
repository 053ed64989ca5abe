/**
 * Sets up a fresh clone and shows the main job: recognise a photograph; learn drawn faces, evaluate, report. The engine
 * that learns is built when its turn comes.
 *
 *   npm run demo [-- --output demo-output]
 */
import { root, run, setUp } from './setup.mjs';

await setUp();
run(process.execPath, [`${root}build/examples/demo/main.js`, ...process.argv.slice(2)], 'The demo');
