/** A picture with the faces found in it. Browser-safe. */
import type { ComponentChildren } from 'preact';
import { HeatLayer } from './heat-layer.js';
import { inWords, type Recognised, type SeenFace } from './recognition.js';

interface StageProps {
  readonly result: Recognised | undefined;
  /** The face that is looked at, by its place in the list. */
  readonly face: number;
  readonly onFace: (face: number) => void;
  readonly heat: boolean;
  readonly landmarks: boolean;
  /** Shown as in a mirror, as what the camera sees of oneself. */
  readonly mirrored?: boolean;
  /** The picture itself. */
  readonly children: ComponentChildren;
}

export function Stage({ result, face, onFace, heat, landmarks, mirrored = false, children }: StageProps) {
  const shown = result?.faces.some((one) => one.heat) && heat;
  return (
    <div class={`frame${shown ? ' grey' : ''}${mirrored ? ' mirrored' : ''}`}>
      {children}
      {result && shown && <HeatLayer result={result} />}
      {result && landmarks && <Landmarks result={result} />}
      {result?.faces.map((one, i) => (
        <FaceBox key={i} face={one} picture={result} pressed={i === face} onPress={() => onFace(i)} />
      ))}
    </div>
  );
}

interface FaceBoxProps {
  readonly face: SeenFace;
  readonly picture: Recognised;
  readonly pressed: boolean;
  readonly onPress: () => void;
}

function FaceBox({ face, picture, pressed, onPress }: FaceBoxProps) {
  if (!face.place) return null;
  const { x, y, width, height } = face.place.box;
  const share = (part: number, whole: number) => `${(100 * part) / whole}%`;
  const style = {
    left: share(x, picture.width),
    top: share(y, picture.height),
    width: share(width, picture.width),
    height: share(height, picture.height),
  };
  const isHigh = y < 0.08 * picture.height;
  return (
    <button
      type="button"
      class={`box${isHigh ? ' high' : ''}`}
      style={style}
      aria-pressed={pressed}
      aria-label={`Face: ${inWords(face)}`}
      onClick={onPress}
    >
      <span aria-hidden="true">{inWords(face)}</span>
    </button>
  );
}

function Landmarks({ result: { width, height, faces } }: { readonly result: Recognised }) {
  const points = faces.flatMap(({ place }) => place?.landmarks ?? place?.points ?? []);
  const radius = Math.max(width, height) / 400;
  return (
    <svg class="landmarks" viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
      {points.map(({ x, y }, i) => (
        <circle key={i} cx={x} cy={y} r={radius} />
      ))}
    </svg>
  );
}
