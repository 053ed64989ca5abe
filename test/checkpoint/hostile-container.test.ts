import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fixture } from '../support/fixtures.js';
import { assertSentence, latin1, refusalOf, tensorPickle, zipCheckpoint, zipOf } from './craft.js';

const again = 'download or copy it again';

/** A copy with `bytes` at every place `find` stands, shifted by `offset`. */
function patched(file: Uint8Array, find: string, offset: number, bytes: readonly number[]): Buffer {
  const copy = Buffer.from(file);
  const needle = latin1(find);
  let at = copy.indexOf(needle);
  assert.ok(at >= 0, `${JSON.stringify(find)} is in the file`);
  for (; at >= 0; at = copy.indexOf(needle, at + 1)) copy.set(bytes, at + offset);
  return copy;
}

/** Offsets within a zip directory's entry. */
const entry = { flags: 8, method: 10, crc: 16, packed: 20, unpacked: 24, place: 42, name: 46 };

/** Changes the directory's entry of a record. */
function withEntry(file: Buffer, name: string, field: keyof typeof entry, bytes: readonly number[]): Buffer {
  const directory = file.lastIndexOf(latin1(name)) - entry.name;
  assert.equal(file.readUInt32LE(directory), 0x02014b50);
  const copy = Buffer.from(file);
  copy.set(bytes, directory + entry[field]);
  return copy;
}

const sound = await zipCheckpoint(tensorPickle({}));
const deflated = readFileSync(fixture('pth/views-deflated.pth'));
const storage = 'archive/data/0';

