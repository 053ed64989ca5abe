/** The faces of a picture and how probable each expression is. Browser-safe. */
import { useEffect, useRef } from 'preact/hooks';
import { percent } from '../../report/display-text.js';
import { inWords, type Recognised, type SeenFace } from './recognition.js';

interface FaceListProps {
  readonly result: Recognised;
  readonly face: number;
  readonly onFace: (face: number) => void;
  /** Shows the picture; where it moves, no portraits are cut out of it. */
  readonly picture?: string;
}

export function FaceList({ result, face, onFace, picture }: FaceListProps) {
  const { faces } = result;
  if (faces.length === 0) return <NoFace />;
  return (
    <ol class="faces">
      {faces.map((one, i) => (
        <li key={i} class="face">
          <button type="button" class="head" aria-expanded={i === face} onClick={() => onFace(i)}>
            {picture !== undefined && <Portrait face={one} result={result} picture={picture} />}
            <span class="label">{one.label}</span>
            <span class="share">{Math.round(100 * one.probability)}&#8239;%</span>
          </button>
          {i === face && <Bars {...one} />}
        </li>
      ))}
    </ol>
  );
}

function NoFace() {
  return (
    <div class="hint">
      <p>
        <b>No face found.</b>
      </p>
      <p>
        A picture that is nothing but a face, as in the datasets, is recognised without looking for faces.
      </p>
    </div>
  );
}

const portraitSize = 88;

function Portrait({ face, result, picture }: { face: SeenFace; result: Recognised; picture: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const image = new Image();
    image.onload = () => drawPortrait(canvas.current, image, face, result);
    image.src = picture;
  }, [face, picture]);
  return <canvas class="portrait" ref={canvas} width={portraitSize} height={portraitSize} />;
}

function drawPortrait(
  canvas: HTMLCanvasElement | null,
  image: HTMLImageElement,
  { place }: SeenFace,
  { width, height }: Recognised,
): void {
  const box = place?.box ?? { x: 0, y: 0, width, height };
  const scale = image.naturalWidth / width; // pictures without a place may be shown turned
  const side = Math.max(box.width, box.height) * scale;
  const left = (box.x + box.width / 2) * scale - side / 2;
  const top = (box.y + box.height / 2) * scale - side / 2;
  canvas?.getContext('2d')?.drawImage(image, left, top, side, side, 0, 0, portraitSize, portraitSize);
}

/** The result in a sentence, for those who hear the page. */
export function announce({ faces }: Recognised): string {
  if (faces.length === 0) return 'No face found.';
  const count = faces.length === 1 ? 'One face' : `${faces.length} faces`;
  return `${count}: ${faces.map(inWords).join('; ')}.`;
}

function Bars({ probabilities, probability: most }: SeenFace) {
  return (
    <ul class="bars">
      {Object.entries(probabilities).map(([label, probability]) => (
        <li key={label} class={probability === most ? 'most' : undefined}>
          <span class="name">{label}</span>
          <span class="track" aria-hidden="true">
            <i style={{ width: `${100 * probability}%` }} />
          </span>
          <span class="figure">{percent(probability, 1)}</span>
        </li>
      ))}
    </ul>
  );
}
