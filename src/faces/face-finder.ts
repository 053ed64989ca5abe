/** What finds faces in photos in Node, in this thread or in one of its own. */
import { PosterError } from '../errors.js';
import type { Alignment } from '../image/alignment.js';
import type { ImageInput, OpenedImage } from '../image/decode/decode-input.js';
import type { SessionOptions } from '../onnx/runtime.js';
import type { Job } from '../threads/questions.js';
import { requireOptions } from '../util/given.js';
import type { FaceDetector } from './detect/detector.js';
import type { Face, FindFacesOptions } from './find-faces.js';
import type { LandmarkModel } from './landmarks/landmark-model.js';

/** What `openFaceFinder` finds faces with. */
export interface FaceFinderOptions extends SessionOptions {
  /** A YuNet file, or a detector of one's own, which is disposed with the finder. Default: BlazeFace. */
  readonly detector?: string | FaceDetector | undefined;
  /**
   * A checkpoint whose own landmark head has the last word on landmarks where it agrees with the models that are
   * built in, or a landmark model of one's own, which is disposed with the finder. Default: none.
   */
  readonly landmarks?: string | LandmarkModel | undefined;
  /** How faces are cut out where neither a call nor a model says it. Default: as RAF-DB's, 100 pixels. */
  readonly alignment?: Alignment | undefined;
  /**
   * Decode photos and find faces in a worker thread, so that this thread stays free: what a web server wants. Not with
   * a detector or landmark model of one's own. Default: false, which starts sooner and takes less memory.
   */
  readonly worker?: boolean | undefined;
}

/** Finds faces in photos and cuts them out; several may share one. */
export interface FaceFinder {
  /**
   * The faces of a photo, the largest first; none is an empty list.
   * @param photo a file in any form, turned as its EXIF orientation says, or pixels that are upright
   */
  find(photo: ImageInput, options?: FindFacesOptions): Promise<Face[]>;
  dispose(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** A finder that checks what it is asked, and gives back what it took once, however often it is disposed. */
export function faceFinder(
  find: (photo: ImageInput, options: FindFacesOptions) => Promise<Face[]>,
  release: () => Promise<void>,
): FaceFinder {
  let disposed: Promise<void> | undefined;
  const dispose = () => {
    disposed ??= release();
    return disposed;
  };
  return {
    async find(photo, options = {}) {
      requireOptions(options, 'find', { signal: 'an AbortSignal' });
      if (disposed) throw new PosterError('disposed', 'The face finder was used after it had been disposed.');
      return find(photo, options);
    },
    dispose,
    [Symbol.asyncDispose]: dispose,
  };
}

/** What a thread that finds faces answers. */
export interface FinderMethods {
  find(
    question: { readonly photo: OpenedImage; readonly options: Omit<FindFacesOptions, 'signal'> },
    job: Job,
  ): Promise<Face[]>;
}
