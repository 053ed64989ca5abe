/**
 * Packs what is built and has publint and "Are the types wrong?" look at the package, both fetched by npx.
 *
 *   npm run lint:package
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root, run } from './setup.mjs';

const folder = mkdtempSync(join(tmpdir(), 'poster-package-'));
try {
  const packing = ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder];
  const file = join(folder, execFileSync('npm', packing, { cwd: root, encoding: 'utf8' }).trim());
  run('npx', ['--yes', 'publint@0.3', file, '--strict'], 'publint');
  // The package is of ES modules alone, which Node 20.19 and newer can require(), too.
  run('npx', ['--yes', '@arethetypeswrong/cli@0.18', file, '--profile', 'esm-only'], 'attw');
} finally {
  rmSync(folder, { recursive: true });
}
