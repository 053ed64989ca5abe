import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Poster } from '../../src/core/poster.js';
import { openDataset } from '../../src/data/open-dataset.js';
import { torchTest } from '../support/torch.js';
import { drawFaces, newFolder } from '../train/support.js';

const program = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));
const run = promisify(execFile);

interface Ended {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

function poster(...args: string[]): Promise<Ended> {
  return run(process.execPath, [program, ...args]).then(
    (ended) => ({ ...ended, code: 0 }),
    (error) => error as Ended,
  );
}

const short = '--network narrow --gpu cpu --threads 1 -j 1 -b 5 --lr 1e-3 -p 1'.split(' ');

let data: string;
before(async () => {
  data = await drawFaces();
});

torchTest('a published command trains, and its best checkpoint evaluates the same', async () => {
  const output = await newFolder();
  const official = [
    '--data',
    data,
    '--data-type',
    'RAF-DB',
    '--epochs',
    '1',
    '--optimizer',
    'adam',
    '--beta',
    '0.6',
  ];
  const { stdout, stderr, code } = await poster(...official, ...short, '--output', output);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^ {2}batchSize {10}5$/m);
  assert.match(stdout, /^Images {3}14 training, 7 validation \(test\)$/m);
  assert.match(stdout, /^Epoch 1, step 3 of 3: loss \d\.\d{4}, accuracy /m);
  assert.match(stdout, /^Epoch 1: .* \(the best so far\)/m);
  assert.match(stdout, /^All epochs are done, after 1 whole epoch and 3 steps\.$/m);

  const [line] = (await readFile(join(output, 'history.jsonl'), 'utf8')).split('\n');
  const { validAccuracy, validLoss } = JSON.parse(line!);
  await using model = await Poster.load(join(output, 'best.pth'));
  const dataset = await openDataset({ root: data, type: 'RAF-DB' });
  const { result } = await model.evaluate({ dataset });
  assert.equal(result.metrics.accuracy, validAccuracy);
  assert.ok(Math.abs(result.metrics.crossEntropy - validLoss) < 1e-4);
});

torchTest('SIGTERM saves and ends with the command that goes on', async () => {
  const output = await newFolder();
  const args = ['train', '--data', data, '--epochs', '50', ...short, '--output', output];
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let told = '';
  for await (const text of child.stdout) {
    if (!told.includes('step 1') && `${told}${text}`.includes('step 1')) child.kill('SIGTERM');
    told += text;
  }
  if (child.exitCode === null) await once(child, 'exit');
  assert.equal(child.exitCode, 130);
  const last = join(output, 'last.pth');
  assert.ok(told.includes('Interrupted, after 0 whole epochs'), told);
  assert.ok(told.includes(`Go on with: poster train --resume ${last}\n`), told);
  const { stdout, code } = await poster('train', '--resume', last, '--epochs', '1', '--json');
  assert.equal(code, 0);
  const events = stdout
    .trimEnd()
    .split('\n')
    .map((event) => JSON.parse(event));
  assert.deepEqual(events[0].summary.resumed.epochs, 0);
  assert.equal(events.at(-1).stopped, 'all epochs');
});

torchTest('a dry run shows all and writes nothing', async () => {
  const output = join(await newFolder(), 'run');
  const { stdout, code } = await poster('train', '--data', data, ...short, '--dry-run', '--output', output);
  assert.equal(code, 0);
  assert.match(stdout, /Data and weights are sound\. A step took .* Nothing was written\.$/m);
  await assert.rejects(readdir(output));
});

test('wrong options are sentences and exit code 2', async () => {
  const cases: [string[], RegExp][] = [
    [[], /^poster: Expected the dataset's folder; pass it as --data\.$/m],
    [
      ['--data', data, '--lr', 'fast'],
      /Expected learningRate \(--lr\) to be a number above 0 and at most 10, got "fast"\./,
    ],
    [
      ['--data', data, '--erasing-area', '0.5'],
      /Expected erasingArea \(--erasing-area\) to be two numbers from 0 to 1/,
    ],
    [['--data', data, '--data-type', 'MNIST'], /Expected a data type \(RAF-DB, .*got "MNIST"/],
    [
      ['--data', data, '--gpu', 'tpu'],
      /Expected device \(--gpu\) to be auto, cpu, cuda or cuda:<number>, got "tpu"\./,
    ],
  ];
  for (const [args, expected] of cases) {
    const { code, stderr } = await poster('train', ...args);
    assert.equal(code, 2, args.join(' '));
    assert.match(stderr, expected);
  }
});

test('the help names every option with what it accepts and its default', async () => {
  const { stdout } = await poster('train', '--help');
  const text = stdout.replace(/\s+/g, ' ');
  assert.match(
    text,
    /--wd, --weight-decay <factor> weight decay; the official program reads it and ignores it/,
  );
  assert.match(
    text,
    /-b, --batch-size <n> images that pass the network at once; batch statistics need two: a whole number from 2 to 65536 \(default: 144\)/,
  );
  assert.match(text, /--lr, --learning-rate <rate> .* \(default: by data type\)/);
});

test('folds are shown by a dry run, and what makes no sense with them is a sentence', async () => {
  const { stdout, code } = await poster('train', '--data', data, '--folds', '2', '--dry-run');
  assert.equal(code, 0);
  assert.match(stdout, /Fold .*surprise.*images/);
  assert.match(stdout, /Nothing was written\./);
  const cases: [string[], RegExp][] = [
    [['--folds', '1'], /whole number of at least 2 for --folds/],
    [['--folds', '2', '--seeds', '2'], /either --folds or --seeds/],
    [['--subjects', 'subjects.csv'], /Expected --folds with --subjects/],
    [['--folds', '2', '--nproc', '2'], /no --nproc with --folds/],
    [['--folds', '2', '--fold', '1'], /no --fold-list and no --fold/],
    [['--seeds', '2', '--checkpoint-path', 'x.pth'], /no --checkpoint-path/],
    [['--seeds', '2', '--dry-run'], /--dry-run without --seeds/],
  ];
  for (const [args, expected] of cases) {
    const refused = await poster('train', '--data', data, ...args);
    assert.equal(refused.code, 2, args.join(' '));
    assert.match(refused.stderr, expected);
    assert.equal(refused.stderr.trim().split('\n').length, 1, refused.stderr);
  }
});