const zips: readonly [what: string, file: () => Buffer | Promise<Buffer>, sentence: string | RegExp][] = [
  [
    'an archive of other things',
    () => zipOf({ 'a.txt': latin1('x') }),
    'is a zip archive without a PyTorch checkpoint; if one lies inside, unpack it first.',
  ],
  [
    'its last byte missing',
    () => sound.subarray(0, -1),
    `is a zip archive cut short: the directory at its end is missing; ${again}.`,
  ],
  [
    'a record twice',
    async () =>
      patched(
        await zipCheckpoint(tensorPickle({}), { 'archive/data/1': latin1('') }),
        'archive/data/1',
        13,
        [0x30],
      ),
    `is a zip archive that holds ${storage} twice.`,
  ],
  [
    'a value changed',
    () => patched(sound, '\0\0\x80\x3f\0\0\0\x40', 0, [1]),
    `holds ${storage} with a wrong checksum, so it is damaged; ${again} (or save it again, if PyTorch was told to leave checksums out).`,
  ],
  [
    'an encrypted record',
    () => withEntry(deflated, 'views-zip/data/0', 'flags', [1]),
    'holds views-zip/data/0 encrypted; unpack the archive first.',
  ],
  [
    'an unusual compression',
    () => withEntry(sound, storage, 'method', [14]),
    `holds ${storage} in an unusual compression; unpack the archive and zip it again.`,
  ],
  [
    'sizes that differ though stored',
    () => withEntry(sound, storage, 'packed', [15]),
    /^is a damaged zip archive \(compressed\/uncompressed size mismatch/,
  ],
  [
    'a record past the end',
    () => withEntry(sound, storage, 'place', [0xff, 0xff, 0xff, 0x7f]),
    `is cut short: ${storage} reaches past the end of the file; ${again}.`,
  ],
  [
    'a record elsewhere',
    () => withEntry(sound, storage, 'place', [1, 0, 0, 0]),
    `does not hold ${storage} where its directory says; ${again}.`,
  ],
  [
    'a name that climbs out',
    () => patched(sound, 'archive/data/0', 0, [...latin1('../../../etc/x')]),
    /^is a damaged zip archive \(invalid relative path/,
  ],
  [
    'big-endian values',
    () => zipCheckpoint(tensorPickle({}), { 'archive/byteorder': latin1('big') }),
    'was written on a big-endian machine; load and save it with PyTorch on an ordinary one.',
  ],
  [
    'a pickle of 100 MB',
    () => zipOf({ 'data.pkl': Buffer.alloc(100 * 2 ** 20) }),
    "holds a pickle of 104857600 bytes, far beyond any real checkpoint's.",
  ],
  [
    'a bomb that declares 2 GB',
    () => withEntry(deflated, 'views-zip/data/0', 'unpacked', [0, 0, 0, 0x80]),
    'holds views-zip/data/0 compressed from 2147483648 bytes; zip it again without compression.',
  ],
  [
    'a bomb that declares too little',
    () => withEntry(deflated, 'views-zip/data.pkl', 'unpacked', [100, 0]),
    /^holds views-zip\/data.pkl damaged by compression \(Cannot create a Buffer larger than 101 bytes\)/,
  ],
  [
    'a pickle bomb',
    () => withEntry(deflated, 'views-zip/data.pkl', 'unpacked', [0, 0, 0, 0x80]),
    /^holds a pickle of 2147483648 bytes/,
  ],
];

for (const [what, file, sentence] of zips) {
  test(`zip with ${what}`, async (t) => {
    assertSentence(await refusalOf(t, await file()), sentence);
  });
}

const magic = '\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.';
const machine = '\x80\x02}X\x0d\0\0\0little_endian\x88s.';
const dictionary = `\x80\x02}X\x01\0\0\0w${tensorPickle({})}s.`;
const keys = '\x80\x02](X\x01\0\0\x000e.';
const count = '\x04\0\0\0\0\0\0\0';
const values = '\0'.repeat(16);

function legacy(parts: {
  version?: string;
  machine?: string;
  object?: string;
  keys?: string;
  storages?: string;
}): Buffer {
  const version = parts.version ?? '\x80\x02M\xe9\x03.';
  const storages = parts.storages ?? count + values;
  return latin1(
    magic +
      version +
      (parts.machine ?? machine) +
      (parts.object ?? dictionary) +
      (parts.keys ?? keys) +
      storages,
  );
}

const legacies: readonly [what: string, file: Buffer, sentence: string | RegExp][] = [
  ['another version', legacy({ version: '\x80\x02K\x01.' }), 'is a PyTorch checkpoint of unknown version 1.'],
  [
    'a big-endian machine',
    legacy({ machine: machine.replace('\x88', '\x89') }),
    'was written on a big-endian machine; load and save it with PyTorch on an ordinary one.',
  ],
  [
    'no list of storages',
    legacy({ keys: '\x80\x02K\x01.' }),
    `holds no proper list of its storages; ${again}.`,
  ],
  [
    'a storage missing from the list',
    legacy({ keys: '\x80\x02].', storages: '' }),
    `lacks 1 storage of its tensors; ${again}.`,
  ],
  [
    'a storage nobody describes',
    legacy({ keys: '\x80\x02](X\x01\0\0\x001e.' }),
    `holds a storage 1 that no tensor describes; ${again}.`,
  ],
  [
    'a storage of another length',
    legacy({ storages: `\x05${count.slice(1)}${values}` }),
    'holds 5 elements in storage 0, not what its tensors describe.',
  ],
  [
    'a storage of negative length',
    legacy({ storages: '\xff'.repeat(8) + values }),
    'holds -1 elements in storage 0, not what its tensors describe.',
  ],
  [
    'its values cut short',
    legacy({ storages: count + values.slice(1) }),
    /^is cut short: it ends at byte \d+, inside a storage that needs \d+; download/,
  ],
  [
    'its pickle cut short',
    legacy({}).subarray(0, 100),
    `ends in the middle of its pickle, so it was cut short; ${again}.`,
  ],
];

for (const [what, file, sentence] of legacies) {
  test(`legacy file with ${what}`, async (t) => {
    assertSentence(await refusalOf(t, file), sentence);
  });
}
