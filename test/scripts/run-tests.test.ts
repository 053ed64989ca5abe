import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '../support/narrow-model.js';
import { run } from '../support/poster-command.js';

const program = fileURLToPath(new URL('../../../scripts/run-tests.mjs', import.meta.url));
const folder = await temporaryFolder();

/** Runs test files of these texts as `npm test` does, and says how that ended. */
async function runFiles(...texts: string[]) {
  const files = texts.map((text, i) => {
    const path = join(folder, `${i}.test.mjs`);
    const imports = "import { after, afterEach, before, describe, test } from 'node:test';";
    writeFileSync(path, `${imports}\nconst fail = () => { throw new Error('it failed'); };\n${text}`);
    return path;
  });
  const { NODE_TEST_CONTEXT, ...env } = process.env; // it would take itself for a file of this run
  const { code, stdout, stderr } = await run(process.execPath, [program, ...files], '', env);
  return { code, summary: stdout.trimEnd().split('\n').at(-1), stdout, stderr };
}

const sound = "test('sound', () => {});";

const cases: { what: string; text: string; summary: string; code: 0 | 1 }[] = [
  {
    what: 'tests that pass',
    text: `${sound} test('two', () => {});`,
    summary: '2 passed, 0 failed',
    code: 0,
  },
  {
    what: 'tests and suites that are skipped or still to be done',
    text: `${sound} test('b', { skip: true }, fail); describe('c', { skip: 'why' }, fail); test.todo('d');`,
    summary: '1 passed, 0 failed, 3 skipped',
    code: 0,
  },
  {
    what: 'a failure within suites, once',
    text: `describe('a', () => describe('b', () => { test('c', fail); ${sound} }));`,
    summary: '1 passed, 1 failed',
    code: 1,
  },
  {
    what: 'a failure of a test within a test, once',
    text: `${sound} test('a', async (t) => { await t.test('b', fail); });`,
    summary: '1 passed, 1 failed',
    code: 1,
  },
  {
    what: 'an after hook of a suite that throws',
    text: `describe('a', () => { after(fail); ${sound} });`,
    summary: '1 passed, 1 failed',
    code: 1,
  },
  {
    what: 'a before hook of a suite that throws, and the test that it kept from running',
    text: `${sound} describe('a', () => { before(fail); test('b', () => {}); });`,
    summary: '1 passed, 2 failed',
    code: 1,
  },
  {
    what: 'an afterEach hook that throws',
    text: `describe('a', () => { afterEach(fail); test('b', () => {}); });`,
    summary: '0 passed, 1 failed',
    code: 1,
  },
  {
    what: 'a hook of the file that throws',
    text: `after(fail); ${sound}`,
    summary: '1 passed, 1 failed',
    code: 1,
  },
  {
    what: 'a file that cannot be loaded',
    text: `import './nothing.mjs'; ${sound}`,
    summary: '0 passed, 1 failed',
    code: 1,
  },
  {
    what: 'a file whose process is killed',
    text: "test('a', async () => { process.kill(process.pid, 'SIGKILL'); await new Promise(() => setInterval(() => {}, 9)); });",
    summary: '0 passed, 1 failed',
    code: 1,
  },
  {
    what: 'an error after the last test',
    text: "test('a', () => { setTimeout(fail, 20); });",
    summary: '1 passed, 1 failed',
    code: 1,
  },
  {
    what: 'a promise that nobody waited for',
    text: `${sound} Promise.reject(new Error('loose'));`,
    summary: '1 passed, 1 failed',
    code: 1,
  },
  {
    what: 'a file that leaves before its tests',
    text: "test('a', fail); process.exit(0);",
    summary: '0 passed, 1 failed',
    code: 1,
  },
  { what: 'a file without tests', text: '', summary: '0 passed, 1 failed', code: 1 },
  {
    what: 'a run of nothing but skipped tests',
    text: "test.skip('a', fail);",
    summary: '0 passed, 0 failed, 1 skipped',
    code: 1,
  },
];

for (const { what, text, summary, code } of cases) {
  test(`counts ${what}`, async () => {
    const run = await runFiles(text);
    assert.deepEqual([run.summary, run.code], [summary, code], run.stdout + run.stderr);
  });
}

test('a file that leaves between its tests is named', async () => {
  const pause = 'await new Promise((resolve) => setTimeout(resolve, 200));';
  const { summary, stderr } = await runFiles(
    `test('a', async () => { ${pause} }); test('b', async () => { ${pause} process.exit(0); }); test('c', fail);`,
  );
  assert.match(summary!, /, 1 failed$/);
  assert.match(stderr, /0\.test\.mjs (ended before its tests did|has no tests)\.\n$/);
});

test('files are counted together, and what failed is shown with its words', async () => {
  const { summary, code, stdout } = await runFiles(
    sound,
    "import './nothing.mjs';",
    `describe('a', () => { after(fail); ${sound} });`,
    sound,
  );
  assert.deepEqual([summary, code], ['3 passed, 2 failed', 1], stdout);
  assert.match(stdout, /it failed/);
  assert.match(stdout, /Cannot find module .*nothing\.mjs/);
});
