/** A project that installed the package from its tarball with npm, as a user's does. */
import { execFile } from 'node:child_process';
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { temporaryFolder } from '../support/narrow-model.js';
import { type CommandResult, run } from '../support/poster-command.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));

export interface InstalledPackage {
  /** The project's folder. */
  readonly project: string;
  /** What npm said on standard error. */
  readonly said: string;
  /** Runs a program in the project; its own environment is the one of a user who set nothing. */
  within(program: string, args: readonly string[], env?: NodeJS.ProcessEnv): Promise<CommandResult>;
}

/** Packs what is built and installs it; undefined where npm can reach neither its registry nor a cache. */
export async function installPackage(): Promise<InstalledPackage | undefined> {
  const project = join(await temporaryFolder(), "a user's project");
  await mkdir(project);
  await writeFile(join(project, 'package.json'), JSON.stringify({ name: 'project', private: true }));
  const filename = await pack(project);
  const within: InstalledPackage['within'] = (program, args, env = {}) =>
    run('sh', ['-c', 'cd "$0" && exec "$@"', project, program, ...args], '', {
      ...userEnvironment(),
      ...env,
    });
  const install = ['install', '--prefer-offline', '--no-audit', '--no-fund', `./${filename}`];
  const { code, stderr } = await within('npm', install);
  if (code !== 0 && /ENOTCACHED|ENOTFOUND|ECONNREFUSED|EAI_AGAIN|ETIMEDOUT/.test(stderr)) return undefined;
  if (code !== 0) throw new Error(`npm install failed:\n${stderr}`);
  return { project, said: stderr, within };
}

/** Packs what is built into a folder; returns the name of the file. */
async function pack(folder: string): Promise<string> {
  const packing = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder];
  const { stdout } = await promisify(execFile)('npm', packing, { cwd: root, maxBuffer: 2 ** 24 });
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
  return filename;
}

/** A project that holds the package without any that it depends on: what needs no program of theirs. */
export async function unpackPackage(): Promise<string> {
  const project = await temporaryFolder();
  const packed = await pack(project);
  await mkdir(join(project, 'node_modules/poster-v2'), { recursive: true });
  const unpacking = ['-xzf', join(project, packed), '-C', 'node_modules/poster-v2', '--strip-components=1'];
  await promisify(execFile)('tar', unpacking, { cwd: project });
  await writeFile(join(project, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  return project;
}

/** Without what `npm test` and this project's tests set, so that npm and `poster` take their own defaults. */
function userEnvironment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(npm_|POSTER_|NODE_TEST|INIT_CWD)/.test(name),
  );
  return { ...Object.fromEntries(own), ONNXRUNTIME_NODE_INSTALL: 'skip' };
}

/** What the files below a folder take, in bytes. */
export async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const sizes = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async ({ parentPath, name }) => (await stat(join(parentPath, name))).size),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
