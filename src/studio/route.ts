/** Which view the address names: `#/evaluation`. Browser-safe. */
import { useEffect, useState } from 'preact/hooks';

export const views = ['recognise', 'evaluation'] as const;
export type View = (typeof views)[number];

export function parseAddress(hash: string): View {
  return views.find((view) => addressOf(view) === hash) ?? 'recognise';
}

export function addressOf(view: View): string {
  return `#/${view}`;
}

export function useView(): View {
  const [view, setView] = useState(() => parseAddress(location.hash));
  useEffect(() => {
    const follow = () => setView(parseAddress(location.hash));
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  return view;
}
