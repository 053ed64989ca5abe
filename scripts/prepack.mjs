/**
 * Builds what `npm pack` packs: in a fresh clone with its packages, otherwise with those that are there.
 *
 *   node scripts/prepack.mjs
 */
import { existsSync } from 'node:fs';
import { root, run, setUp } from './setup.mjs';

if (existsSync(`${root}node_modules`)) run('npm', ['run', '--silent', 'build'], 'Building');
else await setUp();
