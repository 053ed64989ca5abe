/** Builds the test page as an application that has installed this package. */
import { cp, mkdir, mkdtemp, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const packageRoot = fileURLToPath(new URL('../../..', import.meta.url));

/** @returns the folder of a new project: its built page lies in `dist`. */
export async function buildPage(): Promise<string> {
  const project = await mkdtemp(join(tmpdir(), 'poster-web-'));
  await cp(join(packageRoot, 'test/web/page'), project, { recursive: true });
  await mkdir(join(project, 'node_modules'));
  await symlink(packageRoot, join(project, 'node_modules/poster-v2'), 'dir');
  await build({
    root: project,
    configFile: false,
    logLevel: 'error',
    build: { target: 'es2023', minify: false },
  });
  return project;
}
