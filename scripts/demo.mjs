/**
 * Sets up a fresh clone and shows the parts at work on drawn faces.
 *
 *   npm run demo [-- --output demo-output]
 */
import { root, run, setUp } from './setup.mjs';

await setUp();
run(process.execPath, [`${root}build/src/cli/main.js`, 'demo', ...process.argv.slice(2)], 'The demo');
