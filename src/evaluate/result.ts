/**
 * The result of an evaluation as it is stored, compared and reported: one JSON document. Browser-safe.
 */
import { z } from 'zod';
import { PosterError } from '../errors.js';
import { requireGiven } from '../util/given.js';

/** The version of the stored format this program writes. */
export const resultVersion = 1;

const ratio = z.number().min(0).max(1);
const count = z.int().min(0);

const classMetricsSchema = z.object({ precision: ratio, recall: ratio, f1: ratio, support: count });

const metricsSchema = z.object({
  samples: count,
  correct: count,
  accuracy: ratio,
  accuracyInterval: z.object({ low: ratio, high: ratio }),
  meanClassAccuracy: ratio,
  macroF1: ratio,
  perClass: z.array(classMetricsSchema),
  /** Mean cross entropy in nats. */
  crossEntropy: z.number().min(0),
  /** Expected calibration error over the `reliability` bins. */
  calibrationError: ratio,
});

const reliabilityBinSchema = z.object({
  low: ratio,
  high: ratio,
  count,
  confidence: ratio,
  accuracy: ratio,
});

/** A figure and its 95 % interval. */
const estimateSchema = z.object({ value: z.number(), low: z.number(), high: z.number() });

/** How far probabilities can be trusted. */
const trustSchema = z.object({
  reliability: z.array(reliabilityBinSchema),
  crossEntropy: estimateSchema,
  /** Expected calibration error of the answers, and its mean over the probabilities of every class. */
  calibrationError: estimateSchema,
  classwiseError: z.number().min(0),
  /** Its interval; missing in earlier files. */
  classwiseInterval: z.object({ low: z.number(), high: z.number() }).optional(),
  /** From 0 to 2: over all classes. */
  brier: estimateSchema,
});

/** How the probabilities stand to people's votes. */
const votesSchema = z.object({
  /** Faces that have votes; the figures below are of them. */
  faces: count,
  crossEntropy: estimateSchema,
  /** Kullback-Leibler divergence of the votes from the probabilities. */
  divergence: estimateSchema,
  /** Entropy of the votes, which the cross entropy cannot go below. */
  entropy: z.number().min(0),
  /** How often one person, drawn from those who voted, says the label, and how often the model does. */
  rater: estimateSchema,
  model: estimateSchema,
});

/** How a model does on one version of the faces; accuracy with Wilson's interval. */
const versionSchema = z.object({
  accuracy: estimateSchema,
  calibrationError: ratio,
  /** By resampling faces; missing in earlier files. */
  calibrationInterval: z.object({ low: ratio, high: ratio }).optional(),
});

const corruptionSchema = z.object({
  name: z.string(),
  severities: z.array(versionSchema.extend({ severity: z.int().min(1).max(5) })),
  /** Error averaged over the severities, and how much of it is not there on clean faces. */
  error: ratio,
  rise: z.number(),
  /** With intervals over faces, and the calibration error averaged over the severities; missing in earlier files. */
  estimates: z
    .object({ error: estimateSchema, rise: estimateSchema, calibrationError: estimateSchema })
    .optional(),
});

/** How a model does on faces that were made worse. */
const corruptionsSchema = z.object({
  seed: count,
  /** Faces in every version; those that could not be read are in none. */
  faces: count,
  clean: versionSchema,
  corruptions: z.array(corruptionSchema).min(1),
  /** Means over the corruptions. */
  meanError: ratio,
  meanRise: z.number(),
  estimates: z.object({ meanError: estimateSchema, meanRise: estimateSchema }).optional(),
  /** Errors as parts of another model's. */
  reference: z
    .object({
      path: z.string(),
      meanCorruptionError: z.number().nullable(),
      relativeError: z.number().nullable(),
    })
    .optional(),
});

/** How often the answer changes along sequences of faces that change little; intervals over faces. */
const perturbationsSchema = z.object({
  seed: count,
  faces: count,
  perturbations: z.array(z.object({ name: z.string(), flipRate: estimateSchema })).min(1),
  /** Over the perturbations. */
  meanFlipRate: estimateSchema,
  /** Flip rates as parts of another model's. */
  reference: z.object({ path: z.string(), meanFlipRate: z.number().nullable() }).optional(),
});

const gapOrNothing = ratio.nullable();

/** How a model does on groups of faces, such as those by age. */
const groupingSchema = z.object({
  name: z.string(),
  groups: z.array(
    z.object({
      name: z.string(),
      faces: count,
      accuracy: estimateSchema,
      meanClassAccuracy: estimateSchema,
      /** Too few faces to be ranked. */
      isSmall: z.boolean(),
    }),
  ),
  /** The group of the lowest accuracy, and how far the best is above it; null where no two groups can be ranked. */
  worst: z.string().nullable(),
  gap: z.object({ value: ratio, p: ratio, best: z.string() }).nullable(),
  /** Equalised odds of every class: the largest gaps of its true and its false positive rate. */
  odds: z.array(z.object({ truePositive: gapOrNothing, falsePositive: gapOrNothing })),
});

/** How a model does on the faces that a list names as hard. */
const hardFacesSchema = z.object({
  name: z.string(),
  file: z.string(),
  /** Faces that the list names, and how many of them were evaluated. */
  listed: count,
  faces: count,
  accuracy: estimateSchema,
  meanClassAccuracy: estimateSchema,
  /** All faces that the list does not name; null where it names all. */
  others: z.object({ faces: count, accuracy: estimateSchema }).nullable(),
});

