import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { fixture } from '../support/fixtures.js';
import { latin1, refusal, refusalOf } from './craft.js';

const again = 'download or copy it again';

const badFixtures: Readonly<Record<string, string>> = {
  'bad-empty.pth': `is empty; ${again}.`,
  'bad-executes-code.pth':
    'calls posix.system when Python loads it, which weights never need, so it was refused and nothing was run; ' +
    'if you trust its source, save its state_dict alone with PyTorch.',
  'bad-html.pth':
    'is a web page saved in place of the checkpoint; open the link in a browser, confirm the download there and save the file itself.',
  'bad-lfs-pointer.pth':
    "is a Git LFS pointer, not the checkpoint itself; run 'git lfs pull' where it came from.",
  'bad-missing-storage.pth': `lacks zip/data/0, where values of its tensors belong; ${again}.`,
  'bad-raw-pickle.pth':
    'is a plain Python pickle, not a PyTorch checkpoint, and was not loaded; save its weights with torch.save.',
  'bad-short-storage.pth': `holds only 8 of the 96 bytes of zip/data/0; ${again}.`,
  'bad-truncated-legacy.pth': `is cut short: it ends at byte 3603 where 3611 are needed; ${again}.`,
  'bad-truncated-zip.pth': `is a zip archive cut short: the directory at its end is missing; ${again}.`,
  'torchscript.pth':
    'is a TorchScript program; load it with torch.jit.load in Python and save its state_dict() with torch.save.',
  'complex.pth':
    'holds a storage of class torch.ComplexFloatStorage, which is not supported; convert its tensors to a common type such as float32.',
  'quantised.pth':
    'holds a storage of class torch.QUInt8Storage, which is not supported; convert its tensors to a common type such as float32.',
  'sparse.pth': 'holds a sparse tensor, which is not supported; convert it with to_dense().',
};

for (const [name, sentence] of Object.entries(badFixtures)) {
  test(`${name} is refused with its cause`, async () => {
    assert.equal(await refusal(fixture(`pth/${name}`)), sentence);
    assert.ok(!existsSync('PWNED'), 'nothing was run');
  });
}

const tar = Buffer.alloc(512);
tar.write('ustar', 257);

const otherFiles: readonly [what: string, bytes: Uint8Array, sentence: string][] = [
  ['gzip', gzipSync('x'), 'is compressed with gzip; unpack it first.'],
  ['xz', latin1('\xfd7zXZ\0'), 'is compressed with xz; unpack it first.'],
  ['tar', tar, 'is a tar archive; unpack it and name the checkpoint inside.'],
  ['7z', latin1('7z\xbc\xaf'), 'is a 7z archive; unpack it first.'],
  ['RAR', latin1('Rar!\x1a'), 'is a RAR archive; unpack it first.'],
  ['HDF5', latin1('\x89HDF\r\n'), 'is an HDF5 file (Keras or TensorFlow), not a PyTorch checkpoint.'],
  ['a web page with a byte order mark', latin1('\xef\xbb\xbf\n <HTML>'), badFixtures['bad-html.pth']!],
  [
    'text',
    latin1('Quota exceeded\nfor this file, try later'),
    "is a text that begins with 'Quota exceeded for this file, try later'; " +
      'a PyTorch checkpoint (.pth) or safetensors file was expected.',
  ],
  [
    'noise',
    latin1('\x01\x02\xff\xfe\x00'),
    'is of an unknown format (it begins with bytes 0102fffe); a PyTorch checkpoint (.pth) or safetensors file was expected.',
  ],
];

for (const [what, bytes, sentence] of otherFiles) {
  test(`${what} is named for what it is`, async (t) => {
    assert.equal(await refusalOf(t, bytes), sentence);
  });
}
