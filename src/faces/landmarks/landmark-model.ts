/** What places 68 landmarks on a face. Browser-safe. */
import type { RgbImage } from '../../image/rgb-image.js';
import type { Template } from '../align/template.js';
import type { Point } from '../geometry.js';

/** The landmarks of a face, and how sure the model is that it is one. */
export interface LocatedLandmarks {
  /** 68 points in pixels of the crop. */
  readonly points: readonly Point[];
  /** The probability that the crop shows a face; 1 from models that do not judge. */
  readonly presence: number;
}

/** What places the landmarks of a face that was found. */
export interface LandmarkModel {
  /** The crops it looks at. */
  readonly template: Template;
  /** @param crops faces aligned to the template, at its size; at least one */
  locate(crops: readonly RgbImage[]): Promise<LocatedLandmarks[]>;
  dispose(): Promise<void>;
}
