import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { CorruptFileError } from '../../src/checkpoint/corrupt-file-error.js';
import { openCheckpoint } from '../../src/checkpoint/open-checkpoint.js';
import { unpickle } from '../../src/checkpoint/pickle/unpickle.js';
import { ForeignObject, type PickleValue } from '../../src/checkpoint/pickle/values.js';
import { assertSentence, latin1, refusalOf, temporaryFolder, tensorPickle, zipCheckpoint } from './craft.js';

function load(pickle: string): PickleValue {
  return unpickle(latin1(pickle)).value;
}

function assertDamaged(pickle: string, reason: string | RegExp): void {
  assert.throws(
    () => load(pickle),
    (error) => {
      assert.ok(error instanceof CorruptFileError, String(error));
      assertSentence(error.message, reason);
      return true;
    },
  );
}

const again = 'so it is damaged; download or copy it again';

const malformed: readonly [what: string, pickle: string, reason: string | RegExp][] = [
  [
    'an unknown instruction',
    '\x80\x02}\xff.',
    `has a pickle with an unknown instruction 0xff at byte 3, ${again}`,
  ],
  ['an extension code', '\x80\x02\x82\x01.', /an unknown instruction 0x82 at byte 2/],
  ['a future protocol', '\x80\x09.', `has a pickle with protocol 9, where 5 is the newest, ${again}`],
  [
    'an empty stack at the end',
    '\x80\x02.',
    `has a pickle with an instruction without its operand, ${again}`,
  ],
  ['stack underflow', 'K\x01s.', /an instruction without its operand/],
  ['a pop below a mark', 'K\x01(0.', /an instruction without its operand/],
  ['a mark that is missing', 'K\x01t.', /an instruction without its mark/],
  ['an unknown memo', 'h\x07.', /a reference to value 7, which it never stored/],
  ['a memo index that is no number', 'g-1\n.', /a reference without a number/],
  ['a key without a value', '}(K\x01u.', /a key without a value/],
  ['an element for a number', 'K\x01K\x02a.', /an element for something that is not a list/],
  ['an entry for a number', 'K\x01K\x02K\x03s.', /an entry for something that is not a dictionary/],
  ['a call of a number', 'K\x01)R.', /a call of something that is not a function/],
  ['arguments that are no tuple', 'cbuiltins\nset\nK\x01R.', /a call of something that is not a function/],
  ['an instance of a number', 'K\x01)\x81.', /an instance of no class/],
  ['attributes of a function', 'cposix\nsystem\n}b.', /attributes for something that has none/],
  ['a global whose name is a number', 'K\x01K\x02\x93.', /a name that is not text/],
  ['a negative length', 'T\xff\xff\xff\xff.', /a negative length at byte 5/],
  ['a global with an endless name', `c${'a'.repeat(600)}\nb\n.`, /a name of absurd length/],
  ['an integer of 200 bytes', `\x8a\xc8${'\x01'.repeat(200)}.`, /an integer of 200 bytes/],
  ['an integer in letters', 'Iabc\n.', /with 'abc' where an integer belongs/],
  ['a number in letters', 'F0x10\n.', /with '0x10' where a number belongs/],
  ['a string without quotes', 'Sabc\n.', /a string that lacks its quotes/],
  ['text that is not UTF-8', 'X\x02\0\0\0\xc3\x28.', /text that is not UTF-8/],
  ['a character beyond Unicode', 'V\\Uffffffff\n.', /a character beyond Unicode/],
  ['a reference outside', 'K\x01Q.', 'refers to data outside its pickle where there is none'],
  ['a pickle that never ends', '\x80\x02}', /ends in the middle of its pickle/],
  ['a text longer than the file', 'X\xff\xff\xff\xff.', /ends in the middle of its pickle/],
  ['bytes of 2^63', `\x8e${'\xff'.repeat(8)}.`, /ends in the middle of its pickle/],
  ['a line that never ends', 'cposix', /ends in the middle of its pickle/],
];

for (const [what, pickle, reason] of malformed) {
  test(`malformed pickle: ${what}`, () => assertDamaged(pickle, reason));
}

const calls: readonly [how: string, pickle: string, name: string][] = [
  ['REDUCE', "cposix\nsystem\n(S'true'\ntR.", 'posix.system'],
  ['STACK_GLOBAL', '\x8c\x08builtins\x8c\x04eval\x93)R.', 'builtins.eval'],
  ['INST', "(S'true'\nios\nsystem\n.", 'os.system'],
  ['OBJ', "(csubprocess\nPopen\nS'true'\no.", 'subprocess.Popen'],
  ['a foreign class', 'c__main__\nRecorderMeter\n)R.', '__main__.RecorderMeter'],
  ['attribute access', "cbuiltins\ngetattr\n(cos\nnames\nS'system'\ntR.", 'builtins.getattr'],
  ['a name that JavaScript objects have', 'c__proto__\nconstructor\n)R.', '__proto__.constructor'],
];

