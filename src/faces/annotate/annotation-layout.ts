/** Where the bars of each face go on an annotated photo. Browser-safe. */
import { type Box, overlap } from '../geometry.js';

export interface Placed {
  /** Text height in pixels. */
  readonly font: number;
  /** The panel with all bars; absent when there is no room for it. */
  readonly panel?: Box;
  /** The strip with the most likely label alone; where there is no panel. */
  readonly strip?: Box;
}

/** What a face has to show, in units of its text height. */
export interface Extent {
  readonly panel: { readonly width: number; readonly height: number };
  readonly strip: { readonly width: number; readonly height: number };
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Places the faces' panels in turn, so that none covers a face or another panel; strips may, for want of room. */
export function layOut(
  photo: Size,
  faces: readonly { readonly box: Box; readonly extent: Extent }[],
): Placed[] {
  const taken = faces.map(({ box }) => box);
  return faces.map(({ box, extent }) => {
    const font = textHeight(photo, box);
    const free = (place: Box) =>
      isInside(place, photo) && taken.every((other) => overlap(place, other) === 0);
    const panel = around(box, scaled(extent.panel, font), font / 2).find(free);
    const strip = panel ? undefined : stripPlace(photo, box, scaled(extent.strip, font), free);
    taken.push((panel ?? strip)!);
    return panel ? { font, panel } : { font, strip: strip! };
  });
}

/** A tenth of the face, within what can be read on the whole photo and what would dominate it, also a narrow one. */
function textHeight({ width, height }: Size, box: Box): number {
  const size = Math.min(Math.max(width, height), 6 * Math.min(width, height));
  const smallest = Math.max(10, size / 90);
  const largest = Math.max(smallest, size / 36);
  return Math.min(Math.max(box.height / 9, smallest), largest);
}

function scaled({ width, height }: Size, factor: number): Size {
  return { width: width * factor, height: height * factor };
}

/** To the right, to the left, below and above. */
function around(box: Box, size: Size, gap: number): Box[] {
  return [
    { ...size, x: box.x + box.width + gap, y: box.y },
    { ...size, x: box.x - gap - size.width, y: box.y },
    { ...size, x: box.x, y: box.y + box.height + gap },
    { ...size, x: box.x, y: box.y - gap - size.height },
  ];
}

function isInside({ x, y, width, height }: Box, photo: Size): boolean {
  return x >= 0 && y >= 0 && x + width <= photo.width && y + height <= photo.height;
}

/** Below or above the face where that is free, otherwise inside its lower edge; never beyond the photo. */
function stripPlace(photo: Size, box: Box, size: Size, free: (place: Box) => boolean): Box {
  const x = Math.max(Math.min(box.x + (box.width - size.width) / 2, photo.width - size.width), 0);
  const below = { ...size, x, y: box.y + box.height };
  const above = { ...size, x, y: box.y - size.height };
  const inside = { ...size, x, y: Math.max(Math.min(box.y + box.height, photo.height) - size.height, 0) };
  return [below, above].find(free) ?? inside;
}
