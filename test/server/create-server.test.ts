import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Registry } from 'prom-client';
import { Poster } from '../../src/core/poster.js';
import { overlay } from '../../src/explain/overlay.js';
import { templates } from '../../src/faces/align/template.js';
import type { FindFacesOptions } from '../../src/faces/find-faces.js';
import { type FaceFinder, openFaceFinder } from '../../src/faces/open-face-finder.js';
import { decodeImage } from '../../src/image/decode/decode.js';
import { resizeBilinear } from '../../src/image/resize.js';
import type { RgbImage } from '../../src/image/rgb-image.js';
import { createServer } from '../../src/server/create-server.js';
import { createImageReader } from '../../src/server/engine/image-reader.js';
import {
  answerSchema,
  type ExplanationBody,
  errorSchema,
  modelSchema,
} from '../../src/server/http/schemas.js';
import type { ServerOptions } from '../../src/server/server-options.js';
import { version } from '../../src/version.js';
import { assertClose } from '../support/close.js';
import { fixture } from '../support/fixtures.js';
import { temporaryFolder } from '../support/narrow-model.js';
import { writeFaceInBoth, writeSmallCheckpoint } from '../support/small-model.js';
import { form, hinder, narrowPoster } from './support.js';

let poster: Poster;
let finder: FaceFinder;
const image = (name: string) => readFile(fixture(`images/${name}`));
const crop = await image('aligned-100.jpg');
const truncated = await image('bad-truncated.jpg');
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
const asJson = (images: readonly Uint8Array[], more: object = {}) => ({
  method: 'POST' as const,
  url: '/v1/recognise',
  payload: { images: images.map((bytes) => ({ data: base64(bytes) })), ...more } as object,
});
const asForm = (files: readonly (readonly [filename: string, bytes: Uint8Array])[], fields: object = {}) => ({
  method: 'POST' as const,
  url: '/v1/recognise',
  ...form([
    ...Object.entries(fields).map(([name, content]) => ({ name, content: String(content) })),
    ...files.map(([filename, content]) => ({ name: 'image', filename, content })),
  ]),
});

before(async () => {
  poster = await narrowPoster();
  finder = await openFaceFinder({ threads: 1 });
});

after(async () => {
  await poster.dispose();
  await finder.dispose();
});

const start = (options: ServerOptions = {}) => createServer(poster, options);

/** The pixels of an explanation's overlay. */
function pictureOf({ overlay }: ExplanationBody) {
  const [, data] = /^data:image\/png;base64,(.+)$/.exec(overlay ?? '') ?? [];
  return decodeImage(Buffer.from(data!, 'base64'));
}

/** Equal but for the rounding that a batch of another size may change. */
function assertSamePicture(actual: RgbImage, expected: RgbImage): void {
  assert.deepEqual([actual.width, actual.height], [expected.width, expected.height]);
  const furthest = actual.data.reduce(
    (most, level, i) => Math.max(most, Math.abs(level - expected.data[i]!)),
    0,
  );
  assert.ok(furthest <= 1, `levels are ${furthest} apart`);
}

/** The error of an answer, after checking its shape. */
function errorOf(response: { json(): unknown }) {
  return errorSchema.parse(response.json()).error;
}

