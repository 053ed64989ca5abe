/** A training run, read from its folder. Browser-safe. */
import { z } from 'zod';
import { parseJson } from '../util/parse-json.js';
import { type BestEpoch, bestEpochSchema, betterOf, type EpochRecord, epochRecordSchema } from './epoch-record.js';
import { runStatusSchema } from './run-status.js';

const best = bestEpochSchema
  .nullable()
  .describe('The epoch of the highest validation accuracy, 0 to 1; null before the first has ended.');

const status = runStatusSchema
  .nullable()
  .describe(
    'How it stands; null in folders of earlier versions. A run whose process is gone is `interrupted`.',
  );

/** What a list of runs needs. */
export const runSummarySchema = z.object({
  name: z.string().describe('Of its folder.'),
  dataType: z.string(),
  network: z.string(),
  epochs: z.int().min(0).describe('Epochs that have ended.'),
  best,
  status,
});

export const runRecordSchema = runSummarySchema.extend({
  config: z.record(z.string(), z.unknown()).describe('Every option as it was resolved.'),
  history: z.array(epochRecordSchema).describe('The figures of each epoch.'),
});

export type RunSummary = Readonly<z.infer<typeof runSummarySchema>>;
export type RunRecord = Readonly<z.infer<typeof runRecordSchema>>;

/** The texts of a run folder's files; those that are not there are absent. */
export interface RunTexts {
  /** config.json */
  readonly config: string;
  /** history.jsonl */
  readonly history?: string | undefined;
  /** status.json */
  readonly status?: string | undefined;
}

const configSchema = z.looseObject({ dataType: z.string(), network: z.string() });

/** Undefined when the configuration is none. Lines of the history that are none are passed over. */
export function runRecord(name: string, texts: RunTexts): RunRecord | undefined {
  const config = configSchema.safeParse(parseJson(texts.config)).data;
  if (!config) return undefined;
  const { dataType, network } = config;
  const history = (texts.history ?? '').split('\n').flatMap((line) => {
    const record = epochRecordSchema.safeParse(parseJson(line)).data;
    return record ? [record] : [];
  });
  const status = runStatusSchema.safeParse(parseJson(texts.status ?? '')).data ?? null;
  const epochs = history.at(-1)?.epoch ?? 0;
  return { name, dataType, network, epochs, best: bestOf(history), status, config, history };
}

function bestOf(history: readonly EpochRecord[]): RunRecord['best'] {
  return history.reduce<BestEpoch | null>(
    (best, { epoch, validAccuracy: accuracy }) => betterOf(best, { epoch, accuracy }),
    null,
  );
}
