/**
 * Everything a fresh clone needs before anything runs: npm packages and the compiled program; with `--native`
 * the training engine too. Does only what is missing.
 *
 *   node scripts/setup.mjs [--native]
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** Runs a command in the project's folder with its output shown; ends this process when it fails. */
export function run(command, args, what) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  if (status === 0) return;
  console.error(`${what} failed${error ? ` (${error.message})` : ''}.`);
  process.exit(1);
}

/**
 * @param {{ native?: boolean }} [options] `native`: also build the training engine; when that cannot be done
 *   the reason is printed and false returned.
 */
export async function setUp({ native = false } = {}) {
  requireNode();
  installPackages();
  run('npm', ['run', '--silent', 'build'], 'Building');
  return native ? buildNative() : true;
}

function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  console.error(`Expected Node 20.19 or newer, found ${process.versions.node}; install a newer one.`);
  process.exit(1);
}

/** npm ci, unless the packages are those of the lock file. */
function installPackages() {
  const wanted = createHash('sha256')
    .update(readFileSync(`${root}package-lock.json`))
    .digest('hex');
  const stamp = `${root}node_modules/.poster-lock`;
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  console.log('Installing npm packages ...');
  run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], 'npm ci');
  mkdirSync(`${root}node_modules`, { recursive: true });
  writeFileSync(stamp, wanted);
}

async function buildNative() {
  const { ensureNative, NativeUnavailable } = await import('./native-build.mjs');
  try {
    await ensureNative();
    return true;
  } catch (error) {
    if (!(error instanceof NativeUnavailable)) throw error;
    console.error(error.message);
    return false;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const complete = await setUp({ native: process.argv.includes('--native') });
  process.exit(complete ? 0 : 1);
}
