/** Brings the answers of several models to the same faces, in one order of faces and of classes. Browser-safe. */
import { labelIndex } from '../../data/labels.js';
import { PosterError } from '../../errors.js';
import type { EvaluationResult } from '../result.js';

/** What a model answered for one face; indices are of its own classes. */
export interface Answer {
  readonly path: string;
  readonly label: number;
  readonly predicted: number;
  /** One in [0, 1] per class. */
  readonly probabilities: ArrayLike<number>;
}

/** A model's answers for a dataset. */
export interface ModelAnswers {
  /** What to call it, such as the folder of its result. */
  readonly name: string;
  readonly checkpoint: string;
  readonly dataset: string;
  /** The dataset's folder; faces are told apart by their paths below it. */
  readonly root: string;
  readonly classes: readonly string[];
  readonly answers: readonly Answer[];
}

/** The answers of an evaluation. */
export function modelAnswers(
  name: string,
  { checkpoint, dataset, classes }: EvaluationResult,
  answers: readonly Answer[],
): ModelAnswers {
  const { root, split } = dataset;
  return { name, checkpoint: checkpoint.path, dataset: `${dataset.name} ${split}`, root, classes, answers };
}

/** `models[m].answers[i]` is about the same face for every m, and all indices are of `classes`. */
export interface AlignedAnswers {
  readonly classes: readonly string[];
  readonly models: readonly Pick<ModelAnswers, 'name' | 'checkpoint' | 'dataset' | 'answers'>[];
}

/**
 * Takes faces and classes in the order of the first model.
 * @throws PosterError `option.invalid` for fewer than two models; `data.layout` where the faces, their labels or the
 * classes are not the same.
 */
export function alignAnswers(models: readonly ModelAnswers[]): AlignedAnswers {
  const [first, ...others] = models;
  if (!first || others.length === 0)
    throw new PosterError('option.invalid', `Expected two or more models to compare, got ${models.length}.`);
  const order = [...byFace(first).keys()];
  return {
    classes: first.classes,
    models: [first, ...others].map((model) => ({ ...model, answers: inOrder(model, first, order) })),
  };
}

function inOrder(model: ModelAnswers, first: ModelAnswers, order: readonly string[]): Answer[] {
  const own = byFace(model);
  const missing = order.filter((face) => !own.has(face));
  if (missing.length > 0 || own.size !== order.length) throw otherFaces(model, first, own, missing);
  const toFirst = matchClasses(model, first);
  const answers = order.map((face) => reordered(own.get(face)!, toFirst));
  const at = answers.findIndex(({ label }, i) => label !== first.answers[i]!.label);
  if (at === -1) return answers;
  throw new PosterError(
    'data.layout',
    `Expected ${model.name} to be evaluated with the labels of ${first.name}, but ${order[at]} is ${first.classes[answers[at]!.label]} there and ${first.classes[first.answers[at]!.label]} here; evaluate both on the same data.`,
  );
}

function byFace({ root, answers, name }: ModelAnswers): Map<string, Answer> {
  const faces = new Map(answers.map((answer) => [faceOf(answer.path, root), answer]));
  if (faces.size === answers.length) return faces;
  throw new PosterError(
    'data.layout',
    `Expected every face once in ${name}, but ${answers.length - faces.size} of ${answers.length} are there again; evaluate again.`,
  );
}

/** A face's path below the dataset's folder, alike on every system. */
function faceOf(path: string, root: string): string {
  const [face, folder] = [path, root].map((one) => one.replaceAll('\\', '/')) as [string, string];
  return face.startsWith(`${folder}/`) ? face.slice(folder.length + 1) : face;
}

function otherFaces(
  model: ModelAnswers,
  first: ModelAnswers,
  own: ReadonlyMap<string, Answer>,
  missing: readonly string[],
): PosterError {
  const known = byFace(first);
  const added = [...own.keys()].filter((face) => !known.has(face));
  const example = missing[0] ?? added[0];
  return new PosterError(
    'data.layout',
    `Expected ${model.name} to be about the ${known.size} faces of ${first.name}, but ${missing.length} of them are not there and ${added.length} others are (${example}, for one); evaluate both on the same faces.`,
  );
}

/** The place of each of a model's classes among the first model's. */
function matchClasses(model: ModelAnswers, first: ModelAnswers): number[] {
  const places = model.classes.map((name) => labelIndex(first.classes, name));
  const different = new Set(places);
  if (!different.has(-1) && different.size === first.classes.length && places.length === different.size)
    return places;
  throw new PosterError(
    'data.layout',
    `Expected ${model.name} to have the classes of ${first.name} (${first.classes.join(', ')}), but it has ${model.classes.join(', ')}.`,
  );
}

function reordered({ path, label, predicted, probabilities }: Answer, toFirst: readonly number[]): Answer {
  const shares = new Array<number>(toFirst.length);
  toFirst.forEach((place, own) => {
    shares[place] = probabilities[own]!;
  });
  return { path, label: toFirst[label]!, predicted: toFirst[predicted]!, probabilities: shares };
}
