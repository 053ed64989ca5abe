import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import sharp from 'sharp';
import { annotate, writeAnnotated } from '../../../src/faces/annotate/annotate.js';
import { type Extent, layOut } from '../../../src/faces/annotate/annotation-layout.js';
import { annotationSvg } from '../../../src/faces/annotate/annotation-svg.js';
import { type Box, overlap } from '../../../src/faces/geometry.js';
import { decodeImage } from '../../../src/image/decode/decode.js';
import type { RgbImage } from '../../../src/image/rgb-image.js';
import { anySize } from '../../support/any-size.js';

const labels = ['surprise', 'fear', 'disgust', 'happiness', 'sadness', 'anger', 'neutral'];
const expressions = labels.map((label, i) => ({ label, probability: i === 3 ? 0.7 : 0.05 }));
const face = { box: { x: 60, y: 80, width: 90, height: 100 }, expressions };

function plain(width: number, height: number, level: number): RgbImage {
  return { width, height, data: new Uint8Array(width * height * 3).fill(level) };
}

function pixel({ width, data }: RgbImage, x: number, y: number): number[] {
  return [...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)];
}

/** How much of a region is dark, and how much is nearly white. */
function sharesOf(image: RgbImage, { x, y, width, height }: Box): { dark: number; light: number } {
  let [dark, light] = [0, 0];
  for (let row = y; row < y + height; row++) {
    for (let column = x; column < x + width; column++) {
      const [red, green, blue] = pixel(image, column, row);
      if (Math.max(red!, green!, blue!) < 70) dark++;
      if (Math.min(red!, green!, blue!) > 200) light++;
    }
  }
  return { dark: dark / (width * height), light: light / (width * height) };
}

describe('the overlay', () => {
  it('shows every class with its share, in order', () => {
    const svg = annotationSvg(500, 400, [face]);
    const texts = [...svg.matchAll(/>([^<>]+)<\/text>/g)].map(([, text]) => text);
    assert.deepEqual(
      texts,
      expressions.flatMap(({ label, probability }) => [label, `${probability * 100} %`]),
    );
  });

  it('escapes labels, whatever they hold', async () => {
    const hostile = [
      '</text><script>alert(1)</script>',
      '"&\'<',
      'a\u0000b\u001b\ud800',
      '笑😀'.repeat(40),
      '',
    ];
    const svg = annotationSvg(600, 400, [
      { ...face, expressions: hostile.map((label) => ({ label, probability: 0.2 })) },
    ]);
    assert.ok(!svg.includes('<script'));
    assert.ok(svg.includes('&quot;&amp;&#39;&lt;'));
    assert.ok(svg.includes('a\ufffdb\ufffd\ufffd'));
    assert.ok(svg.includes(`${[...'笑😀'.repeat(40)].slice(0, 23).join('')}…`));
    const { width } = await sharp(Buffer.from(svg))
      .raw()
      .toBuffer({ resolveWithObject: true })
      .then((r) => r.info);
    assert.equal(width, 600);
  });

  it('is drawn on pictures of any size, its text no larger than a narrow one has room for', async () => {
    const property = fc.asyncProperty(anySize, async ({ width, height }) => {
      const photo = plain(width, height, 128);
      const box = { x: 0, y: 0, width: Math.min(width, 60), height: Math.min(height, 60) };
      const drawn = await annotate(photo, [{ box, expressions }]);
      assert.deepEqual([drawn.width, drawn.height, drawn.data.length], [width, height, photo.data.length]);
    });
    await fc.assert(property, { numRuns: 20, examples: [[{ width: 20_000, height: 1 }]] });
    const [size] = [...annotationSvg(20_000, 300, [face]).matchAll(/font-size="([\d.]+)"/g)];
    assert.equal(Number(size![1]), 20);
  });

  it('marks landmarks', () => {
    const svg = annotationSvg(500, 400, [{ ...face, landmarks: [{ x: 70, y: 90 }] }]);
    assert.match(svg, /<circle cx="70" cy="90"/);
  });
});

describe('the layout', () => {
  const extent: Extent = { panel: { width: 15, height: 11 }, strip: { width: 9, height: 1.5 } };

  it('puts panels beside the faces, over no face and no other panel', () => {
    const faces = [100, 450, 800].flatMap((x) => [100, 450].map((y) => ({ x, y, width: 80, height: 90 })));
    const places = layOut(
      { width: 1200, height: 800 },
      faces.map((box) => ({ box, extent })),
    );
    const panels = places.map(({ panel }) => panel!);
    for (const [i, panel] of panels.entries()) {
      assert.ok(
        panel.x >= 0 && panel.y >= 0 && panel.x + panel.width <= 1200 && panel.y + panel.height <= 800,
      );
      for (const box of [...faces, ...panels.filter((_, k) => k !== i)]) assert.equal(overlap(panel, box), 0);
    }
  });

  it('is content with a strip where there is no room', () => {
    const [crowded] = layOut({ width: 100, height: 100 }, [
      { box: { x: 5, y: 5, width: 90, height: 90 }, extent },
    ]);
    assert.equal(crowded!.panel, undefined);
    const { x, y, width, height } = crowded!.strip!;
    assert.ok(x >= 0 && y >= 0 && x + width <= 100 && y + height <= 100);
  });
});

describe('annotated pictures', () => {
  for (const level of [0, 128, 255]) {
    it(`stand out on a ground of ${level}`, async () => {
      const picture = await annotate(plain(500, 400, level), [face]);
      const edge = [-3, -2, -1, 0, 1, 2, 3].map((by) => pixel(picture, 60 + by, 130));
      const lightness = edge.map(([red, green, blue]) => red! + green! + blue!);
      assert.ok(Math.max(...lightness) - Math.min(...lightness) > 250, `edge ${edge}`);
      assert.deepEqual(pixel(picture, 105, 130), [level, level, level], 'the face itself is untouched');
      const panel = sharesOf(picture, { x: 160, y: 84, width: 120, height: 90 });
      assert.ok(panel.dark > 0.4 && panel.light > 0.01, `panel ${JSON.stringify(panel)}`);
    });
  }

  it('are the photo itself when there is no face', async () => {
    const photo = plain(30, 20, 9);
    assert.equal(await annotate(photo, []), photo);
  });

  it('are written in the format of their name, and nothing else is', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'annotate-'));
    const photo = plain(500, 400, 90);
    for (const name of ['a.png', 'b.jpg', 'c.JPEG', 'd.webp']) {
      await writeAnnotated(join(folder, name), photo, [face]);
      const { width, height } = await decodeImage(join(folder, name));
      assert.deepEqual([width, height], [500, 400]);
    }
    await assert.rejects(writeAnnotated(join(folder, 'e.gif'), photo, [face]), { code: 'option.invalid' });
    const long = join(folder, 'long.jpg');
    await assert.rejects(writeAnnotated(long, plain(1, 70_000, 128), []), {
      code: 'option.invalid',
      message: `Expected at most 65535 pixels on a side for ${long}, got 1 x 70000; give the photo a name that ends in .png.`,
    });
    assert.equal((await readdir(folder)).length, 4);
    await rm(folder, { recursive: true });
  });
});
