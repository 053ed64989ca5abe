/** Builds pages as applications that have installed this package. */
import { cp, mkdir, mkdtemp, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const packageRoot = fileURLToPath(new URL('../../..', import.meta.url));

/**
 * @param page the folder of the page's sources, from the project's root
 * @param packages what it imports beside this package
 * @returns the folder of a new project: its built page lies in `dist`.
 */
export async function buildPage(page = 'test/web/page', packages: readonly string[] = []): Promise<string> {
  const project = await mkdtemp(join(tmpdir(), 'poster-web-'));
  await cp(join(packageRoot, page), project, { recursive: true });
  await mkdir(join(project, 'node_modules'));
  await symlink(packageRoot, join(project, 'node_modules/poster-v2'), 'dir');
  for (const name of packages)
    await symlink(join(packageRoot, 'node_modules', name), join(project, 'node_modules', name), 'dir');
  await build({
    root: project,
    configFile: false,
    logLevel: 'error',
    build: { target: 'es2023', minify: false },
  });
  return project;
}
