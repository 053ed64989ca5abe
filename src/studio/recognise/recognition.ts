/** What recognising a picture gives, whoever did it. Browser-safe. */

import type { FivePoints } from '../../faces/align/five-points.js';
import type { Box, Point } from '../../faces/geometry.js';
import type { TemplateName } from '../../image/alignment.js';
import type { Probabilities } from '../../recognise/prediction.js';

/** Who recognises: the server that the page comes from, or the page itself. */
export const backends = ['server', 'browser'] as const;
export type Backend = (typeof backends)[number];

/** A file, or what a camera shows. */
export type SeenPicture = Blob | OffscreenCanvas;

/** Rows from the top; each value stands for one part of the face crop in a grid. */
export type Heat = readonly (readonly number[])[];

export interface SeenFace {
  /** Where it is, in pixels of the picture; absent where the whole picture was taken as a face. */
  readonly place?: { readonly box: Box; readonly points: FivePoints; readonly landmarks?: readonly Point[] };
  readonly label: string;
  readonly probability: number;
  readonly probabilities: Probabilities;
  /** What decided, where it is known. */
  readonly heat?: Heat;
}

export interface Recognised {
  /** Of the picture, in pixels. */
  readonly width: number;
  readonly height: number;
  /** The largest first. */
  readonly faces: readonly SeenFace[];
  /** Where the five points of a face came to lie in its crop, over which its heat lies. */
  readonly template: TemplateName;
  readonly backend: Backend;
  readonly milliseconds: number;
}

export interface StudioRecogniser {
  readonly backend: Backend;
  /**
   * `faces`: look for faces; otherwise the picture is taken as one face crop. `minSize`: the side in pixels of the smallest
   * face to look for in this browser, which takes less time the larger it is; the server decides for itself.
   */
  recognise(picture: SeenPicture, faces: boolean, signal: AbortSignal, minSize?: number): Promise<Recognised>;
}

/** A face in words, such as `happiness, 98 %`. */
export function inWords({ label, probability }: Pick<SeenFace, 'label' | 'probability'>): string {
  return `${label}, ${Math.round(100 * probability)}\u202f%`;
}
