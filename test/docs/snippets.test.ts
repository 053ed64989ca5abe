import assert from 'node:assert/strict';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createProgram } from '../../src/cli/program.js';
import { loadPortrait, portraitFile } from '../faces/portrait.js';
import { fixture } from '../support/fixtures.js';
import { writeNarrowCheckpoint } from '../support/narrow-model.js';
import { type CommandResult, run } from '../support/poster-command.js';
import { composeFrame, ffmpegMissing, writeVideo } from '../video/make-video.js';
import { commandLines, root, snippets } from './snippets.js';

/** Compiles what users write: against the built package, by its name. */
const compilerOptions = {
  target: 'es2022',
  lib: ['es2024', 'esnext.disposable', 'dom', 'dom.iterable'],
  module: 'nodenext',
  strict: true,
  noImplicitAny: false, // Express has no types here
  skipLibCheck: true,
  types: ['node'],
  outDir: 'out',
};

let folder: string;
let compiled: CommandResult;

before(async () => {
  folder = await mkdtemp(join(root, 'build/snippets-'));
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }));
  await writeFile(join(folder, 'untyped.d.ts'), "declare module 'express';\n");
  for (const { name, text } of snippets()) await writeFile(join(folder, `${name}.ts`), text);
  compiled = await run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', folder]);
});

after(() => rm(folder, { recursive: true, force: true }));

test('every snippet of the documents compiles against the built package', () => {
  assert.ok(snippets().length >= 12);
  assert.deepEqual(compiled, { code: 0, stdout: '', stderr: '' });
});

/** Runs a snippet where the files lie that it names. */
async function runSnippet(name: string): Promise<string> {
  const program = join(folder, 'out', `${name}.js`);
  const { code, stdout, stderr } = await run('sh', [
    '-c',
    'cd "$0" && exec "$@"',
    folder,
    process.execPath,
    program,
  ]);
  assert.equal(code, 0, stderr);
  return stdout;
}

test('those of the first screen and of photos run', async () => {
  await cp(fixture('images/aligned-100.jpg'), join(folder, 'face.jpg'));
  await cp(portraitFile, join(folder, 'party.jpg'));
  await cp(await writeNarrowCheckpoint(folder), join(folder, 'raf-db.pth'));
  await runSnippet('README-1');
  assert.match(await runSnippet('faces-1'), /^party\.jpg \{/);
});

test('that of videos runs', { skip: ffmpegMissing }, async () => {
  await cp(await writeNarrowCheckpoint(folder), join(folder, 'raf-db.pth'));
  const frame = composeFrame(await loadPortrait(), [{ x: 200, y: 120, scale: 0.7 }]);
  await writeVideo(join(folder, 'clip.mp4'), Array(10).fill(frame));
  assert.equal((await runSnippet('video-1')).match(/^[\d.]+ 1 \{/gm)?.length, 5);
});

test('the verbs and options of the commands in the documents are those there are', () => {
  const wrong: string[] = [];
  const program = createProgram();
  assert.ok(commandLines().length > 40, `${commandLines().length} commands`);
  for (const { document, line, words } of commandLines()) {
    if (words[0]!.startsWith('-')) continue; // as the official program is called
    let command = program;
    for (const word of words) {
      const next = command.commands.find((one) => one.name() === word);
      if (!next) break;
      command = next;
    }
    const known = command.options.flatMap(({ long, short }) => [long, short]);
    const used = words.filter((word) => /^--?[a-z]/i.test(word)).map((word) => word.split('=')[0]!);
    const unknown = used.filter((option) => !known.includes(option) && option !== '--help');
    if (unknown.length > 0) wrong.push(`${document}: ${line}: ${unknown.join(' ')}`);
  }
  assert.deepEqual(wrong, []);
});