describe('recognition', () => {
  test('of a form and of JSON gives what the library gives', async () => {
    await using app = await start();
    const expected = await poster.predict(crop, { embedding: true });
    const requests = [
      asForm([['a.jpg', crop]], { embeddings: true }),
      asJson([crop], { embeddings: true }),
      {
        ...asJson([]),
        payload: { images: [{ data: `data:image/jpeg;base64,${base64(crop)}` }], embeddings: true },
      },
    ];
    for (const request of requests) {
      const response = await app.inject(request);
      assert.equal(response.statusCode, 200, response.body);
      const [result] = answerSchema.parse(response.json()).results;
      assert.ok(result && 'prediction' in result);
      assert.deepEqual([result.width, result.height], [100, 100]);
      assert.equal(result.prediction.label, expected.label);
      assert.equal(result.prediction.index, expected.index);
      const { probabilities, logits } = result.prediction;
      assert.deepEqual(Object.keys(probabilities), poster.labels);
      assertClose(Object.values(probabilities), Object.values(expected.probabilities));
      assertClose(logits, expected.logits, { rtol: 1e-4, atol: 1e-5 });
      assertClose(result.prediction.embedding!, expected.embedding!, { rtol: 1e-4, atol: 1e-5 });
    }
  });

  test('of many images keeps their order and names; a bad one fails alone', async () => {
    await using app = await start();
    const other = await image('lossless-333x217.png');
    const files = [
      ['one.jpg', crop],
      ['bad.jpg', truncated],
      ['three.png', other],
    ] as const;
    const response = await app.inject(asForm(files));
    assert.equal(response.statusCode, 200);
    const { results } = answerSchema.parse(response.json());
    assert.deepEqual(
      results.map(({ name }) => name),
      ['one.jpg', 'bad.jpg', 'three.png'],
    );
    const [one, bad, three] = results;
    assert.ok(one && 'prediction' in one && one.prediction.embedding === undefined);
    assert.ok(bad && 'error' in bad && bad.error.code === 'image.unreadable');
    assert.match(bad.error.message, /Cannot read the image bad\.jpg: its JPEG data is truncated/);
    assert.ok(three && 'prediction' in three && three.width === 333);
  });

  test('of nothing but bad images is the error of the first', async () => {
    await using app = await start();
    const response = await app.inject(asJson([truncated, await image('bad-text.jpg')]));
    assert.equal(response.statusCode, 415);
    assert.equal(errorOf(response).code, 'image.unreadable');
  });

  test('finds faces in photos; none is no error', async () => {
    await using app = await start({ reader: createImageReader(finder) });
    const photo = await readFile(fixture('faces/astronaut.jpg'));
    const response = await app.inject(
      asForm(
        [
          ['a.jpg', photo],
          ['b.png', await image('gray-48.png')],
        ],
        { faces: true },
      ),
    );
    assert.equal(response.statusCode, 200, response.body);
    const [portrait, none] = answerSchema.parse(response.json()).results;
    assert.ok(portrait && 'faces' in portrait && none && 'faces' in none);
    const [face] = portrait.faces;
    const [expected] = await finder.find(photo);
    assert.deepEqual([face!.box, face!.score], [expected!.box, expected!.score]);
    assert.equal(face!.landmarks!.length, 68);
    const { probability } = await poster.predict(expected!.crop);
    assertClose([face!.prediction.probability], [probability], { rtol: 1e-4 });
    assert.deepEqual(none.faces, []);
  });

  test('takes no more faces of a photo than its limit, cut out as it was told', async () => {
    const asked: FindFacesOptions[] = [];
    const reader = createImageReader({
      ...finder,
      async find(_photo, options) {
        asked.push(options!);
        return [];
      },
    });
    const alignment = { template: 'arcface', size: 48 } as const;
    await using app = await start({ reader, alignment, limits: { faces: 3 } });
    assert.equal((await app.inject(asJson([crop], { faces: true }))).statusCode, 200);
    assert.deepEqual(asked, [{ maxFaces: 3, template: templates.arcface, size: 48 }]);
    const model = modelSchema.parse((await app.inject('/v1/model')).json());
    assert.deepEqual(model.alignment, alignment);
  });

  test('explains a crop as the library does: its maps, and drawn over what the network saw', async () => {
    await using app = await start();
    const input = resizeBilinear(await decodeImage(await image('lossless-333x217.png')), 224, 224);
    const { groups, combined, classToken } = await poster.explain(input);
    const flat = (maps: Pick<ExplanationBody, 'groups' | 'combined'>) => [
      ...maps.combined.flat(),
      ...maps.groups.flatMap(({ scale, sum, map }) => [scale, sum, ...map.flat()]),
    ];
    const files = [['a.png', await image('lossless-333x217.png')]] as const;
    for (const explain of ['maps', 'overlay'] as const) {
      const response = await app.inject(asForm(files, { explain }));
      const [result] = answerSchema.parse(response.json()).results;
      assert.ok(result && 'prediction' in result, response.body);
      const { explanation } = result.prediction;
      assertClose(flat(explanation!), flat({ groups, combined } as ExplanationBody), {
        rtol: 1e-4,
        atol: 1e-6,
      });
      assertClose([explanation!.classToken], [classToken!], { rtol: 1e-4 });
      if (explain === 'maps') assert.equal(explanation!.overlay, undefined);
      else assertSamePicture(await pictureOf(explanation!), overlay(input, combined, 224));
    }
  });

  test('draws heat maps of the largest faces of a photo only, and gives the values of all', async () => {
    const [face] = await finder.find(await readFile(fixture('faces/astronaut.jpg')));
    const reader = createImageReader({ ...finder, find: async () => [face!, face!, face!] });
    await using app = await start({ reader, limits: { overlays: 2 } });
    const response = await app.inject(asJson([crop, crop], { faces: true, explain: 'overlay' }));
    const { results } = answerSchema.parse(response.json());
    assert.equal(results.length, 2);
    for (const result of results) {
      assert.ok('faces' in result);
      const explanations = result.faces.map(({ prediction }) => prediction.explanation!);
      assert.deepEqual(
        explanations.map((one) => one.overlay !== undefined),
        [true, true, false],
      );
      assert.deepEqual(explanations[2]!.combined, explanations[0]!.combined);
    }
  });

  test('by a grey model of 48 pixels is what the library says, in colour and in grey, at its own size', async () => {
    const folder = await temporaryFolder();
    await using small = await Poster.load(await writeSmallCheckpoint(folder), { threads: 1 });
    await using app = await createServer(small, { reader: createImageReader(finder) });
    const model = modelSchema.parse((await app.inject('/v1/model')).json());
    assert.deepEqual([model.inputSize, model.inputColor], [48, 'grey']);
    assert.deepEqual([model.network.imageSize, model.network.landmarkBranch], [48, 'learned']);
    const { colour, grey } = await writeFaceInBoth(folder);
    const images = [await readFile(colour), await readFile(grey)];
    const response = await app.inject(asJson(images, { explain: 'overlay' }));
    const results = answerSchema.parse(response.json()).results;
    const expected = await small.explain(colour);
    for (const result of results) {
      assert.ok('prediction' in result, response.body);
      const { label, probability, explanation } = result.prediction;
      assert.equal(label, expected.label);
      assertClose([probability], [expected.prediction.probability], { rtol: 1e-4 });
      assertClose(explanation!.combined.flat(), expected.combined.flat(), { rtol: 1e-4, atol: 1e-6 });
      assert.deepEqual(
        explanation!.groups.map(({ scale, map }) => [scale, map.length, map[0]!.length]),
        [
          [12, 3, 3],
          [6, 3, 3],
          [3, 3, 3],
        ],
      );
      const { width, height } = await pictureOf(explanation!);
      assert.deepEqual([width, height], [224, 224], 'large enough to look at');
    }
    const portrait = await app.inject(
      asJson([await readFile(fixture('faces/astronaut.jpg'))], { faces: true }),
    );
    const [found] = answerSchema.parse(portrait.json()).results;
    assert.ok(found && 'faces' in found && found.faces.length === 1, portrait.body);
    const file = join(folder, 'from-server.onnx');
    await writeFile(file, (await app.inject('/v1/model/file')).rawPayload);
    await using forBrowsers = await Poster.load(file, { threads: 1 });
    assert.deepEqual([forBrowsers.imageSize, forBrowsers.color], [48, 'grey']);
  });

  test('by a model that holds no attention works, and asking it to explain is refused', async () => {
    const old = { ...hinder(poster, async () => {}), explains: false };
    await using app = await createServer(old);
    assert.equal((await app.inject(asJson([crop]))).statusCode, 200);
    const refused = await app.inject(asJson([crop], { explain: 'maps' }));
    assert.equal(refused.statusCode, 400);
    assert.deepEqual(errorOf(refused).code, 'option.invalid');
    assert.match(errorOf(refused).message, /export it again/);
    assert.equal(modelSchema.parse((await app.inject('/v1/model')).json()).explains, false);
  });

  test('gathers the crops of many requests into batches', async () => {
    const sizes: number[] = [];
    const app = await createServer(
      hinder(poster, async ({ length }) => void sizes.push(length)),
      { batchSize: 4, batchDelay: 60_000 },
    );
    const responses = await Promise.all(Array.from({ length: 8 }, () => app.inject(asJson([crop]))));
    await app.close();
    assert.ok(responses.every(({ statusCode }) => statusCode === 200));
    assert.deepEqual(sizes, [4, 4]);
  });

  test('of as many images as there may be warns of nothing', async () => {
    const warnings: string[] = [];
    const note = ({ message }: Error) => void warnings.push(message);
    process.on('warning', note);
    await using app = await start();
    const response = await app.inject(asJson(Array.from({ length: 16 }, () => crop)));
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', note);
    assert.equal(response.statusCode, 200);
    assert.deepEqual(warnings, []);
  });

  test('that fails in the engine is told without details, and logged', async () => {
    const lines: string[] = [];
    const logger = { level: 'error', stream: { write: (line: string) => void lines.push(line) } };
    const app = await createServer(
      hinder(poster, () => Promise.reject(new Error('secret /etc/x'))),
      { logger },
    );
    const response = await app.inject(asJson([crop]));
    await app.close();
    assert.equal(response.statusCode, 500);
    assert.equal(errorOf(response).code, 'internal');
    assert.doesNotMatch(response.body, /secret/);
    assert.match(lines.join(), /secret/);
  });
});

