import assert from 'node:assert/strict';
import { test } from 'node:test';
import { matchPictures } from '../../src/studio/evaluation/match-pictures.js';

/** Which file, by its path, is taken for each image. */
function matched(files: readonly string[], images: readonly string[]): Record<string, string> {
  const opened = files.map((path) => ({ path, file: new File([], path) }));
  const found = matchPictures(opened, new Set(images));
  return Object.fromEntries([...found].map(([path, { name }]) => [path, name]));
}

test('a file is the image whose path ends with its own, on any system, wherever the folder was opened', () => {
  assert.deepEqual(matched(['test/fear/1.jpg'], ['/data/test/fear/1.jpg']), {
    '/data/test/fear/1.jpg': 'test/fear/1.jpg',
  });
  assert.deepEqual(matched(['data/test/fear/1.jpg'], ['./test/fear/1.jpg']), {
    './test/fear/1.jpg': 'data/test/fear/1.jpg',
  });
  assert.deepEqual(matched(['fear/1.jpg'], ['C:\\data\\fear\\1.jpg']), {
    'C:\\data\\fear\\1.jpg': 'fear/1.jpg',
  });
});

test('equal names in different folders are told apart', () => {
  const images = ['/data/test/fear/1.jpg', '/data/test/anger/1.jpg'];
  assert.deepEqual(matched(['test/anger/1.jpg', 'test/fear/1.jpg'], images), {
    '/data/test/fear/1.jpg': 'test/fear/1.jpg',
    '/data/test/anger/1.jpg': 'test/anger/1.jpg',
  });
});

test('no picture is shown rather than one that may be wrong', () => {
  assert.deepEqual(matched(['1.jpg'], ['/data/fear/1.jpg', '/data/anger/1.jpg']), {});
  assert.deepEqual(matched(['train/fear/1.jpg'], ['/data/test/fear/1.jpg']), {});
  assert.deepEqual(matched(['a/fear/1.jpg', 'b/fear/1.jpg'], ['fear/1.jpg']), {});
  assert.deepEqual(matched(['11.jpg'], ['/data/1.jpg']), {});
});
