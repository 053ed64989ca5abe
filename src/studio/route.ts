/** Which view the address names: `#/evaluations/3f2a` is the evaluation 3f2a. Browser-safe. */
import { useEffect, useState } from 'preact/hooks';

export const views = ['recognise', 'evaluations', 'runs'] as const;
export type View = (typeof views)[number];

export interface Route {
  readonly view: View;
  /** What is open in the view. */
  readonly id: string | undefined;
}

export function parseRoute(hash: string): Route {
  const [, name, id] = /^#\/([^/]*)(?:\/(.+))?$/.exec(hash) ?? [];
  return { view: views.find((view) => view === name) ?? 'recognise', id };
}

export function addressOf(view: View, id?: string): string {
  return id === undefined ? `#/${view}` : `#/${view}/${id}`;
}

export function useRoute(): Route {
  const [route, setRoute] = useState(() => parseRoute(location.hash));
  useEffect(() => {
    const follow = () => setRoute(parseRoute(location.hash));
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  return route;
}
