/**
 * The facial expression datasets by name: their classes in label order, where they are evaluated, what was
 * published. Browser-safe.
 */
import { PosterError } from '../errors.js';
import { type Alignment, defaultAlignment } from '../image/alignment.js';
import { requireGiven } from '../util/given.js';

/** Values of `--data-type`: five datasets, class folders of any kind, and lists of path and label. */
export const dataTypes = [
  'RAF-DB',
  'AffectNet-7',
  'AffectNet-8',
  'CAER-S',
  'FERPlus',
  'folder',
  'list',
] as const;

/** The name of a dataset, or of a way in which labelled faces lie. */
export type DataType = (typeof dataTypes)[number];

/** What is known about a dataset before its files are seen. */
export interface DataTypeFacts {
  /** Class names; a class's position is its label. Absent where the data themselves name the classes. */
  readonly labels?: readonly string[];
  /** The split on which the official program evaluates, and so the folder that it reads. */
  readonly evaluationSplit: 'valid' | 'test';
  /** True where the dataset was published with one evaluation set, be it called valid or test. */
  readonly oneEvaluationSet: boolean;
  /** Top-1 accuracy in percent of POSTER V2 (arXiv 2301.12149 and its repository). */
  readonly publishedTop1?: number;
  /** What to say where the labels of a published checkpoint are shown. */
  readonly labelNote?: string;
  /** How the published face crops are cut, as nearly as is known; where it is not, RAF-DB's alignment serves. */
  readonly crops?: Alignment;
  /** The number of the first class where class folders are named by number. */
  readonly firstNumber: 0 | 1;
}

const affectNet8 = [
  'neutral',
  'happiness',
  'sadness',
  'surprise',
  'fear',
  'disgust',
  'anger',
  'contempt',
] as const;

const affectNetNote =
  'The class order of the published AffectNet checkpoints is nowhere stated; this is the order of the annotations.';

/** Distributed at this size; its faces are cut out by their boxes and turned by no rule. */
const affectNetCrops: Alignment = { template: 'raf-db', size: 224 };

/**
 * RAF-DB: its labels 1 to 7, the order of the published checkpoint (the row sums of the official confusion
 * matrix confirm it). AffectNet: its annotation numbers; the class order of the published AffectNet
 * checkpoints is nowhere stated, so an evaluation may show that theirs is another. CAER-S: its folders in
 * alphabetical order. FERPlus: the columns of its votes file.
 */
const facts: Record<DataType, DataTypeFacts> = {
  'RAF-DB': {
    labels: ['surprise', 'fear', 'disgust', 'happiness', 'sadness', 'anger', 'neutral'],
    evaluationSplit: 'valid',
    oneEvaluationSet: true,
    publishedTop1: 92.21,
    crops: defaultAlignment,
    firstNumber: 1,
  },
  'AffectNet-7': {
    labels: affectNet8.slice(0, 7),
    evaluationSplit: 'valid',
    oneEvaluationSet: true,
    publishedTop1: 67.49,
    crops: affectNetCrops,
    labelNote: affectNetNote,
    firstNumber: 0,
  },
  'AffectNet-8': {
    labels: affectNet8,
    evaluationSplit: 'test',
    oneEvaluationSet: true,
    publishedTop1: 63.77,
    crops: affectNetCrops,
    labelNote: affectNetNote,
    firstNumber: 0,
  },
  'CAER-S': {
    labels: ['anger', 'disgust', 'fear', 'happiness', 'neutral', 'sadness', 'surprise'],
    evaluationSplit: 'valid',
    oneEvaluationSet: true,
    publishedTop1: 93.0,
    firstNumber: 0,
  },
  FERPlus: {
    labels: ['neutral', 'happiness', 'surprise', 'sadness', 'anger', 'disgust', 'fear', 'contempt'],
    evaluationSplit: 'valid',
    oneEvaluationSet: false,
    crops: { template: 'fer2013', size: 48 },
    firstNumber: 0,
  },
  folder: { evaluationSplit: 'valid', oneEvaluationSet: false, firstNumber: 0 },
  list: { evaluationSplit: 'valid', oneEvaluationSet: false, firstNumber: 0 },
};

