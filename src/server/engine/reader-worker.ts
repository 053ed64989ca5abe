/** The program of a thread that works on pixels. */
import type { HeatMap } from '../../explain/explanation.js';
import { openFaceFinder } from '../../faces/open-face-finder.js';
import type { RgbImage } from '../../image/rgb-image.js';
import { answerQuestions } from '../../threads/thread-program.js';
import { createImageReader, type ReadOptions } from './image-reader.js';

/** What each thread of a reader opens: models that find faces, or none. */
export interface ReaderOrder {
  /** Find faces, too: the models of each thread take some 30 MB. */
  readonly faces: boolean;
  /** A YuNet file to detect faces with. Default: BlazeFace. */
  readonly detector?: string | undefined;
  /** A checkpoint whose landmark head places landmarks, too. Default: none. */
  readonly landmarks?: string | undefined;
}

const open = async ({ faces, ...choices }: ReaderOrder) => {
  const finder = faces ? await openFaceFinder({ threads: 1, ...choices }) : undefined;
  const reader = createImageReader(finder);
  return {
    read: ({ bytes, options }: { bytes: Uint8Array; options: ReadOptions }) => reader.read(bytes, options),
    drawOverlay: ({ crop, map }: { crop: RgbImage; map: HeatMap }) => reader.drawOverlay(crop, map),
    [Symbol.asyncDispose]: async () => finder?.dispose(),
  };
};

export type ReaderMethods = Awaited<ReturnType<typeof open>>;

answerQuestions(open);
