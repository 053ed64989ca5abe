import assert from 'node:assert/strict';
import { sep } from 'node:path';
import { test } from 'node:test';
import { escapeMarkup, escapeXml } from '../../src/util/escape-markup.js';
import { excerpt } from '../../src/util/excerpt.js';
import { describeForeignName, describeForeignSlashes } from '../../src/util/foreign-name.js';
import { parseJson } from '../../src/util/parse-json.js';

test('markup in text stays text, and XML gets none of the characters that it forbids', () => {
  assert.equal(escapeMarkup(`<a b="c" d='e'>&amp;`), '&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;amp;');
  assert.equal(
    escapeXml('a\u0000b\u001bc\ufffed\ud800e\t\u{1f600}<'),
    'a\ufffdb\ufffdc\ufffdd\ufffde\t\u{1f600}&lt;',
  );
});

test('a long text is quoted by its beginning and its end', () => {
  assert.equal(excerpt('short'), 'short');
  const text = `${'a'.repeat(100)}${'b'.repeat(100)}`;
  assert.equal(excerpt(text, 20), `${'a'.repeat(15)}…${'b'.repeat(5)} (200 characters)`);
  assert.equal(excerpt(text), text);
});

test('a name that is not UTF-8, and a path of Windows, are told from other names', () => {
  assert.match(describeForeignName('photos/caf\ufffd.jpg')!, /not UTF-8/);
  assert.equal(describeForeignName('photos/café.jpg'), undefined);
  assert.equal(describeForeignName(undefined), undefined);
  assert.equal(describeForeignSlashes('photos\\face.jpg') === undefined, sep === '\\');
  assert.equal(describeForeignSlashes('photos/face.jpg'), undefined);
});

test('text that is no JSON is undefined, which no JSON is', () => {
  assert.deepEqual(parseJson('{"a": [1, null]}'), { a: [1, null] });
  assert.equal(parseJson('null'), null);
  for (const text of ['', '{', "{'a': 1}", 'undefined']) assert.equal(parseJson(text), undefined);
});