/** The facts about a data type. */
export function dataTypeFacts(type: DataType): DataTypeFacts {
  return facts[type];
}

/** How the published crops of a dataset are cut, where it has such and that is known. */
export function publishedCrops(dataset: string | undefined): Alignment | undefined {
  const type = dataTypes.find((known) => known === dataset);
  return type && facts[type].crops;
}

/**
 * The data type of that name, in any capitals.
 * @throws PosterError `option.invalid` naming the known types.
 */
export function parseDataType(name: string): DataType {
  const type = dataTypes.find((known) => known.toLowerCase() === name.toLowerCase());
  if (type) return type;
  throw new PosterError(
    'option.invalid',
    `Expected a data type (${dataTypes.join(', ')}), got "${name}"; pass one of them as --data-type.`,
  );
}

/**
 * The class names of a dataset in label order: `labelSet('RAF-DB')[0]` is 'surprise'.
 * @throws PosterError `option.invalid` for a name without a label set.
 */
export function labelSet(name: string): readonly string[] {
  requireGiven(name, 'the name of a label set', 'a string');
  const known = dataTypes.filter((type) => facts[type].labels);
  const type = known.find((candidate) => candidate.toLowerCase() === name.toLowerCase());
  if (type) return facts[type].labels!;
  throw new PosterError('option.invalid', `Expected a label set (${known.join(', ')}), got "${name}".`);
}

/** The most classes a dataset may have; more is taken for a mistake in the labels. */
export const maxClasses = 10_000;

/**
 * Checks class names: at least two, none empty, none twice.
 * @param where what held them, for the message.
 * @throws PosterError `option.invalid`.
 */
export function checkLabels(labels: readonly string[], where: string): readonly string[] {
  const fail = (problem: string): never => {
    throw new PosterError(
      'option.invalid',
      `Expected two or more different class names in ${where}, ${problem}.`,
    );
  };
  if (labels.length < 2) fail(`got ${labels.length}`);
  if (labels.length > maxClasses) fail(`got ${labels.length}, more than ${maxClasses}`);
  if (labels.some((label) => label.trim() === '')) fail('got an empty name');
  const seen = new Set<string>();
  for (const label of labels) {
    if (seen.has(label)) fail(`got "${label}" twice`);
    seen.add(label);
  }
  return labels;
}

/**
 * Class names from text: a label set's name ('RAF-DB') or names between commas, in label order.
 * @throws PosterError `option.invalid`.
 */
export function parseLabels(text: string): readonly string[] {
  if (!text.includes(',')) return labelSet(text.trim());
  return checkLabels(
    text.split(',').map((label) => label.trim()),
    '--labels',
  );
}

const synonyms: Record<string, readonly string[]> = {
  neutral: ['neutral', 'neutrality', 'calm'],
  happiness: ['happiness', 'happy', 'joy'],
  sadness: ['sadness', 'sad'],
  surprise: ['surprise', 'surprised'],
  fear: ['fear', 'fearful', 'afraid', 'scared'],
  disgust: ['disgust', 'disgusted'],
  anger: ['anger', 'angry'],
  contempt: ['contempt', 'contemptuous'],
};

const canonical = new Map(
  Object.entries(synonyms).flatMap(([name, words]) => words.map((word) => [word, name] as const)),
);

/**
 * The usual name of an expression ('Happy', '3_happy' and 'happiness' are all 'happiness'), or undefined
 * when the word names none. A number in front, as in folders named to sort, is passed over.
 */
export function expressionName(word: string): string | undefined {
  const bare = word
    .trim()
    .toLowerCase()
    .replace(/^\d+[\s._-]*/, '');
  return canonical.get(bare);
}

/** The position in `labels` of a class by its exact name, else by the expression it names; -1 if absent. */
export function labelIndex(labels: readonly string[], name: string): number {
  const exact = labels.indexOf(name);
  if (exact >= 0) return exact;
  const wanted = expressionName(name) ?? name.toLowerCase();
  return labels.findIndex((label) => (expressionName(label) ?? label.toLowerCase()) === wanted);
}
