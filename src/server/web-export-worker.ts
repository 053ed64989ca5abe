/** The program of the thread that exports the model for browsers. */
import { exportModel } from '../export/export-model.js';
import { verificationImages } from '../export/verification-images.js';
import type { Alignment } from '../image/alignment.js';
import type { LabelHints } from '../model/choose-labels.js';
import { answerQuestions } from '../threads/thread-program.js';

/** What the file says, as the server's own model has it. */
export interface WebModelFacts extends LabelHints {
  readonly alignment: Alignment;
}

/** What the exporting thread is asked for. */
export interface WebExportOrder extends WebModelFacts {
  readonly checkpoint: string;
  readonly output: string;
}

const open = () => ({
  async export(order: WebExportOrder) {
    await exportModel({ ...order, precision: 'fp16', images: await verificationImages(undefined) });
  },
});

export type WebExportMethods = ReturnType<typeof open>;

answerQuestions(open);
