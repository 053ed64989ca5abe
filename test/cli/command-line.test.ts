import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { completionScript, shells } from '../../src/cli/completion.js';
import { createProgram } from '../../src/cli/program.js';
import { withOwnSpelling } from '../../src/cli/spelling.js';
import { fixture } from '../support/fixtures.js';
import { temporaryFolder, writeNarrowCheckpoint } from '../support/narrow-model.js';
import { poster, run } from '../support/poster-command.js';

const folder = await temporaryFolder();
const checkpoint = await writeNarrowCheckpoint(folder);
const crop = fixture('images/aligned-100.jpg');
const photo = fixture('faces/astronaut.jpg');
const main = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));

test('options may be spelled as the official program and older versions did', () => {
  assert.deepEqual(
    withOwnSpelling([
      'data',
      'x_y',
      '--data_type',
      'a_b',
      '--best_checkpoint_path=a_b',
      '--out',
      '-o',
      '--',
      '--a_b',
    ]),
    ['data', 'x_y', '--data-type', 'a_b', '--best-checkpoint-path=a_b', '--output', '-o', '--', '--a_b'],
  );
});

test('an unknown option is told before a missing one', async () => {
  for (const verb of [['evaluate'], ['export'], ['data', 'prepare'], ['predict']]) {
    const { code, stderr } = await poster([...verb, '--outptu', 'x']);
    assert.equal(code, 2);
    assert.match(stderr, /^poster: unknown option '--outptu'/, verb.join(' '));
  }
  const { code, stderr } = await poster(['export']);
  assert.equal(code, 2);
  assert.match(stderr, /^poster: required option '-o, --output <file>' not specified/);
});

test('every verb has its place in the help, and an example that the command understands', async () => {
  const help = createProgram().helpInformation();
  assert.doesNotMatch(help, /^Commands:/m);
  for (const command of createProgram().commands) {
    const { stdout } = await poster([
      command.name(),
      ...(command.name() === 'data' ? ['check'] : []),
      '--help',
    ]);
    assert.match(stdout, /^Example:\n {2}poster \w/m, command.name());
  }
});

test('no option differs from another one by its spelling alone', () => {
  const all = createProgram().commands.flatMap((command) => [command, ...command.commands]);
  for (const { options } of all)
    for (const { long } of options) assert.match(long ?? '--a', /^--[a-z0-9]+(-[a-z0-9]+)*$/);
});

test('a photo is recognised by its faces, a crop as it is, and it is said which', async () => {
  const from = ['--checkpoint', checkpoint, '--format', 'jsonl'];
  const ofPhoto = await poster(['predict', photo, ...from]);
  assert.match(ofPhoto.stderr, /astronaut\.jpg: a photo, recognised by its faces/);
  assert.equal(JSON.parse(ofPhoto.stdout).faces.length, 1);
  const ofCrop = await poster(['predict', crop, ...from]);
  assert.match(ofCrop.stderr, /aligned-100\.jpg: a face crop, taken whole/);
  assert.equal(JSON.parse(ofCrop.stdout).faces, undefined);
  const asTold = await poster(['predict', photo, '--crops', ...from]);
  assert.doesNotMatch(asTold.stderr, /crop/);
  assert.equal(JSON.parse(asTold.stdout).faces, undefined);
});

test('the folder of data is named bare or by --data, once', async () => {
  const data = join(folder, 'data');
  for (const name of ['anger', 'fear']) {
    await mkdir(join(data, name), { recursive: true });
    await copyFile(crop, join(data, name, 'face.jpg'));
  }
  const check = ['data', 'check', '--data-type', 'folder', '--quick', '--json'];
  const bare = await poster([...check, data]);
  assert.equal(JSON.parse(bare.stdout).root, data);
  assert.deepEqual(await poster([...check, '--data', data]), bare);
  const both = await poster([...check, data, '--data', folder]);
  assert.deepEqual(
    [both.code, both.stderr],
    [2, `poster: Expected one folder, got ${data} and --data ${folder}; leave one out.\n`],
  );
  const neither = await poster(check);
  assert.deepEqual([neither.code, neither.stdout], [2, '']);
  assert.match(neither.stderr, /^poster: Expected the folder of the data; name it, as in --data path/);
});

test('the names and contents of files cannot control the terminal', async () => {
  const odd = join(folder, 'a \u001b[31m\nname.jpg');
  await copyFile(crop, odd);
  const { stdout, stderr } = await poster(['predict', odd, photo, '--checkpoint', checkpoint]);
  assert.match(stdout, /a \ufffd\[31m\ufffdname\.jpg, a face crop\n/);
  assert.ok(!`${stdout}${stderr}`.includes('\u001b') && !/^name/m.test(stdout + stderr));
  const missing = await poster(['predict', `${odd}.png`, '--checkpoint', checkpoint]);
  assert.equal(missing.code, 2);
  assert.ok(!missing.stderr.includes('\u001b') && !/^name/m.test(missing.stderr));
});

test('a full disk ends the work with a sentence', { skip: !existsSync('/dev/full') }, async () => {
  const full = openSync('/dev/full', 'w');
  const args = [main, 'predict', crop, '--crops', '--checkpoint', checkpoint];
  const child = spawn(process.execPath, args, { stdio: ['ignore', full, 'pipe'] });
  let said = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  closeSync(full);
  assert.notEqual(code, 0);
  assert.match(said, /^poster: Could not write .*the disk is full; free some space and run again\.$/m);
  assert.doesNotMatch(said, /\bat .*:\d+:\d+/);
});

test('tables are as narrow as the terminal', async () => {
  const env = { ...process.env, COLUMNS: '60' };
  const { stdout } = await poster(['inspect', checkpoint], '', env);
  const lines = stdout.slice(0, stdout.indexOf('└')).split('\n');
  assert.ok(lines.length > 10);
  for (const line of lines) assert.ok([...line].length <= 60, line);
});

test('a shell completes verbs, options and choices', async (t) => {
  const scripts = Object.fromEntries(
    shells.map((shell) => [shell, completionScript(shell, createProgram())]),
  );
  assert.match(scripts.fish!, /__fish_seen_subcommand_from export' -s o -l output -r/);
  assert.match(scripts.fish!, /__fish_seen_subcommand_from completion' -f -a 'bash zsh fish'/);
  assert.match(scripts.zsh!, /^#compdef poster/);
  const complete = (...words: string[]) =>
    run('bash', [
      '-c',
      `${scripts.bash}\nCOMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _poster; echo "\${COMPREPLY[*]}"`,
      'bash',
      ...words,
    ]);
  if ((await run('bash', ['--version']).catch(() => undefined))?.code !== 0) return t.skip('no bash');
  assert.equal((await complete('poster', 'ex')).stdout, 'export\n');
  assert.equal((await complete('poster', 'data', 'al')).stdout, 'align\n');
  assert.equal((await complete('poster', 'export', '--prec')).stdout, '--precision\n');
  assert.match((await complete('poster', 'export', '--precision', 'f')).stdout, /fp16/);
  assert.equal((await complete('poster', 'predict', '--format', '=', 'js')).stdout, 'jsonl\n');
  assert.equal((await complete('poster', 'completion', 'z')).stdout, 'zsh\n');
  assert.match((await complete('poster', 'download', '')).stdout, /^raf-db affectnet-7 /);
  assert.equal((await complete('poster', 'predict', '')).stdout, '\n', 'files are for the shell');
});
