/** The ways of opening pictures: a file dialog, dropping, pasting. Browser-safe. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { Icon } from '../parts/icon.js';

type Take = (files: File[]) => void;

export function OpenButton({ take, main = false }: { readonly take: Take; readonly main?: boolean }) {
  const input = useRef<HTMLInputElement>(null);
  const choose = () => {
    take(Array.from(input.current?.files ?? []));
    input.current!.value = ''; // so that the same file may be chosen again
  };
  return (
    <>
      <button type="button" class={main ? 'main' : undefined} onClick={() => input.current!.click()}>
        <Icon name="picture" />
        Open pictures
      </button>
      <input
        ref={input}
        type="file"
        accept="image/*"
        multiple
        hidden
        aria-label="Pictures"
        onChange={choose}
      />
    </>
  );
}

/** Takes what is dropped anywhere on the page or pasted; true while something is dragged over it. */
export function useDropAndPaste(take: Take): boolean {
  const [over, setOver] = useState(false);
  const latest = useRef(take);
  latest.current = take;
  useEffect(() => {
    const offer = (list: Iterable<File> | undefined) => {
      const files = Array.from(list ?? []).filter(({ type }) => type === '' || type.startsWith('image/'));
      if (files.length > 0) latest.current(files);
    };
    const listeners = {
      dragover(event: DragEvent) {
        event.preventDefault(); // or the browser opens the file in place of the page
        setOver(true);
      },
      dragleave(event: DragEvent) {
        if (!event.relatedTarget) setOver(false);
      },
      drop(event: DragEvent) {
        event.preventDefault();
        setOver(false);
        offer(event.dataTransfer?.files);
      },
      paste: (event: ClipboardEvent) => offer(event.clipboardData?.files),
    };
    for (const [name, listener] of Object.entries(listeners))
      addEventListener(name, listener as EventListener);
    return () => {
      for (const [name, listener] of Object.entries(listeners))
        removeEventListener(name, listener as EventListener);
    };
  }, []);
  return over;
}
