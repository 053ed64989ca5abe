/** The ways of opening files: a dialog, dropping, pasting. Browser-safe. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { Icon, type IconName } from './icon.js';
import { chosenFiles, droppedFiles, type OpenedFile } from './opened-file.js';

export type OnFiles = (files: OpenedFile[]) => void;

interface OpenButtonProps {
  readonly take: OnFiles;
  readonly text: string;
  readonly icon: IconName;
  /** Kinds of files to offer; absent: a folder with all that is in it. */
  readonly accept?: string;
  readonly main?: boolean;
}

export function OpenButton({ take, text, icon, accept, main = false }: OpenButtonProps) {
  const input = useRef<HTMLInputElement>(null);
  const choose = () => {
    take(chosenFiles(input.current!.files ?? []));
    input.current!.value = ''; // so that the same file may be chosen again
  };
  return (
    <>
      <button type="button" class={main ? 'main' : undefined} onClick={() => input.current!.click()}>
        <Icon name={icon} />
        {text}
      </button>
      <input
        ref={input}
        type="file"
        multiple
        {...(accept === undefined ? { webkitdirectory: true } : { accept })}
        hidden
        aria-label={text}
        onChange={choose}
      />
    </>
  );
}

/** Takes what is dropped anywhere on the page or pasted; true while something is dragged over it. */
export function useDropAndPaste(take: OnFiles): boolean {
  const [over, setOver] = useState(false);
  const latest = useRef(take);
  latest.current = take;
  useEffect(() => {
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
        if (event.dataTransfer) void droppedFiles(event.dataTransfer).then(offer);
      },
      paste: (event: ClipboardEvent) => offer(chosenFiles(event.clipboardData?.files ?? [])),
    };
    const offer = (files: OpenedFile[]) => {
      if (files.length > 0) latest.current(files);
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
