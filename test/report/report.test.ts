import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderReport } from '../../src/report/report.js';
import { predictionsFor, rafDbClasses, rafDbMatrix } from '../evaluate/synthesise.js';
import { holdsControls, hostileNames, sampleResult } from './sample.js';

const pixel = 'data:image/png;base64,iVBORw0KGgo=';

test('the report shows the headline figures, the published one and every section', async () => {
  const page = await renderReport(sampleResult(), { thumbnail: async () => pixel });
  for (const text of [
    '92.21',
    '2,829 of 3,068',
    '91.21\u202f%',
    '86.49\u202f%',
    '0.8744',
    'equals the published',
  ])
    assert.ok(page.includes(text), text);
  for (const id of ['confusion', 'classes', 'calibration', 'mistakes', 'failures', 'configuration'])
    assert.ok(page.includes(`<section id="${id}">`), id);
  assert.ok(page.includes('the file is truncated'));
  assert.ok(page.includes('engine.threads'));
  assert.equal(page.split(`<img src="${pixel}"`).length - 1, 24);
});

test('the report runs no script and asks the network for nothing', async () => {
  const page = await renderReport(sampleResult(), { thumbnail: async () => pixel });
  assert.match(page, /Content-Security-Policy" content="default-src 'none'/);
  assert.doesNotMatch(page, /<script|<link|<iframe|@import|\son\w+=/i);
  const references = [...page.matchAll(/(?:src|href)="([^"]*)"|url\(([^)]*)\)/g)].map((m) => m[1] ?? m[2]!);
  assert.ok(
    references.every((reference) => reference.startsWith('data:image/') || reference.startsWith('#')),
  );
});

test('the report of a training shows what the network saw; without a picture there is no such part', async () => {
  const shown = await renderReport(sampleResult(), {
    augmentedPicture: async () => 'data:image/jpeg;base64,AAAA',
  });
  assert.match(
    shown,
    /<h2>What the network saw<\/h2><figure><img src="data:image\/jpeg;base64,AAAA" alt="Rows of/,
  );
  const missing = await renderReport(sampleResult(), { augmentedPicture: () => Promise.reject(new Error()) });
  assert.doesNotMatch(missing, /What the network saw/);
});

test('hostile names and paths stay text', async () => {
  const predictions = predictionsFor(rafDbMatrix).map((p, i) => ({
    ...p,
    path: `dir/${hostileNames[i % 7]}`,
  }));
  const dataset = { name: hostileNames[0]!, type: 'folder', split: hostileNames[1]!, root: hostileNames[2]! };
  const page = await renderReport(
    sampleResult({
      dataset,
      predictions,
      classes: hostileNames,
      failures: hostileNames.map((name) => ({ path: name, error: name })),
      checkpoint: { path: hostileNames[1]! },
      configuration: Object.fromEntries(hostileNames.map((name) => [name, name])),
    }),
  );
  assert.doesNotMatch(page, /<script|<img/i);
  assert.ok(!holdsControls(page));
  assert.ok(page.includes('&lt;script&gt;alert(1)&lt;/script&gt;'));
  const tags = new Set([...page.matchAll(/<\/?([a-z]\w*)/gi)].map((m) => m[1]!.toLowerCase()));
  const ours =
    'html head meta title style body main header footer section aside figure figcaption details summary';
  const plain =
    'h1 h2 h3 p b i a span div ul ol li dl dt dd table thead tbody tr th td br small pre code time';
  const drawn = 'svg g path rect text defs clippath circle line polyline';
  const allowed = new Set(`${ours} ${plain} ${drawn}`.split(' '));
  assert.deepEqual(
    [...tags].filter((tag) => !allowed.has(tag)),
    [],
  );
});

test('a thumbnail that fails or is no data URI leaves a blank tile', async () => {
  const wrong = [
    'https://evil.example/x.png',
    'data:text/html;base64,AAAA',
    'data:image/svg+xml;base64,AAAA',
    'data:image/png;base64,A" onerror="x',
  ];
  let i = 0;
  const page = await renderReport(sampleResult(), {
    thumbnail: async () => {
      if (i++ % 2 === 0) throw new Error('no such file');
      return wrong[i % wrong.length]!;
    },
  });
  assert.doesNotMatch(page, /<img|evil\.example|onerror/);
  assert.equal(page.split('class="missing"').length - 1, 24);
});

test('a reordering that explains the result is shown with the labels to pass', async () => {
  const swapped = rafDbMatrix.map((row) => [0, 1, 5, 3, 4, 2, 6].map((truth) => row[truth]!));
  const page = await renderReport(sampleResult({ predictions: predictionsFor(swapped) }));
  assert.ok(page.includes('The classes seem to be in another order'));
  assert.ok(page.includes('--labels surprise,fear,anger,happiness,sadness,disgust,neutral'));
  assert.ok(!(await renderReport(sampleResult())).includes('another order'));
});

test('results of few or no mistakes, one image and unknown data can be reported', async () => {
  const perfect = rafDbClasses.map((_, i) => rafDbClasses.map((_, j) => (i === j ? 3 : 0)));
  const dataset = { name: 'faces', type: 'folder', split: 'all', root: '.' };
  const page = await renderReport(
    sampleResult({ dataset, predictions: predictionsFor(perfect), failures: [] }),
  );
  assert.ok(page.includes('There are no confusions.'));
  assert.doesNotMatch(page, /published|id="mistakes"|id="failures"|undefined|NaN/);
  const one = await renderReport(
    sampleResult({
      predictions: predictionsFor([
        [0, 1],
        [0, 0],
      ]),
      classes: ['a', 'b'],
    }),
  );
  assert.doesNotMatch(one, /undefined|NaN/);
});

test('a report can be cancelled while it makes thumbnails', async () => {
  const controller = new AbortController();
  const thumbnail = async () => {
    controller.abort();
    return pixel;
  };
  const rendering = renderReport(sampleResult(), { thumbnail, signal: controller.signal });
  await assert.rejects(rendering, { code: 'aborted' });
});

test('with very many classes the largest confusions stand in for the picture of the matrix', async () => {
  const classes = Array.from({ length: 120 }, (_, i) => `class ${i}`);
  const matrix = classes.map((_, i) => classes.map((_, j) => (i === j ? 2 : (i + 1) % 120 === j ? 1 : 0)));
  const page = await renderReport(sampleResult({ classes, predictions: predictionsFor(matrix) }));
  assert.ok(page.includes('Most frequent confusions'));
  assert.ok(!page.includes('Confusion matrix of 120 classes'));
});