const mappedSchema = z.object({ from: z.string(), to: z.string().nullable() });

/** What classes of the model and of the data were counted as; null: left out. */
const mappingSchema = z.object({
  model: z.array(mappedSchema),
  /** With the faces that the data have of each. */
  data: z.array(mappedSchema.extend({ faces: count })),
});

const mistakeSchema = z.object({
  path: z.string(),
  /** Class indices of the truth and of the answer. */
  label: count,
  predicted: count,
  /** Probabilities the network gave to its answer and to the truth. */
  confidence: ratio,
  labelProbability: ratio,
});

const diagnosisSchema = z.object({
  accuracy: ratio,
  reorderedAccuracy: ratio,
  labels: z.array(z.string()),
  moved: z.array(z.object({ output: z.string(), behavesAs: z.string(), share: ratio })),
});

/** What an evaluation found. Ratios are in [0, 1], times in seconds, losses in nats. */
export const evaluationResultSchema = z
  .object({
    version: z.literal(resultVersion),
    /** When the evaluation ended, ISO 8601. */
    created: z.iso.datetime(),
    dataset: z.object({ name: z.string(), type: z.string(), split: z.string(), root: z.string() }),
    checkpoint: z.object({ path: z.string() }),
    classes: z.array(z.string()).min(1),
    metrics: metricsSchema,
    /** matrix[truth][predicted] = number of images. */
    matrix: z.array(z.array(count)),
    reliability: z.array(reliabilityBinSchema),
    /** Missing in files of version 0.1, like what follows. */
    intervals: z
      .object({
        meanClassAccuracy: estimateSchema,
        macroF1: estimateSchema,
        /** Of every class; missing in earlier files. */
        f1: z.array(estimateSchema).optional(),
      })
      .optional(),
    trust: trustSchema.optional(),
    /** The temperature that the model was calibrated with, and how it would be trusted without. */
    calibration: z.object({ temperature: z.number().positive(), before: trustSchema }).optional(),
    votes: votesSchema.optional(),
    corruptions: corruptionsSchema.optional(),
    perturbations: perturbationsSchema.optional(),
    groups: z.array(groupingSchema).optional(),
    mapping: mappingSchema.optional(),
    hardFaces: z.array(hardFacesSchema).optional(),
    /** The figure published for this dataset, where there is one. */
    published: z.object({ accuracy: ratio, source: z.string() }).nullable(),
    /** The wrong answers the network was surest of, surest first. */
    mistakes: z.array(mistakeSchema),
    /** The class order that would explain a poor result, where one does. */
    diagnosis: diagnosisSchema.nullable(),
    /** Images that could not be evaluated. They are in no other figure. */
    failures: z.array(z.object({ path: z.string(), error: z.string() })),
    timing: z.object({ seconds: z.number().min(0), imagesPerSecond: z.number().min(0) }),
    /** The resolved options of the run. */
    configuration: z.record(z.string(), z.json()),
  })
  .superRefine(({ classes, matrix, metrics, mistakes, diagnosis }, context) => {
    const n = classes.length;
    const require = (holds: boolean, path: string, message: string) => {
      if (!holds) context.addIssue({ code: 'custom', path: [path], message });
    };
    require(matrix.length === n && matrix.every((row) => row.length === n), 'matrix', `expected ${n} x ${n}`);
    require(metrics.perClass.length === n, 'metrics', `expected figures of ${n} classes`);
    require(mistakes.every(
      (m) => m.label < n && m.predicted < n,
    ), 'mistakes', `expected class indices below ${n}`);
    require(!diagnosis || diagnosis.labels.length === n, 'diagnosis', `expected ${n} labels`);
  });

/** The figures of a model on a dataset, as result.json has them. */
export type EvaluationResult = z.infer<typeof evaluationResultSchema>;
export type Trust = z.infer<typeof trustSchema>;
export type VotesFigures = z.infer<typeof votesSchema>;
export type GroupingFigures = z.infer<typeof groupingSchema>;
export type ClassMapping = z.infer<typeof mappingSchema>;
export type HardFacesFigures = z.infer<typeof hardFacesSchema>;
export type VersionFigures = z.infer<typeof versionSchema>;
export type CorruptionFigures = z.infer<typeof corruptionSchema>;
export type CorruptionResult = z.infer<typeof corruptionsSchema>;
export type PerturbationResult = z.infer<typeof perturbationsSchema>;
export type Mistake = z.infer<typeof mistakeSchema>;

/**
 * Reads an evaluation result back from its JSON text.
 *
 * @param where the file's name, for messages.
 * @throws PosterError `data.layout` where the text is no result of this version, naming the first wrong field.
 */
export function parseEvaluationResult(text: string, where: string): EvaluationResult {
  requireGiven(text, 'the text of parseEvaluationResult', 'a string');
  const parsed = evaluationResultSchema.safeParse(parseJson(text, where));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw unreadable(where, `${issue.path.join('.') || 'the document'}: ${issue.message}`);
}

function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw unreadable(where, 'it is not JSON', error);
  }
}

function unreadable(where: string, found: string, cause?: unknown): PosterError {
  return new PosterError(
    'data.layout',
    `Expected an evaluation result of version ${resultVersion} in ${where} but ${found}; evaluate again to write one.`,
    { cause },
  );
}
