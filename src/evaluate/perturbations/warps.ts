/** Moved, turned, enlarged and sheared faces; beyond the edge its pixels are repeated. Browser-safe. */
import type { Picture } from '../corruptions/picture.js';

/** Where in the picture a pixel of the result comes from. */
type SourceOf = (x: number, y: number) => readonly [x: number, y: number];

/** Takes every pixel from between its four neighbours. */
function warp({ width, height, data }: Picture, sourceOf: SourceOf): Picture {
  const out = new Float64Array(data.length);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const [sx, sy] = sourceOf(x, y);
      const [fx, fy] = [within(sx, width), within(sy, height)];
      const [x0, y0] = [Math.floor(fx), Math.floor(fy)];
      const [x1, y1] = [Math.min(x0 + 1, width - 1), Math.min(y0 + 1, height - 1)];
      const [dx, dy] = [fx - x0, fy - y0];
      for (let c = 0; c < 3; c++) {
        const at = (column: number, row: number) => data[3 * (row * width + column) + c]!;
        const top = at(x0, y0) * (1 - dx) + at(x1, y0) * dx;
        const bottom = at(x0, y1) * (1 - dx) + at(x1, y1) * dx;
        out[3 * (y * width + x) + c] = top * (1 - dy) + bottom * dy;
      }
    }
  return { width, height, data: out };
}

function within(place: number, size: number): number {
  return Math.min(size - 1, Math.max(0, place));
}

/** The window moves to the right, the face to the left. */
export function translated(picture: Picture, right: number): Picture {
  return warp(picture, (x, y) => [x + right, y]);
}

/** Counter-clockwise about the point half the size from the origin, as OpenCV's `getRotationMatrix2D` turns. */
export function rotated(picture: Picture, degrees: number): Picture {
  const angle = (degrees * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const [cx, cy] = [picture.width / 2, picture.height / 2];
  return warp(picture, (x, y) => [
    cx + (x - cx) * cos - (y - cy) * sin,
    cy + (x - cx) * sin + (y - cy) * cos,
  ]);
}

/** A window of `share` of the size, `offset` from the edge in the same measure, resized to the whole picture. */
export function scaled(picture: Picture, share: number, offset: number): Picture {
  const { width, height } = picture;
  return warp(picture, (x, y) => [
    (x + 0.5) * share - 0.5 + offset * width,
    (y + 0.5) * share - 0.5 + offset * height,
  ]);
}

/** Sheared both ways about a point `margin` (a part of the size) outside of the upper left corner. */
export function sheared(picture: Picture, shear: number, margin: number): Picture {
  const [mx, my] = [margin * picture.width, margin * picture.height];
  const scale = 1 / (1 - shear ** 2);
  return warp(picture, (x, y) => [
    scale * (x + mx - shear * (y + my)) - mx,
    scale * (y + my - shear * (x + mx)) - my,
  ]);
}
