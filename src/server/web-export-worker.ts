/** The program of the thread that exports the model for browsers. */
import { exportModel } from '../export/export-model.js';
import { verificationImages } from '../export/verification-images.js';
import { answerQuestions } from '../io/thread.js';
import type { WebExportOrder } from './web-model.js';

answerQuestions<WebExportOrder, null>(
  async (order) => {
    await exportModel({ ...order, precision: 'fp16', images: await verificationImages(undefined) });
    return null;
  },
  async () => {},
);
