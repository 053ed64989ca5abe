/** What finds faces in a photo: the default detector, a user's YuNet file, or anything else. Browser-safe. */
import type { RgbImage } from '../../image/rgb-image.js';
import type { FivePoints } from '../align/five-points.js';
import type { Box } from '../geometry.js';

/** Which faces a detector looks for. */
export interface DetectOptions {
  /** The side of the smallest face box to look for, in pixels: what looking costs grows as it falls. */
  readonly minSize: number;
}

/** A face as a detector finds it, in pixels of the photo. */
export interface DetectedFace {
  /** From the brows to the chin; may reach beyond the image. */
  readonly box: Box;
  /** How sure the detector is, 0 to 1. */
  readonly score: number;
  /** Absent when the detector finds no more than boxes. */
  readonly landmarks?: FivePoints;
}

/** What finds faces in photos: the one built in, a YuNet, or one of your own. */
export interface FaceDetector {
  /** Every face once, in any order; none is no error. */
  detect(image: RgbImage, options: DetectOptions): Promise<DetectedFace[]>;
  dispose(): Promise<void>;
}
