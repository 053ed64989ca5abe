import assert from 'node:assert/strict';
import { copyFile, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { run } from '../support/poster-command.js';
import { chromiumMissing, launchChromium, patience } from '../web/chromium.js';
import { serve } from '../web/serve.js';
import { unpackPackage } from './installed-package.js';

/** Installed for this test alone: 62 packages that nothing else needs. */
const webpack = 'webpack@5.113.0';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const project = await unpackPackage();
after(() => rm(project, { recursive: true, force: true }));

const page = `import { Poster } from 'poster-v2/web';
const poster = await Poster.load();
const { faces } = await poster.recognise(await (await fetch('photo.jpg')).blob());
document.body.dataset.seen = faces.map(({ prediction }) => prediction.label).join();`;

const building = `import webpack from './tools/node_modules/webpack/lib/index.js';
webpack({ mode: 'production', context: process.cwd(), entry: './page.js', performance: false }, (error, stats) => {
  if (error || stats.hasErrors()) throw error ?? new Error(stats.toString('errors-only'));
  console.log(stats.toJson({ all: false, warnings: true }).warnings.map(({ message }) => message).join('\\n'));
});`;

const within = (program: string, ...args: string[]) =>
  run('sh', ['-c', 'cd "$0" && exec "$@"', project, program, ...args]);

test('webpack builds a page without configuration, and the page recognises a face', async (context) => {
  if (chromiumMissing) return context.skip('no browser');
  const tools = ['--prefix', 'tools', '--prefer-offline', '--no-audit', '--no-fund'];
  const { code, stderr } = await within('npm', 'install', ...tools, webpack);
  if (code !== 0) return context.skip(`npm could not install webpack: ${stderr.slice(0, 200)}`);
  await symlink(
    join(root, 'node_modules/onnxruntime-web'),
    join(project, 'node_modules/onnxruntime-web'),
    'dir',
  );
  await writeFile(join(project, 'page.js'), page);
  const built = await within('node', '--input-type=module', '-e', building);
  assert.deepEqual(built, { code: 0, stdout: '\n', stderr: '' });

  const site = join(project, 'dist');
  await mkdir(site, { recursive: true });
  await writeFile(
    join(site, 'index.html'),
    '<!doctype html><title>A page</title><body><script src="main.js"></script>',
  );
  await copyFile(join(root, 'examples/photos/astronaut.jpg'), join(site, 'photo.jpg'));
  const server = await serve(site);
  const browser = await launchChromium();
  try {
    const visited = await browser.newPage();
    visited.setDefaultTimeout(patience);
    visited.on('pageerror', (error) => console.error(error));
    await visited.goto(server.url);
    const seen = await visited.waitForFunction(() => document.body.dataset.seen);
    assert.equal(await seen.jsonValue(), 'happiness');
  } finally {
    await browser.close();
    await server.close();
  }
});