describe('requests that are refused', () => {
  const small = { bodyBytes: 60_000, images: 2, pixels: 20_000 };
  const cases: [what: string, request: object, status: number, code: string, message: RegExp][] = [
    ['no body', {}, 400, 'request.invalid', /Expected a body/],
    ['text that is no JSON', raw('{"images": ['), 400, 'request.invalid', /to be JSON/],
    ['another type', raw('x', 'text/plain'), 415, 'request.unsupported', /application\/json/],
    ['no images', { payload: {} }, 400, 'request.invalid', /field images/],
    ['an empty list', { payload: { images: [] } }, 400, 'request.invalid', /field images/],
    ['a field unknown', { payload: { images: [{ data: 'AA==' }], topK: 1 } }, 400, 'request.invalid', /topK/],
    [
      'a wrong type',
      { payload: { images: [{ data: 'AA==' }], faces: 'yes' } },
      400,
      'request.invalid',
      /faces/,
    ],
    [
      'another explanation',
      { payload: { images: [{ data: 'AA==' }], explain: true } },
      400,
      'request.invalid',
      /explain.*"maps"/,
    ],
    ['no base64', { payload: { images: [{ data: '%%%%' }] } }, 400, 'request.invalid', /images\.0\.data/],
    ['too many images', asJson([crop, crop, crop]), 413, 'request.too-large', /at most 2 images/],
    ['a body too large', raw(`"${'x'.repeat(60_001)}"`), 413, 'request.too-large', /at most 60000 bytes/],
    ['a form without boundary', raw('x', 'multipart/form-data'), 400, 'request.invalid', /./],
    ['a form cut short', raw('--a\r\n', 'multipart/form-data; boundary=a'), 400, 'request.invalid', /./],
    ['a form without files', asForm([], { faces: true }), 400, 'request.invalid', /at least one file/],
    ['a field that is no boolean', asForm([['a', crop]], { faces: 1 }), 400, 'request.invalid', /faces/],
    ['a field of another name', asForm([['a', crop]], { top: 1 }), 400, 'request.invalid', /top/],
    [
      'too many files',
      asForm(Array.from({ length: 3 }, () => ['a', crop])),
      413,
      'request.too-large',
      /at most 2 images/,
    ],
    ['a file too large', asForm([['a', Buffer.alloc(60_001)]]), 413, 'request.too-large', /60000 bytes/],
    ['faces of a server without', asJson([crop], { faces: true }), 400, 'option.invalid', /face detection/],
    ['another address', { url: '/v2' }, 404, 'request.unknown', /POST \/v2/],
    ['another method', { method: 'DELETE' }, 405, 'request.method', /Expected POST.*got DELETE/],
    ['an address that is none', { url: '/%zz' }, 400, 'request.invalid', /./],
  ];

  function raw(payload: string, type = 'application/json') {
    return { payload, headers: { 'content-type': type } };
  }

  for (const [what, request, status, code, message] of cases) {
    test(what, async () => {
      await using app = await start({ limits: small });
      const response = await app.inject({ method: 'POST', url: '/v1/recognise', ...request });
      assert.equal(response.statusCode, status, response.body);
      const error = errorOf(response);
      assert.equal(error.code, code);
      assert.match(error.message, message);
      assert.match((await app.inject('/metrics')).body, /^poster_body_bytes 0$/m, 'all bytes given back');
    });
  }

  test('an image of more pixels than the limit, known from its header', async () => {
    await using app = await start({ limits: { pixels: 9_999 } });
    const response = await app.inject(asJson([crop]));
    assert.equal(response.statusCode, 415);
    assert.match(errorOf(response).message, /100 x 100 pixels, more than the limit of 9999/);
    const bomb = await app.inject(asJson([await image('bad-bomb-60000x60000.png')]));
    assert.match(errorOf(bomb).message, /60000 x 60000/);
  });
});