for (const [how, pickle, name] of calls) {
  test(`a call by ${how} is refused by name`, () =>
    assertDamaged(
      pickle,
      `calls ${name} when Python loads it, which weights never need, so it was refused and nothing was run; ` +
        'if you trust its source, save its state_dict alone with PyTorch',
    ));
}

test('an instance of a foreign class is data, whatever the class', () => {
  const value = load('cposix\nsystem\nK\x01\x85\x81}K\x02K\x03sb.');
  assert.ok(value instanceof ForeignObject);
  assert.deepEqual([value.className, value.args, value.state], ['posix.system', [1], new Map([[2, 3]])]);
});

test('values of every instruction', () => {
  const values: readonly [pickle: string, value: unknown][] = [
    ['N.', null],
    ['I01\n.', true],
    ['I00\n.', false],
    ['I-42\n.', -42],
    ['L9007199254740993L\n.', 9007199254740993n],
    ['J\xfe\xff\xff\xff.', -2],
    ['M\x01\x02.', 513],
    ['\x8a\0.', 0],
    ['\x8a\x01\xff.', -1],
    ['\x8b\x02\0\0\0\0\x01.', 256],
    ['F-1.5e3\n.', -1500],
    ['Finf\n.', Number.POSITIVE_INFINITY],
    ['G\x3f\xf8\0\0\0\0\0\0.', 1.5],
    ["S'a\\n\\x41\\'\\\\'\n.", "a\nA'\\"],
    ['U\x01\xe9.', '\u00e9'],
    ['T\x02\0\0\0ab.', 'ab'],
    ['Vx\\u00e9\\U0001f600\n.', 'x\u00e9\u{1f600}'],
    ['\x8d\x01\0\0\0\0\0\0\0z.', 'z'],
    ['(K\x01K\x02l.', [1, 2]],
    ['](K\x01K\x02e.', [1, 2]],
    ['(K\x01K\x02d.', new Map([[1, 2]])],
    ['K\x01K\x02K\x03\x87.', [1, 2, 3]],
    ['(K\x01\x91.', new Set([1])],
    ['\x8f(K\x01\x90.', new Set([1])],
    ['K\x012K\x022\x86.', [2, 2]],
    ['(K\x011K\x05.', 5],
    ['K\x07p300\ng300\n\x86.', [7, 7]],
    ['\x80\x04\x95\x08\0\0\0\0\0\0\0K\x07\x94h\0\x86.', [7, 7]],
    ['ccollections\nOrderedDict\n(]](K\x01K\x02eatR.', new Map([[1, 2]])],
  ];
  for (const [pickle, value] of values) assert.deepEqual(load(pickle), value, JSON.stringify(pickle));
});

test('a list that holds itself is read', () => {
  const list = load(']q\0h\0a.');
  assert.ok(Array.isArray(list));
  assert.equal(list[0], list);
});

test('memory: a text named a million times costs its text once, copies of it are refused', () => {
  const text = `X\0\0\x10\0${'a'.repeat(2 ** 20)}q\0`;
  assert.equal((load(`](${text}${'h\0'.repeat(100_000)}e.`) as unknown[]).length, 100_001);
  const copy = "c_codecs\nencode\n(h\0S'latin1'\ntR";
  assertDamaged(`](${text}${copy.repeat(600)}e.`, /asks for more memory than any real checkpoint/);
});

test('memory: endless small objects are refused', () => {
  for (const object of ['}', 'K\x01\x85'])
    assertDamaged(object.repeat(2 ** 21 + 1), /asks for more memory than any real checkpoint/);
});

test('memory: memo indices are no array indices', () => {
  assert.deepEqual(load('K\x01r\xff\xff\xff\xffj\xff\xff\xff\xff\x86.'), [1, 1]);
});

test('metadata of a billion values, by lists of lists, is left out instead of copied', async (t) => {
  const level = (from: number, to: number) =>
    `](${`h${String.fromCharCode(from)}`.repeat(10)}eq${String.fromCharCode(to)}0`;
  const lists = `K\x01q\x010${Array.from({ length: 9 }, (_, i) => level(i + 1, i + 2)).join('')}`;
  const path = join(await temporaryFolder(t), 'billion.pth');
  await writeFile(path, await zipCheckpoint(`${tensorPickle({})}sX\x01\0\0\0b${lists}h\x0a`));
  const checkpoint = await openCheckpoint(path);
  t.after(() => checkpoint.close());
  assert.deepEqual([checkpoint.tensors.size, checkpoint.metadata], [1, {}]);
});

