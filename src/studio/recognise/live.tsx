/** What the camera shows, and the expressions in it as they change. Browser-safe. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { Failure } from '../parts/notice.js';
import { FaceList } from './face-list.js';
import { type Followed, followVideo } from './follow-video.js';
import { Layers } from './layers.js';
import { Stage } from './stage.js';
import type { Recognition } from './use-recognition.js';

interface LiveProps {
  readonly stream: MediaStream;
  readonly recognition: Recognition;
}

/** Mirrored, as people know themselves; what is recognised is not. */
export function Live({ stream, recognition }: LiveProps) {
  const video = useRef<HTMLVideoElement>(null);
  const { followed, error } = useFollowed(video, stream, recognition);
  const [face, setFace] = useState(0);
  const [heat, setHeat] = useState(false);
  const [landmarks, setLandmarks] = useState(false);
  const { recogniser, trouble } = recognition;
  const result = followed?.result;
  const failure = trouble ?? error;
  const shown = Math.min(face, Math.max((result?.faces.length ?? 0) - 1, 0));
  return (
    <div class="desk">
      <section class="card viewer" aria-label="Camera">
        <Stage {...{ result, face: shown, heat, landmarks, onFace: setFace }} mirrored>
          <video ref={video} autoplay playsInline muted aria-label="The camera’s picture" />
        </Stage>
        <div class="caption">
          <span>{followed ? pace(followed) : recogniser ? 'Recognising …' : 'Waiting for the model …'}</span>
          <span class="grow" />
          <Layers {...{ result, heat, setHeat, landmarks, setLandmarks }} />
        </div>
      </section>
      <section class="card results" aria-label="Expressions">
        {failure && <Failure error={failure} />}
        {result && <FaceList result={result} face={shown} onFace={setFace} />}
      </section>
    </div>
  );
}

function useFollowed(
  video: { readonly current: HTMLVideoElement | null },
  stream: MediaStream,
  { recogniser, findFaces }: Recognition,
) {
  const [followed, setFollowed] = useState<Followed>();
  const [error, setError] = useState<Error>();
  useEffect(() => {
    video.current!.srcObject = stream;
  }, [stream]);
  useEffect(() => {
    setFollowed(undefined);
    setError(undefined);
    if (!recogniser) return;
    const stop = new AbortController();
    void followVideo(video.current!, recogniser, {
      faces: findFaces,
      signal: stop.signal,
      onResult(next) {
        setFollowed(next);
        setError(undefined);
      },
      onError: setError,
    });
    return () => stop.abort();
  }, [stream, recogniser, findFaces]);
  return { followed, error };
}

function pace({ result, rate }: Followed): string {
  const where = result.backend === 'server' ? 'on the server' : 'in this browser';
  return `${rate.toFixed(1)} frames/s ${where}`;
}
