/** Names for the classes of a model. Browser-safe. */
import { type DataType, dataTypeFacts, dataTypes } from '../data/labels.js';
import { PosterError } from '../errors.js';
import type { ModelCard } from './model-card.js';

/** Where a model's class names come from; `assumed` ones deserve a word to the user. */
export type LabelSource = 'given' | 'data type' | 'file' | 'file name' | 'assumed';

/** The classes of a model, and what told them. */
export interface ChosenLabels {
  readonly labels: readonly string[];
  readonly source: LabelSource;
  /** The dataset whose order it is, where one is known. */
  readonly dataset?: string | undefined;
}

/** What is said about the classes of a model from outside. */
export interface LabelHints {
  /** Class names in the order of the logits. */
  readonly labels?: readonly string[] | undefined;
  /** The given names count only where the file names none itself. */
  readonly labelsUnlessNamed?: boolean | undefined;
  readonly dataType?: DataType | undefined;
}

/**
 * Class names for a checkpoint: as given, as its dataset orders them, as its own card says, as its file name
 * suggests, or assumed from the number of classes.
 *
 * @throws PosterError `checkpoint.mismatch` when given names are not one for each class.
 */
export function chooseLabels(
  path: string,
  classes: number,
  card: ModelCard | undefined,
  hints: LabelHints,
): ChosenLabels {
  if (hints.labels && !(card && hints.labelsUnlessNamed)) {
    requireCount(path, classes, hints.labels, '--labels');
    return { labels: hints.labels, source: 'given', ...(hints.dataType ? { dataset: hints.dataType } : {}) };
  }
  if (card)
    return { labels: card.labels, source: 'file', ...(card.dataset ? { dataset: card.dataset } : {}) };
  const ofType = hints.dataType && dataTypeFacts(hints.dataType).labels;
  if (ofType) {
    requireCount(path, classes, ofType, `--data-type ${hints.dataType}`);
    return { labels: ofType, source: 'data type', dataset: hints.dataType! };
  }
  return fromFileName(path, classes) ?? assumed(classes);
}

function requireCount(path: string, classes: number, labels: readonly string[], where: string): void {
  if (labels.length === classes) return;
  throw new PosterError(
    'checkpoint.mismatch',
    `Expected ${classes} class names for ${path}, which has ${classes} classes, but ${where} gives ${labels.length}; pass --labels with ${classes} names or the checkpoint that belongs to the data.`,
  );
}

function fromFileName(path: string, classes: number): ChosenLabels | undefined {
  const name = path
    .toLowerCase()
    .replace(/.*[\\/]/, '')
    .replaceAll(/[^a-z0-9]/g, '');
  const words: Record<string, string> = {
    rafdb: 'RAF-DB',
    raf: 'RAF-DB',
    affectnet: `AffectNet-${classes}`,
    caers: 'CAER-S',
    ferplus: 'FERPlus',
  };
  const word = Object.keys(words).find((candidate) => name.includes(candidate));
  const dataset = dataTypes.find((type) => word && type === words[word]);
  const labels = dataset && dataTypeFacts(dataset).labels;
  return labels?.length === classes ? { labels, source: 'file name', dataset } : undefined;
}

function assumed(classes: number): ChosenLabels {
  const dataset = ({ 7: 'RAF-DB', 8: 'AffectNet-8' } as const)[classes];
  if (dataset) return { labels: dataTypeFacts(dataset).labels!, source: 'assumed', dataset };
  return { labels: Array.from({ length: classes }, (_, i) => `class ${i}`), source: 'assumed' };
}
