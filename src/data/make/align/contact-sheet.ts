/** A picture of some crops of every folder, to see at a glance whether they are aligned and in their place. */
import { dirname, join } from 'node:path';
import sharp from '../../../image/sharp.js';
import { escapeXml } from '../../../util/escape-markup.js';

const columns = 10;
/** Rows of crops, shared among the folders; each folder has at least one, and at most so many folders are shown. */
const rows = 8;
const mostFolders = 24;
const side = 112;
const gap = 4;
const caption = 26;
const background = '#f6f5f1';
const ink = '#2b2b2b';

interface Tile {
  readonly crop: string;
  readonly left: number;
  readonly top: number;
}

interface Layout {
  readonly tiles: readonly Tile[];
  readonly captions: readonly { readonly text: string; readonly top: number }[];
  readonly width: number;
  readonly height: number;
}

/**
 * A PNG: folder by folder a caption and crops that are evenly spread over the folder.
 * @param crops paths below `root`; at least one
 */
export async function contactSheet(root: string, crops: readonly string[]): Promise<Uint8Array> {
  const { tiles, captions, width, height } = layOut(crops);
  const pictures = await Promise.all(tiles.map((tile) => draw(root, tile)));
  const texts = captions.map(
    ({ text, top }) =>
      `<text x="${gap}" y="${top + 18}" font-size="14" fill="${ink}">${escapeXml(text)}</text>`,
  );
  const overlay = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="DejaVu Sans, Noto Sans, Liberation Sans, Arial, sans-serif">${texts.join('')}</svg>`;
  return sharp({ create: { width, height, channels: 3, background } })
    .composite([...pictures, { input: Buffer.from(overlay), left: 0, top: 0 }])
    .removeAlpha()
    .png()
    .toBuffer();
}

async function draw(root: string, { crop, left, top }: Tile) {
  const input = await sharp(join(root, crop)).resize(side, side).png().toBuffer();
  return { input, left, top };
}

function layOut(crops: readonly string[]): Layout {
  const shown = [...byFolder(crops)].slice(0, mostFolders);
  const perFolder = Math.max(Math.floor(rows / shown.length), 1) * columns;
  const tiles: Tile[] = [];
  const captions = [];
  let top = gap;
  let across = 0;
  for (const [folder, all] of shown) {
    const some = spread(all, perFolder);
    captions.push({ text: captionOf(folder, some.length, all.length), top });
    top += caption;
    some.forEach((crop, i) => {
      const [column, row] = [i % columns, Math.floor(i / columns)];
      tiles.push({ crop, left: gap + column * (side + gap), top: top + row * (side + gap) });
    });
    across = Math.max(across, Math.min(some.length, columns));
    top += Math.ceil(some.length / columns) * (side + gap) + gap;
  }
  return { tiles, captions, width: Math.max(gap + across * (side + gap), 420), height: top };
}

function byFolder(crops: readonly string[]): Map<string, string[]> {
  const folders = new Map<string, string[]>();
  for (const crop of crops) {
    const folder = dirname(crop);
    const own = folders.get(folder);
    if (own) own.push(crop);
    else folders.set(folder, [crop]);
  }
  return folders;
}

function spread<T>(items: readonly T[], most: number): T[] {
  const count = Math.min(items.length, most);
  return Array.from({ length: count }, (_, i) => items[Math.floor((i * items.length) / count)]!);
}

function captionOf(folder: string, shown: number, all: number): string {
  const count = shown === all ? `${all}` : `${shown} of ${all}`;
  return `${folder === '.' ? '' : `${folder}: `}${count} ${all === 1 ? 'face' : 'faces'}`;
}
