/** Images of an evaluation and what was said of each. Browser-safe. */
import { useEffect, useState } from 'preact/hooks';
import type { EvaluationResult, Mistake } from '../../evaluate/result.js';
import { grouped, percent, visible } from '../../report/display-text.js';

/** An image that is shown; right answers, too. */
export type Shown = Mistake;

interface GalleryProps {
  readonly images: readonly Shown[];
  readonly result: EvaluationResult;
  readonly pictures: ReadonlyMap<string, File>;
}

/** Shown at a time. */
const page = 60;

export function Gallery({ images, result, pictures }: GalleryProps) {
  const [most, setMost] = useState(page);
  const rest = images.length - most;
  return (
    <>
      <ul class="gallery">
        {images.slice(0, most).map((image) => (
          <Entry key={image.path} image={image} result={result} file={pictures.get(image.path)} />
        ))}
      </ul>
      {rest > 0 && (
        <button type="button" onClick={() => setMost(most + page)}>
          Show {grouped(Math.min(page, rest))} more of {grouped(rest)}
        </button>
      )}
    </>
  );
}

/** The path from the dataset's folder on, where it lies there. */
function below(root: string, path: string): string {
  const isBelow = path.startsWith(root) && /[\\/]/.test(path.charAt(root.length));
  return isBelow ? path.slice(root.length + 1) : path;
}

interface EntryProps extends Pick<GalleryProps, 'result'> {
  readonly image: Shown;
  readonly file: File | undefined;
}

function Entry({ image, result: { classes, dataset }, file }: EntryProps) {
  const { path, label, predicted, confidence, labelProbability } = image;
  return (
    <li>
      {file && <Picture file={file} description={`Image of ${classes[label]}`} />}
      <div class="said">
        <p>
          <b>{classes[predicted]}</b> {percent(confidence, 1)}
        </p>
        {label !== predicted && (
          <p class="hint">
            is {classes[label]} {percent(labelProbability, 1)}
          </p>
        )}
        <p class="path hint small" title={visible(path)}>
          {visible(below(dataset.root, path))}
        </p>
      </div>
    </li>
  );
}

function Picture({ file, description }: { readonly file: File; readonly description: string }) {
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    const made = URL.createObjectURL(file);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [file]);
  return <img src={url} alt={description} loading="lazy" decoding="async" />;
}
