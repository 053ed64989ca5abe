/** Which view the address names, and what in it: `#/training/a-run`. Browser-safe. */
import { useEffect, useState } from 'preact/hooks';

export const views = ['recognise', 'evaluation', 'training'] as const;
export type View = (typeof views)[number];

export interface Route {
  readonly view: View;
  /** What is open in it, where the address says so. */
  readonly name: string | undefined;
}

export function parseAddress(hash: string): Route {
  const [, part, name] = hash.split('/');
  const view = views.find((view) => view === part) ?? 'recognise';
  return { view, name: name ? decoded(name) : undefined };
}

export function addressOf(view: View, name?: string): string {
  return name === undefined ? `#/${view}` : `#/${view}/${encodeURIComponent(name)}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export function useRoute(): Route {
  const [place, setPlace] = useState(() => parseAddress(location.hash));
  useEffect(() => {
    const follow = () => setPlace(parseAddress(location.hash));
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  return place;
}
