/** The heat of what decided each face's class, over the picture it is in. Browser-safe. */
import { useLayoutEffect, useRef } from 'preact/hooks';
import { heatLayer } from '../../explain/overlay.js';
import { fitSimilarity, invertSimilarity } from '../../faces/align/similarity.js';
import { templatePixels, templates } from '../../faces/align/template.js';
import type { Recognised, SeenFace } from './recognition.js';

/** Pixels of a map as it is drawn before it is laid over the face. */
const side = 112;
/** The longer side of the canvas, which a page stretches over the picture: browsers refuse ones of any size. */
const longest = 4096;

export function HeatLayer({ result }: { readonly result: Recognised }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { width, height } = result;
  const scale = Math.min(1, longest / Math.max(width, height));
  useLayoutEffect(() => {
    const context = canvas.current!.getContext('2d')!;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, canvas.current!.width, canvas.current!.height);
    context.scale(scale, scale);
    for (const face of result.faces) drawHeat(context, face, result);
  }, [result]);
  const length = (pixels: number) => Math.max(Math.round(scale * pixels), 1);
  return <canvas class="heat" ref={canvas} width={length(width)} height={length(height)} />;
}

function drawHeat(
  context: CanvasRenderingContext2D,
  { heat, place }: SeenFace,
  { width, height, template }: Recognised,
) {
  if (!heat) return;
  const map = new OffscreenCanvas(side, side);
  map.getContext('2d')!.putImageData(new ImageData(heatLayer(heat, side, side), side, side), 0, 0);
  context.save();
  if (place) {
    // The map lies over the aligned crop; its way back into the picture is that of the crop's points.
    const { a, b, dx, dy } = invertSimilarity(
      fitSimilarity(place.points, templatePixels(templates[template], side)),
    );
    context.transform(a, b, -b, a, dx, dy);
    context.drawImage(map, 0, 0);
  } else context.drawImage(map, 0, 0, width, height);
  context.restore();
}