const geometries: readonly [what: string, tensor: string, sentence: RegExp][] = [
  [
    'a negative stride',
    tensorPickle({ strides: 'J\xff\xff\xff\xffK\x01\x86' }),
    /^holds a tensor with -1 where a size belongs/,
  ],
  [
    'a negative offset',
    tensorPickle({ offset: 'J\xff\xff\xff\xff' }),
    /^holds a tensor with -1 where a size belongs/,
  ],
  [
    'a fractional size',
    tensorPickle({ shape: 'K\x02G\x3f\xf8\0\0\0\0\0\0\x86' }),
    /^holds a tensor with 1.5 where/,
  ],
  [
    'a size of 2^70',
    tensorPickle({ shape: 'K\x02\x8a\x09\0\0\0\0\0\0\0\0\x40\x86' }),
    /^holds a tensor with 1180591620717411303424 where/,
  ],
  ['a shape that is no tuple', tensorPickle({ shape: 'K\x04' }), /where its shape belongs/],
  [
    'fewer strides than sizes',
    tensorPickle({ strides: 'K\x01\x85' }),
    /^holds a tensor with 2 sizes but 1 strides/,
  ],
  [
    'more axes than any tensor',
    tensorPickle({ shape: `(${'K\x01'.repeat(65)}t` }),
    /^holds a tensor of 65 axes/,
  ],
  [
    'an endless device',
    `ctorch\ndevice\n(X\x40\0\0\0${'a'.repeat(64)}tR`,
    /^names a device of no known kind/,
  ],
  [
    'a view past its storage',
    tensorPickle({ offset: 'K\x01' }),
    /^holds a tensor of shape 2x2 that reaches past its storage of 16 bytes/,
  ],
  [
    'a stride past its storage',
    tensorPickle({ strides: 'K\x03K\x01\x86' }),
    /reaches past its storage of 16 bytes/,
  ],
  [
    'a product beyond exact integers',
    tensorPickle({ shape: `${'\x8a\x07\0\0\0\0\0\0\x10'.repeat(2)}\x86`, strides: 'K\0K\0\x86' }),
    /impossible shape 4503599627370496x4503599627370496/,
  ],
  [
    'an expansion to 4 GB',
    tensorPickle({ shape: 'J\0\0\0\x40K\x01\x86', strides: 'K\0K\0\x86' }),
    /^holds a tensor of shape 1073741824x1 expanded from a storage of 16 bytes/,
  ],
  [
    'a declared storage larger than its record',
    tensorPickle({ elements: 200 }),
    /^holds only 16 of the 800 bytes of archive\/data\/0/,
  ],
  [
    'a tensor without a storage',
    'ctorch._utils\n_rebuild_tensor_v2\n(K\x01K\0))tR',
    /^holds a tensor without a storage/,
  ],
  [
    'a parameter without a tensor',
    'ctorch._utils\n_rebuild_parameter\n(K\x01\x89NtR',
    /^holds a parameter without a tensor/,
  ],
  [
    'a foreign reference outside',
    '(X\x01\0\0\0aK\x01tQ',
    /^refers to data outside its pickle in a way PyTorch does not/,
  ],
  [
    'a NumPy array with too few values',
    numpyArray('U\x03abc'),
    /^holds a NumPy array of shape 2 with 3 bytes of values instead of 8/,
  ],
  [
    'a NumPy array of impossible shape',
    numpyArray('U\x03abc', 'J\xff\xff\xff\xff\x85'),
    /^holds a NumPy array without a proper shape/,
  ],
];

function numpyArray(values: string, shape = 'K\x02\x85'): string {
  const type = "cnumpy\ndtype\n(S'f4'\n\x89\x88tR(K\x03S'<'\nNNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tb";
  return `cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\nK\0\x85S'b'\ntR(K\x01${shape}${type}\x89${values}tb`;
}

for (const [what, tensor, sentence] of geometries) {
  test(`hostile tensor: ${what}`, async (t) => {
    assert.match(await refusalOf(t, await zipCheckpoint(tensor)), sentence);
  });
}

test('text of a file reaches the terminal without control characters', async (t) => {
  const sentence = await refusalOf(t, await zipCheckpoint(`c\x1b[2J\x07x\ny\n)R`));
  assert.match(sentence, /^calls \?\[2J\?x\.y when Python loads it/);
});
