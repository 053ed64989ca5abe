import assert from 'node:assert/strict';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '../support/narrow-model.js';
import { run } from '../support/poster-command.js';

/** Draws three letters and prints how many pixels each fills. */
const program = `
import sharp from ${JSON.stringify(fileURLToPath(new URL('../../src/image/sharp.js', import.meta.url)))};
const draw = (text) => sharp(Buffer.from(
  '<svg xmlns="http://www.w3.org/2000/svg" width="60" height="60"><text x="5" y="45" font-size="40" font-family="sans-serif">' + text + '</text></svg>'
)).extractChannel('alpha').raw().toBuffer();
const pictures = await Promise.all(['i', 'W', 'o'].map(draw));
console.log(pictures.map((one) => one.filter((level) => level > 128).length).join(' '));
`;

/** Where a machine has no fonts, every letter is the same box. */
test('letters are drawn as letters without any font of the system', async () => {
  const folder = await temporaryFolder();
  const own = fileURLToPath(new URL('../../src/image/fonts', import.meta.url));
  await cp(own, folder, { recursive: true });
  const settings = join(folder, 'fonts.conf');
  const alone = (await readFile(settings, 'utf8')).replace('<dir>/usr/share/fonts</dir>', '');
  await writeFile(settings, alone);
  const env = { ...process.env, FONTCONFIG_FILE: settings };
  const { stdout, stderr } = await run(process.execPath, ['--input-type=module', '-e', program], '', env);
  assert.equal(stderr, '');
  const [i, w, o] = stdout.trim().split(' ').map(Number);
  assert.ok(i! > 20 && w! > 2 * i! && o! > i! && o! < w!, stdout);
});
