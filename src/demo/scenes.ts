/** A portrait as photographs meet people: large and small, turned, in the dark, several at once. */
import { fileURLToPath } from 'node:url';
import { decodeImage } from '../image/decode/decode.js';
import type { RgbImage } from '../image/rgb-image.js';
import sharp, { type Sharp } from '../image/sharp.js';
import type { RecognisedFace } from '../recognise/recognise-faces.js';

/** NASA's portrait of Eileen Collins, in the public domain. */
export const portraitFile = fileURLToPath(new URL('../../../examples/photos/astronaut.jpg', import.meta.url));

export interface Scene {
  /** What its files are called. */
  readonly name: string;
  /** What was done to the portrait. */
  readonly title: string;
  /** How often the portrait is in it. */
  readonly portraits: number;
  readonly photo: RgbImage;
}

/** A scene and what was found in it. */
export interface SeenScene extends Omit<Scene, 'photo'> {
  /** The faces that were found, the largest first. */
  readonly faces: readonly RecognisedFace[];
  /** From the decoded photo to the expressions of all its faces. */
  readonly milliseconds: number;
  /** The photo with boxes and bars. */
  readonly picture: string;
}

/** What fills the place that the portrait leaves. */
const background = { r: 120, g: 120, b: 125 };

type Change = (portrait: Sharp) => Sharp;

const resized =
  (size: number): Change =>
  (portrait) =>
    portrait.resize(size, size);
const mirrored: Change = (portrait) => portrait.flop();
const lit =
  (factor: number): Change =>
  (portrait) =>
    portrait.linear(factor, 0);

/** Portraits on a canvas, each at its place. */
type Group = readonly { readonly left: number; readonly top: number; readonly change: Change }[];

const ones: readonly (readonly [name: string, title: string, change: Change])[] = [
  ['original', 'as it is', (portrait) => portrait],
  ['half', 'half its size', resized(256)],
  ['double', 'twice its size', resized(1024)],
  ['mirrored', 'mirrored', mirrored],
  ['turned', 'turned by 15 degrees', (portrait) => portrait.rotate(15, { background })],
  ['grey', 'in grey', (portrait) => portrait.modulate({ saturation: 0 })],
  ['darker', 'a third as bright', lit(1 / 3)],
  ['brighter', 'half as bright again', lit(1.5)],
];

const groups: readonly (readonly [name: string, title: string, width: number, group: Group])[] = [
  [
    'two',
    'two in one scene',
    1064,
    [
      { left: 0, top: 0, change: resized(512) },
      { left: 540, top: 112, change: (portrait) => mirrored(resized(400)(portrait)) },
    ],
  ],
  [
    'three',
    'three in one scene, smaller and smaller',
    1340,
    [
      { left: 0, top: 0, change: resized(512) },
      { left: 520, top: 192, change: (portrait) => lit(0.6)(mirrored(resized(320)(portrait))) },
      { left: 1000, top: 302, change: resized(210) },
    ],
  ],
];

/** What the scenes' files are called, in their order. */
export const sceneNames: readonly string[] = [...ones, ...groups].map(([name]) => name);

/** Every scene of the portrait, the portrait itself first. */
export async function* drawScenes(path: string = portraitFile): AsyncGenerator<Scene> {
  const portrait = await decodeImage(path);
  for (const [name, title, change] of ones) {
    yield { name, title, portraits: 1, photo: await pixelsOf(change(open(portrait))) };
  }
  for (const [name, title, width, group] of groups) {
    yield {
      name,
      title,
      portraits: group.length,
      photo: await pixelsOf(await compose(portrait, width, group)),
    };
  }
}

async function compose(portrait: RgbImage, across: number, group: Group): Promise<Sharp> {
  const canvas = sharp({ create: { width: across, height: 512, channels: 3, background } });
  const parts = group.map(async ({ left, top, change }) => {
    const { width, height, data } = await pixelsOf(change(open(portrait)));
    const input = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    return { left, top, input, raw: { width, height, channels: 3 as const } };
  });
  return canvas.composite(await Promise.all(parts));
}

function open({ width, height, data }: RgbImage): Sharp {
  return sharp(data, { raw: { width, height, channels: 3 } });
}

/** Three channels of 8 bits. */
async function pixelsOf(picture: Sharp): Promise<RgbImage> {
  const { data, info } = await picture
    .toColourspace('srgb')
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  return { width, height, data: new Uint8Array(data) };
}
