import { describeShippedModel } from '../../model/shipped-models.js';
import { isShippedModel } from '../../model/shipped-names.js';

/** Says on standard error which model answers, where it is one that comes with this package. */
export async function noteModel(name: string): Promise<void> {
  if (!isShippedModel(name)) return;
  process.stderr.write(
    `Model ${name}, which comes with this package: ${await describeShippedModel(name)}.\n`,
  );
}