describe('a server that has enough to do', () => {
  /** A server whose network waits for `open`. */
  async function held(options: ServerOptions) {
    let open = () => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    return {
      app: await createServer(
        hinder(poster, () => gate),
        options,
      ),
      open,
    };
  }

  test('says when to come back, and answers what it has accepted', async () => {
    const { app, open } = await held({ limits: { requests: 2 } });
    const accepted = [app.inject(asJson([crop])), app.inject(asJson([crop]))];
    await inProgress(app, 2);
    const refused = await app.inject(asJson([crop]));
    assert.equal(refused.statusCode, 503);
    assert.equal(errorOf(refused).code, 'server.busy');
    assert.match(String(refused.headers['retry-after']), /^\d+$/);
    open();
    assert.deepEqual(
      (await Promise.all(accepted)).map(({ statusCode }) => statusCode),
      [200, 200],
    );
    assert.equal((await app.inject(asJson([crop]))).statusCode, 200);
    await app.close();
  });

  test('gives up a request after its time', async () => {
    const { app, open } = await held({ batchSize: 1, limits: { answerTimeout: 50 } });
    const responses = await Promise.all(
      [asJson([crop]), asJson([crop])].map((request) => app.inject(request)),
    );
    for (const response of responses) {
      assert.equal(response.statusCode, 503);
      assert.equal(errorOf(response).code, 'server.slow');
      assert.equal(response.headers['retry-after'], '1');
    }
    open();
    await app.close();
  });

  test('finishes what it has accepted before it closes, and takes no more', async () => {
    const { app, open } = await held({});
    const accepted = app.inject(asJson([crop]));
    await inProgress(app, 1);
    const closing = app.close();
    open();
    assert.equal((await accepted).statusCode, 200);
    await closing;
  });

  async function inProgress(app: Awaited<ReturnType<typeof start>>, count: number) {
    for (;;) {
      const { body } = await app.inject('/metrics');
      if (body.includes(`poster_requests_in_progress ${count}\n`)) return;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
});

describe('what is told of the server', () => {
  test('the model, its classes and the limits', async () => {
    await using app = await start({ limits: { images: 5 } });
    const model = modelSchema.parse((await app.inject('/v1/model')).json());
    assert.deepEqual(model.labels, poster.labels);
    assert.equal(model.version, version);
    assert.equal(model.file, 'narrow-7.pth');
    assert.equal(model.dataset, 'RAF-DB');
    assert.equal(model.limits.images, 5);
    assert.equal(model.findsFaces, false);
    assert.equal(model.explains, true);
    assert.equal(model.network.classes, 7);
  });

  test('health and readiness', async () => {
    await using app = await start();
    for (const url of ['/health', '/ready']) assert.equal((await app.inject(url)).statusCode, 200);
  });

  test('metrics of what it did', async () => {
    const registry = new Registry();
    await using app = await start({ registry });
    await app.inject(asJson([crop, truncated]));
    await app.inject('/nothing/here');
    const { body, headers } = await app.inject('/metrics');
    assert.match(String(headers['content-type']), /^text\/plain/);
    const lines = [
      'poster_images_total{outcome="recognised"} 1',
      'poster_images_total{outcome="failed"} 1',
      'poster_batch_size_sum 1',
      'poster_http_request_seconds_count{method="POST",route="/v1/recognise",status="200"} 1',
      'poster_http_request_seconds_count{method="GET",route="unknown",status="404"} 1',
      'poster_requests_in_progress 0',
    ];
    for (const line of lines) assert.ok(body.includes(`${line}\n`), line);
    assert.ok(registry.getSingleMetric('poster_batch_size'));
  });

  test('an OpenAPI document of every route, and its page, all from here', async () => {
    await using app = await start({ token: 't' });
    const document = (await app.inject('/openapi.json')).json();
    assert.equal(document.openapi, '3.1.0');
    assert.deepEqual(Object.keys(document.paths), [
      '/v1/recognise',
      '/v1/model',
      '/v1/model/file',
      '/v1/runs',
      '/v1/runs/{name}',
      '/v1/runs/{name}/augmented',
      '/health',
      '/ready',
      '/metrics',
    ]);
    const { requestBody, responses, security } = document.paths['/v1/recognise'].post;
    assert.deepEqual(Object.keys(requestBody.content), ['application/json', 'multipart/form-data']);
    assert.deepEqual(Object.keys(responses), ['200', '400', '401', '403', '408', '413', '415', '500', '503']);
    assert.deepEqual(security, [{ token: [] }]);
    const page = await app.inject('/docs/');
    assert.match(String(page.headers['content-security-policy']), /^default-src 'self'/);
    const loads = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => address!);
    assert.ok(loads.length > 2);
    for (const address of loads) {
      assert.match(address, /^\.\/static\//);
      assert.equal((await app.inject(`/docs/${address}`)).statusCode, 200, address);
    }
  });

  test('as a document whose every reference leads somewhere in it', async () => {
    await using app = await start({ token: 't' });
    const document = (await app.inject('/openapi.json')).json();
    const texts = JSON.stringify(document);
    for (const [, reference] of texts.matchAll(/"\$ref":"([^"]*)"/g)) {
      assert.match(reference!, /^#\//);
      const parts = reference!.slice(2).split('/');
      const target = parts.reduce((value, part) => value?.[part], document);
      assert.ok(target, `${reference} leads nowhere`);
    }
    assert.doesNotMatch(texts, /\$defs|__schema/);
  });

  test('as a document that names what each address answers, in which type', async () => {
    await using app = await start({ runs: await temporaryFolder() });
    const document = (await app.inject('/openapi.json')).json();
    const paths = Object.entries<Record<string, { responses: Record<string, { content: object }> }>>(
      document.paths,
    );
    for (const [path, operations] of paths) {
      if (!operations.get) continue;
      for (const [query, expected] of [
        ['', path.includes('{name}') ? '404' : '200'],
        ['?x=1', '400'],
      ] as const) {
        const response = await app.inject(`${path.replace('{name}', 'none')}${query}`);
        assert.equal(String(response.statusCode), expected, path);
        const documented: { content: object } | undefined = operations.get.responses[expected];
        const type = String(response.headers['content-type']).split(';')[0]!;
        assert.deepEqual(Object.keys(documented!.content), [type], path);
      }
      const foreign = await app.inject({ url: path, headers: { host: 'evil.example.com' } });
      assert.ok(operations.get.responses[foreign.statusCode], `${path} ${foreign.statusCode}`);
    }
  });

  test('as a document that tells base64 from other texts', async () => {
    await using app = await start();
    const document = (await app.inject('/openapi.json')).json();
    const { schema } = document.paths['/v1/recognise'].post.requestBody.content['application/json'];
    const { data } = schema.properties.images.items.properties;
    assert.equal(data.format, 'byte'); // contentEncoding: base64 by the name that generators of clients know
    const pattern = new RegExp(data.pattern, 'u');
    for (const text of ['AAAA', 'AA==', 'AA', 'data:image/png;base64,AAAA', 'AA\nAA\r\n']) {
      assert.match(text, pattern);
      assert.equal(
        (await app.inject({ ...asJson([]), payload: { images: [{ data: text }] } })).statusCode,
        415,
      );
    }
    for (const text of ['', ' ', 'A', 'AA=', '%', 'data:image/png;base64,', '====']) {
      assert.doesNotMatch(text, pattern);
      assert.equal(
        (await app.inject({ ...asJson([]), payload: { images: [{ data: text }] } })).statusCode,
        400,
      );
    }
  });

  test('nothing without the token, where there is one, but health, readiness and documentation', async () => {
    await using app = await start({ token: 'right' });
    const requests = [asJson([crop]), { url: '/v1/model' }, { url: '/metrics' }];
    for (const request of requests) {
      const refused = await app.inject(request);
      assert.equal(refused.statusCode, 401);
      assert.equal(errorOf(refused).code, 'request.unauthorised');
      assert.equal(refused.headers['www-authenticate'], 'Bearer');
      const headers = { authorization: 'Bearer right' };
      assert.equal((await app.inject({ ...request, headers })).statusCode, 200);
    }
    for (const url of ['/health', '/ready', '/docs/', '/openapi.json']) {
      assert.equal((await app.inject(url)).statusCode, 200);
    }
  });
});
