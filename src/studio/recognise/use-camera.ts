/** The camera of this machine, for as long as it is wanted. Browser-safe. */
import { useEffect, useState } from 'preact/hooks';
import { messageOf } from '../../errors.js';

export interface Camera {
  /** What it shows; absent while it is off. */
  readonly stream: MediaStream | undefined;
  /** Why it does not show anything. */
  readonly error: Error | undefined;
  open(): void;
  close(): void;
}

/** It is switched off when the view is left. */
export function useCamera(): Camera {
  const [wanted, setWanted] = useState(false);
  const [stream, setStream] = useState<MediaStream>();
  const [error, setError] = useState<Error>();

  useEffect(() => {
    if (!wanted) return;
    let opened: MediaStream | undefined;
    let left = false;
    const fail = (why: Error) => {
      if (left) return;
      setError(why);
      setWanted(false);
    };
    openCamera().then((camera) => {
      opened = camera;
      if (left) return switchOff(camera);
      const unplugged = new Error('The camera has gone; plug it in and try again.');
      camera.getVideoTracks()[0]?.addEventListener('ended', () => fail(unplugged));
      setStream(camera);
    }, fail);
    return () => {
      left = true;
      setStream(undefined);
      if (opened) switchOff(opened);
    };
  }, [wanted]);

  return {
    stream,
    error,
    open() {
      setError(undefined);
      setWanted(true);
    },
    close: () => setWanted(false),
  };
}

/** @throws Error in a sentence for the user */
async function openCamera(): Promise<MediaStream> {
  if (!navigator.mediaDevices)
    throw new Error(
      'Browsers give a camera only to pages of this machine or over HTTPS; open the studio at such an address.',
    );
  try {
    const video = { width: { ideal: 1280 }, height: { ideal: 720 }, facingMode: 'user' };
    return await navigator.mediaDevices.getUserMedia({ video, audio: false });
  } catch (error) {
    const why = reasons[(error as DOMException).name] ?? `The camera cannot be used (${messageOf(error)}).`;
    throw new Error(why);
  }
}

const reasons: Record<string, string> = {
  NotAllowedError: 'The camera was not allowed; allow it for this page beside the address bar and try again.',
  NotFoundError: 'There is no camera; plug one in and try again.',
  NotReadableError: 'The camera is in use by another program; close that and try again.',
};

function switchOff(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}
