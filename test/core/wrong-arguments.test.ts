import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import * as library from '../../src/index.js';
import * as serving from '../../src/server/index.js';
import { temporaryFolder, writeNarrowCheckpoint } from '../support/narrow-model.js';

const { openFaceFinder, Poster, recogniseFaces } = library;

let poster: library.Poster;
let finder: library.FaceFinder;

before(async () => {
  poster = await Poster.load(await writeNarrowCheckpoint(await temporaryFolder()), { threads: 1 });
  finder = await openFaceFinder({ threads: 1 });
});

after(async () => {
  await poster.dispose();
  await finder.dispose();
});

/** Goes through what a generator gives. */
async function all(values: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of values);
}

/** As JavaScript calls it, without types. */
const untyped = (value: unknown) => value as never;

/** What is passed wrongly, and what the message has to name. */
const wrong: Record<string, [call: () => unknown, names: RegExp, code?: library.ErrorCode]> = {
  'no image': [() => poster.predict(untyped(undefined)), /an image.* got undefined/, 'image.unreadable'],
  'null for an image': [() => poster.predict(untyped(null)), /an image.* got null/, 'image.unreadable'],
  'null for options': [() => poster.predict('a.jpg', untyped(null)), /options of predict .* got null/],
  'a number for a signal': [() => poster.predict('a.jpg', untyped({ signal: 5 })), /signal .* number 5/],
  'one image for a list': [() => all(poster.predictBatch(untyped('a.jpg'))), /list of images.* a string/],
  'a batch of none': [() => all(poster.predictBatch(['a.jpg'], { batchSize: 0 })), /batchSize .* number 0/],
  'no options of a batch': [() => all(poster.predictBatch([], untyped(null))), /predictBatch .* got null/],
  'a number among paths': [() => all(poster.predictFiles(untyped([5]))), /paths of image files.* number 5/],
  'no options of faces': [() => poster.recognise('a.jpg', untyped(null)), /recognise .* got null/],
  'a name for a template of no image': [
    () => poster.recognise(new Uint8Array(1), untyped({ template: 'x' })),
    /template/,
    'image.unreadable',
  ],
  'another way to explain': [() => poster.explain('a.jpg', untyped({ method: 'x' })), /got x/],
  'no data to evaluate on': [() => poster.evaluate(untyped({})), /dataset of evaluate .* got undefined/],
  'no options to evaluate': [() => poster.evaluate(untyped(undefined)), /evaluate .* got undefined/],
  'a number for a model': [
    () => Poster.load(untyped(42)),
    /the model to be a path or a file: URL, got the number 42/,
  ],
  'a page for a model': [() => Poster.load(new URL('http://localhost/a.onnx')), /file: URL, got http:/],
  'bytes for a model': [() => Poster.load(untyped(Buffer.of(1))), /the model .* got an? Uint8Array/],
  'a name for options': [() => Poster.load('small', untyped('RAF-DB')), /Poster\.load .* got a string/],
  'an unknown dataset': [() => Poster.load('small', untyped({ dataType: 'Foo' })), /data type .* "Foo"/],
  'threads below one': [() => Poster.load('small', { threads: -1 }), /threads of Poster\.load .* -1/],
  'threads beyond any machine': [
    () => Poster.load('small', { threads: 99_999 }),
    /at most 1024 threads, got 99999/,
  ],
  'threads beyond any machine that decode': [
    () => all(poster.predictFiles(['a.jpg'], { workers: 99_999 })),
    /at most 1024 threads, got 99999/,
  ],
  'a cold temperature': [() => Poster.load('small', { temperature: -1 }), /temperature .* -1/],
  'a model made by hand': [() => new (Poster as unknown as new () => object)(), /await Poster\.load/],
  'swapped arguments': [
    () => recogniseFaces(untyped(finder), untyped(poster), 'a.jpg'),
    /the model .*Poster\.load/,
  ],
  'a model not awaited': [
    () => recogniseFaces(untyped(Promise.resolve(poster)), finder, 'a.jpg'),
    /got a Promise, which was not awaited/,
  ],
  'a number for the finder': [() => openFaceFinder(untyped(5)), /openFaceFinder .* number 5/],
  'no probabilities to choose from': [
    () => library.topK(untyped({}), 1),
    /probabilities of topK .* undefined/,
  ],
  'no options to write with': [
    () => library.writeExplanation('x', untyped({ data: 1 }), untyped({}), untyped(null)),
    /writeExplanation .* null/,
  ],
  'a server of no model': [
    () => serving.createServer(untyped({})),
    /createServer to be a model of Poster\.load/,
  ],
  'a server of no options': [() => serving.createServer(poster, untyped(null)), /createServer .* null/],
  'a server that nothing ends': [() => serving.serve(untyped({})), /signal of serve .* undefined/],
  'bytes for a folder of data': [
    () => library.train(untyped({ data: Buffer.of(1) })),
    /data of train .*Array/,
  ],
  'a server not awaited': [
    () => serving.plugin(untyped(serving.createServer(poster).then((server) => server.close()))),
    /server to mount .* got a Promise, which was not awaited; await it first/,
  ],
  'no threads to read with': [() => serving.openReaderThreads(0, { faces: false }), /openReaderThreads .* 0/],
  'no options to find faces with': [() => finder.find('a.jpg', untyped(null)), /options of find .* null/],
  'a number that stops finding': [() => finder.find('a.jpg', untyped({ signal: 5 })), /signal of find .* 5/],
  'a format that there is none of': [
    () => library.predictTo(poster, ['a.jpg'], untyped({ format: 'xml' })),
    /format table, jsonl, csv, got/,
  ],
  'no format': [() => library.predictImagesTo(poster, finder, ['a.jpg'], untyped({})), /got undefined/],
  'a number for a file of results': [
    () => library.predictTo(poster, ['a.jpg'], untyped({ format: 'csv', output: 5 })),
    /output of predictTo .* 5/,
  ],
  'no paths': [
    () => library.predictTo(poster, untyped(undefined), { format: 'csv' }),
    /a list of images .* undefined/,
  ],
  'the most probable none': [
    () => library.topK({ probabilities: {} }, 0),
    /k of topK to be a whole number of at least 1/,
  ],
};

for (const [name, [call, names, code = 'option.invalid']] of Object.entries(wrong))
  test(`${name} is refused in a sentence with a code`, async () => {
    await assert.rejects(
      async () => call(),
      (error: unknown) => {
        assert.ok(error instanceof library.PosterError, String(error));
        assert.equal(error.code, code, error.message);
        if (code === 'option.invalid') assert.match(error.message, names);
        return true;
      },
    );
  });

test('no exported function answers missing arguments with anything but a PosterError', async () => {
  const withDefaults = new Set(['inspectModel', 'openFaceFinder', 'parseEvaluationResult']);
  for (const [name, value] of Object.entries({ ...library, ...serving })) {
    if (typeof value !== 'function' || /^class\b/.test(`${value}`) || withDefaults.has(name)) continue;
    const call = value as () => unknown;
    const answer = async () => {
      const result = call();
      if (result && typeof result === 'object' && Symbol.asyncIterator in result)
        return all(result as AsyncIterable<unknown>);
      return result;
    };
    await assert.rejects(answer, (error) => error instanceof library.PosterError, name);
  }
});

test('a data type without classes of its own is one, too', async () => {
  for (const dataType of ['list', 'folder'] as const) {
    await using poster = await Poster.load('small', { dataType });
    assert.equal(poster.labels.length, 8);
  }
});
