import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, type TestContext } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { poster } from '../support/poster-command.js';
import { torchTest } from '../support/torch.js';
import { drawFaces, newFolder } from '../train/support.js';

const program = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));

let data: string;
before(async () => {
  data = await drawFaces();
});

interface Launched {
  readonly output: string;
  readonly last: string;
  readonly launcher: ChildProcess;
  /** Process ids by rank. */
  readonly workers: readonly number[];
  /** What the launcher complained of, once all has ended. */
  complaints(): Promise<string>;
}

/** Starts a long training in two processes, and waits until it has taken its second step. */
async function launch(context: TestContext): Promise<Launched> {
  const output = await newFolder();
  const short = '--network narrow --gpu cpu --threads 1 -j 1 -b 6 --lr 1e-3 -p 1 --epochs 50'.split(' ');
  const args = ['train', '--nproc', '2', '--data', data, ...short, '--output', output];
  const launcher = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  context.after(() => launcher.kill('SIGKILL')); // a test that fails leaves nothing running
  let complained = '';
  const closed = once(launcher.stderr.setEncoding('utf8'), 'close');
  launcher.stderr.on('data', (text: string) => {
    complained += text;
  });
  let said = '';
  await new Promise<void>((resolve, reject) => {
    launcher.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (said.includes('step 2 ')) resolve();
    });
    launcher.on('exit', () => reject(new Error(`It ended too early: ${said}${complained}`)));
  });
  const { pid } = launcher;
  const workers = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).trim().split(' ').map(Number);
  assert.equal(workers.length, 2);
  const complaints = () => closed.then(() => complained);
  return { output, last: join(output, 'last.pth'), launcher, workers, complaints };
}

/** Goes on to the end of an epoch that has not been begun, in two processes again. */
async function goesOn({ last, output }: Launched): Promise<void> {
  const dryRun = await poster(['train', '--resume', last, '--dry-run', '--json']);
  assert.equal(dryRun.code, 0, dryRun.stderr);
  const { epochs, steps } = JSON.parse(dryRun.stdout).summary.resumed;
  assert.ok(epochs + steps > 0);
  const { code, stdout, stderr } = await poster([
    ...['train', '--nproc', '2', '--resume', last, '--epochs', String(epochs + 1)],
  ]);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^All epochs are done/m);
  assert.equal(
    (await readFile(join(output, 'history.jsonl'), 'utf8')).trimEnd().split('\n').length,
    epochs + 1,
  );
}

torchTest('Ctrl-C at the launcher saves and ends, and the training goes on from there', async (context) => {
  const launched = await launch(context);
  launched.launcher.kill('SIGINT');
  assert.deepEqual(await once(launched.launcher, 'exit'), [130, null]);
  await goesOn(launched);
});

torchTest(
  'a killed process is named, the other saves, and the training goes on from there',
  async (context) => {
    const launched = await launch(context);
    const killed = launched.workers[1]!;
    process.kill(killed, 'SIGKILL');
    const [code] = await once(launched.launcher, 'exit');
    assert.notEqual(code, 0);
    const complaints = await launched.complaints();
    const named = `poster: process 1 of 2 (${killed}) was ended by SIGKILL; the others save and stop.\n`;
    assert.ok(complaints.includes(named), complaints);
    assert.match(
      complaints,
      /^poster: Another process .* \S+last\.pth holds the state after that step: continue from it/m,
    );
    await goesOn(launched);
  },
);

torchTest(
  'a killed launcher has its processes save and end, and the training goes on from there',
  async (context) => {
    const launched = await launch(context);
    launched.launcher.kill('SIGKILL');
    for (let i = 0; launched.workers.some((pid) => existsSync(`/proc/${pid}`)) && i < 12_000; i++)
      await setTimeout(50);
    assert.ok((await readdir(launched.output)).includes('last.pth'));
    await goesOn(launched);
  },
);
