/** The picture of augmented faces that a run keeps, so that a person sees what the network sees. Browser-safe. */
import { useEffect, useState } from 'preact/hooks';
import { getFile } from '../api.js';

/** Where the picture is: an address of the server, or a file that was opened. */
type Source = string | Blob;

/** Nothing where the run has none, as those of earlier versions. */
export function AugmentedFaces({ source }: { readonly source: Source }) {
  const address = usePicture(source);
  if (!address) return null;
  return (
    <section class="card block" aria-labelledby="augmented-faces">
      <h2 id="augmented-faces">What the network sees</h2>
      <p class="hint small">A training image a row: as it is, then as the first seven epochs show it.</p>
      <img
        class="sheet"
        src={address}
        alt="Rows of a training image: as it is, then as the first epochs show it"
      />
    </section>
  );
}

/** An address of the picture in this page, while it is shown. */
function usePicture(source: Source): string | undefined {
  const [address, setAddress] = useState<string>();
  useEffect(() => {
    const stop = new AbortController();
    let made: string | undefined;
    const show = (file: Blob) => {
      if (stop.signal.aborted) return;
      made = URL.createObjectURL(file);
      setAddress(made);
    };
    const picture = typeof source === 'string' ? getFile(source, stop.signal) : Promise.resolve(source);
    picture.then(show, () => undefined); // a run without it is whole all the same
    return () => {
      stop.abort();
      setAddress(undefined);
      if (made) URL.revokeObjectURL(made);
    };
  }, [source]);
  return address;
}
