/** The pictures that are open, who recognises them, and what came out. Browser-safe. */
import { useEffect, useMemo, useReducer, useState } from 'preact/hooks';
import type { ModelBody } from '../../server/http/schemas.js';
import type { Answer } from '../use-answer.js';
import { inBrowser } from './backends/in-browser.js';
import { onServer } from './backends/on-server.js';
import { type LocalModel, useLocalModel } from './backends/use-local-model.js';
import { type Backend, backends, type Recognised, type StudioRecogniser } from './recognition.js';

export interface Picture {
  readonly id: number;
  readonly name: string;
  readonly file: Blob;
  /** An address to show it by. */
  readonly url: string;
  /** What came out, by `modeOf`; a picture that was recognised by one backend need not wait for it again. */
  readonly outcomes: Readonly<Record<string, Outcome>>;
}

export interface Outcome {
  readonly result?: Recognised;
  readonly error?: Error;
}

export interface Recognition {
  readonly pictures: readonly Picture[];
  readonly selected: Picture | undefined;
  /** What came out for the selected picture as things are set. */
  readonly outcome: Outcome | undefined;
  readonly backend: Backend;
  readonly findFaces: boolean;
  /** Whether faces can be looked for as things are set. */
  readonly canFindFaces: boolean;
  /** Absent while it is not ready. */
  readonly recogniser: StudioRecogniser | undefined;
  /** Why the server cannot recognise, where it is to. */
  readonly trouble: Error | undefined;
  readonly local: LocalModel;
  add(files: Iterable<File>): void;
  select(id: number): void;
  remove(id: number): void;
  setBackend(backend: Backend): void;
  setFindFaces(find: boolean): void;
}

interface Pictures {
  readonly list: readonly Picture[];
  readonly selected: number | undefined;
}

type Action =
  | { readonly type: 'add'; readonly pictures: readonly Picture[] }
  | { readonly type: 'select' | 'remove'; readonly id: number }
  | { readonly type: 'done'; readonly id: number; readonly mode: string; readonly outcome: Outcome };

let pictureCount = 0;

export function useRecognition(model: Answer<ModelBody>): Recognition {
  const [{ list, selected }, dispatch] = useReducer(change, { list: [], selected: undefined });
  const [backend, setBackend] = useWay();
  const [wantsFaces, setFindFaces] = useState(true);
  const server = model.value;
  const isAsked = server !== undefined || model.error !== undefined; // before that a token may be missing
  const local = useLocalModel(backend === 'browser' && isAsked);
  const { poster } = local;
  const recogniser = useMemo(
    () => (backend === 'server' ? server && onServer(server) : poster && inBrowser(poster, server)),
    [backend, server, poster],
  );
  const canFindFaces = backend === 'browser' || server?.findsFaces !== false;
  const findFaces = wantsFaces && canFindFaces;
  const mode = `${backend} ${findFaces ? 'faces' : 'crop'}`;
  const picture = list.find(({ id }) => id === selected);
  const next = [picture, ...list].find((one) => one && !one.outcomes[mode]);

  useEffect(() => {
    if (!next || !recogniser) return;
    const stop = new AbortController();
    recogniser
      .recognise(next.file, findFaces, stop.signal)
      .then((result): Outcome => ({ result }))
      .catch((error: Error): Outcome => ({ error }))
      .then((outcome) => {
        if (!stop.signal.aborted) dispatch({ type: 'done', id: next.id, mode, outcome });
      });
    return () => stop.abort();
  }, [next?.id, mode, recogniser]);

  return {
    pictures: list,
    selected: picture,
    outcome: picture?.outcomes[mode],
    backend,
    findFaces,
    canFindFaces,
    recogniser,
    trouble: backend === 'server' && !server ? model.error : undefined,
    local,
    add: (files) => dispatch({ type: 'add', pictures: Array.from(files, toPicture) }),
    select: (id) => dispatch({ type: 'select', id }),
    remove: (id) => dispatch({ type: 'remove', id }),
    setBackend,
    setFindFaces,
  };
}

const wayKey = 'poster-way';

/** The backend of the last visit, so that the page works without its server from the start. */
function useWay(): [Backend, (backend: Backend) => void] {
  const [backend, setBackend] = useState(
    () => backends.find((one) => one === localStorage.getItem(wayKey)) ?? 'server',
  );
  const choose = (chosen: Backend) => {
    localStorage.setItem(wayKey, chosen);
    setBackend(chosen);
  };
  return [backend, choose];
}

function toPicture(file: File): Picture {
  const url = URL.createObjectURL(file);
  return { id: ++pictureCount, name: file.name || 'pasted picture', file, url, outcomes: {} };
}

function change({ list, selected }: Pictures, action: Action): Pictures {
  if (action.type === 'select') return { list, selected: action.id };
  if (action.type === 'add') {
    return { list: [...list, ...action.pictures], selected: action.pictures[0]?.id ?? selected };
  }
  if (action.type === 'done') {
    const { id, mode, outcome } = action;
    const settled = (picture: Picture) =>
      picture.id === id ? { ...picture, outcomes: { ...picture.outcomes, [mode]: outcome } } : picture;
    return { list: list.map(settled), selected };
  }
  const at = list.findIndex(({ id }) => id === action.id);
  const rest = list.filter(({ id }) => id !== action.id);
  if (list[at]) URL.revokeObjectURL(list[at].url);
  return {
    list: rest,
    selected: selected === action.id ? rest[Math.min(at, rest.length - 1)]?.id : selected,
  };
}
