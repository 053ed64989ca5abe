/** Pictures and the expressions in them. Browser-safe. */
import { useEffect, useState } from 'preact/hooks';
import { Icon } from '../parts/icon.js';
import { Failure } from '../parts/notice.js';
import { type OnFiles, OpenButton, useDropAndPaste } from '../parts/open-files.js';
import type { OpenedFile } from '../parts/opened-file.js';
import { BackendPicker } from './backends/backend-picker.js';
import { ModelLoad } from './backends/model-load.js';
import { announce, FaceList } from './face-list.js';
import { Layers } from './layers.js';
import { Live } from './live.js';
import type { Backend, Recognised } from './recognition.js';
import { Stage } from './stage.js';
import { type Camera, useCamera } from './use-camera.js';
import type { Recognition } from './use-recognition.js';

interface PageProps {
  readonly recognition: Recognition;
}

export function RecognisePage({ recognition }: PageProps) {
  const { selected, backend, local } = recognition;
  const camera = useCamera();
  const take: OnFiles = (files) => {
    camera.close();
    takePictures(recognition)(files);
  };
  const over = useDropAndPaste(take);
  return (
    <div class={`recognise${over ? ' over' : ''}`}>
      <h1 class="unseen">Recognise expressions</h1>
      <Tools {...{ recognition, camera, take }} />
      {backend === 'browser' && <ModelLoad {...local} />}
      {camera.error && <Failure error={camera.error} />}
      {camera.stream ? (
        <Live stream={camera.stream} recognition={recognition} />
      ) : selected ? (
        <Open recognition={recognition} />
      ) : (
        <DropZone {...{ recognition, camera, take }} />
      )}
    </div>
  );
}

function takePictures({ add }: Recognition): OnFiles {
  const mayBePicture = ({ file: { type } }: OpenedFile) => type === '' || type.startsWith('image/');
  return (files) => add(files.filter(mayBePicture).map(({ file }) => file));
}

interface SourceProps extends PageProps {
  readonly camera: Camera;
  readonly take: OnFiles;
}

function OpenPictures({ take, main = false }: { readonly take: OnFiles; readonly main?: boolean }) {
  return <OpenButton take={take} text="Open pictures" icon="picture" accept="image/*" main={main} />;
}

function CameraButton({ camera: { stream, open, close } }: Pick<SourceProps, 'camera'>) {
  return (
    <button type="button" onClick={stream ? close : open}>
      <Icon name={stream ? 'close' : 'camera'} />
      {stream ? 'Stop the camera' : 'Use the camera'}
    </button>
  );
}

function Tools({ recognition, camera, take }: SourceProps) {
  const { backend, setBackend, findFaces, canFindFaces, setFindFaces, pictures } = recognition;
  const isEmpty = pictures.length === 0 && !camera.stream;
  return (
    <div class="tools">
      {!isEmpty && <OpenPictures take={take} />}
      {!isEmpty && <CameraButton camera={camera} />}
      <span class="grow" />
      <label class="switch">
        <input
          type="checkbox"
          checked={findFaces}
          disabled={!canFindFaces}
          onChange={({ currentTarget }) => setFindFaces(currentTarget.checked)}
        />
        <span>Find faces</span>
      </label>
      <BackendPicker backend={backend} setBackend={setBackend} />
    </div>
  );
}

const whereTo: Record<Backend, string> = {
  server: 'They go to the server in the address bar, and nowhere else.',
  browser: 'They stay in this browser.',
};

function DropZone({ recognition, camera, take }: SourceProps) {
  return (
    <div class="dropzone">
      <svg class="smile" viewBox="0 0 96 96" aria-hidden="true">
        <path d="M12 30V20a8 8 0 0 1 8-8h10M66 12h10a8 8 0 0 1 8 8v10M84 66v10a8 8 0 0 1-8 8H66M30 84H20a8 8 0 0 1-8-8V66" />
        <path d="M36 38v5M60 38v5M32 57c7 10 25 10 32 0" />
      </svg>
      <h2>Drop pictures here</h2>
      <p class="hint">or paste one, or</p>
      <div class="actions">
        <OpenPictures take={take} main />
        <CameraButton camera={camera} />
      </div>
      <p class="hint small">{whereTo[recognition.backend]}</p>
    </div>
  );
}

function Open({ recognition }: { readonly recognition: Recognition }) {
  const { selected, outcome, trouble } = recognition;
  const [face, setFace] = useState(0);
  const [heat, setHeat] = useState(false);
  const [landmarks, setLandmarks] = useState(false);
  const { id, url, name } = selected!;
  const result = outcome?.result;
  useEffect(() => setFace(0), [id, result]);
  return (
    <div class="desk">
      <section class="card viewer" aria-label="Picture">
        <Stage {...{ result, face, heat, landmarks, onFace: setFace }}>
          <img src={url} alt={name} />
        </Stage>
        <div class="caption">
          <span class="file" title={name}>
            {name}
          </span>
          {result && <span>{facts(result)}</span>}
          <span class="grow" />
          <Layers {...{ result, heat, setHeat, landmarks, setLandmarks }} />
          <button
            type="button"
            class="plain"
            aria-label={`Close ${name}`}
            onClick={() => recognition.remove(id)}
          >
            <Icon name="close" />
          </button>
        </div>
        <Strip recognition={recognition} />
      </section>
      <section class="card results" aria-label="Expressions" aria-busy={!outcome && !trouble}>
        <p class="unseen" role="status">
          {result ? announce(result) : ''}
        </p>
        {outcome?.error && <Failure error={outcome.error} />}
        {result && <FaceList result={result} face={face} onFace={setFace} picture={url} />}
        {!outcome && <Waiting recognition={recognition} />}
      </section>
    </div>
  );
}

function Waiting({ recognition: { recogniser, trouble } }: { readonly recognition: Recognition }) {
  if (trouble) return <Failure error={trouble} />;
  return <p class="hint waiting">{recogniser ? 'Recognising …' : 'Waiting for the model …'}</p>;
}

function facts({ width, height, backend, milliseconds }: Recognised): string {
  const where = backend === 'server' ? 'on the server' : 'in this browser';
  return `${width} × ${height}, ${Math.round(milliseconds)} ms ${where}`;
}

function Strip({ recognition }: { readonly recognition: Recognition }) {
  const { pictures, selected, select, remove } = recognition;
  if (pictures.length === 1) return null;
  return (
    <ul class="strip" aria-label="Open pictures">
      {pictures.map(({ id, name, url }) => (
        <li key={id}>
          <button
            type="button"
            aria-pressed={id === selected?.id}
            aria-label={name}
            onClick={() => select(id)}
          >
            <img src={url} alt="" />
          </button>
          <button type="button" class="remove" aria-label={`Close ${name}`} onClick={() => remove(id)}>
            <Icon name="close" />
          </button>
        </li>
      ))}
    </ul>
  );
}
