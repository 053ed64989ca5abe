/**
 * Asks a server of this checkout for what its own description promises, and for much that it does not, by
 * schemathesis (https://schemathesis.readthedocs.io), which must be installed:
 *
 *   pip install schemathesis
 *   npm run build
 *   node testing/schemathesis.mjs [examples for each operation, default 2000] [options of schemathesis ...]
 *
 * SCHEMATHESIS names the program where it is not on the path. The exit code is schemathesis' own.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeNarrowCheckpoint } from '../build/test/support/narrow-model.js';
import { runStatus, writeRun } from '../build/test/support/written-run.js';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const [examples = '2000', ...options] = process.argv.slice(2);
const program = process.env.SCHEMATHESIS ?? 'schemathesis';
const token = 'a-token-of-the-test';

const folder = await mkdtemp(join(tmpdir(), 'poster-schemathesis-'));
let server;
try {
  const checkpoint = await writeNarrowCheckpoint(folder);
  const runs = join(folder, 'runs');
  await writeRun(join(runs, 'first'), runStatus('finished', '2026-01-01T00:00:00Z'));
  const tokenFile = join(folder, 'token');
  await writeFile(tokenFile, token);
  server = startServer(checkpoint, ['--runs', runs, '--token-file', tokenFile]);
  process.exitCode = await askEverything(await addressOf(server));
} finally {
  if (server?.kill()) await once(server, 'exit');
  await rm(folder, { recursive: true, force: true });
}

function startServer(checkpoint, more) {
  const args = ['serve', '--checkpoint', checkpoint, '--port', '0', '--threads', '1', '-j', '1', ...more];
  return spawn(process.execPath, [here('../build/src/cli/main.js'), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** Where the server listens, once it does. */
async function addressOf(server) {
  const [line] = await Promise.race([once(server.stdout, 'data'), once(server, 'exit')]);
  const [address] = /http:\S+?(?= )/.exec(String(line)) ?? [];
  if (!address) throw new Error(`poster serve did not start: ${line}`);
  return address;
}

/** The exit code of schemathesis. */
async function askEverything(address) {
  const args = [
    ...['--config-file', here('schemathesis.toml'), 'run', `${address}/openapi.json`],
    ...['--max-examples', examples, '--checks', 'all', '--header', `Authorization: Bearer ${token}`],
    ...['--continue-on-failure', ...options],
  ];
  const env = { ...process.env, SCHEMATHESIS_HOOKS: here('schemathesis_hooks.py') };
  const child = spawn(program, args, { stdio: 'inherit', cwd: folder, env });
  child.once('error', ({ message }) => console.error(`Cannot start ${program}: ${message}.`));
  const [code] = await once(child, 'close');
  return code ?? 1;
}
