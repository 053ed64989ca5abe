/** <Expressions photo={file} />: the expression of every face of a photo. */
import { Poster } from 'poster-v2/web';
import { useEffect, useState } from 'react';

/** Loaded once for all components, when the first is shown. */
let loading;
const loadPoster = () => {
  loading ??= Poster.load();
  return loading;
};

export function Expressions({ photo }) {
  const [faces, setFaces] = useState();
  const [error, setError] = useState();

  useEffect(() => {
    setFaces(undefined);
    setError(undefined);
    if (!photo) return;
    const change = new AbortController(); // another photo, or the component is gone
    loadPoster()
      .then((poster) => poster.recognise(photo, { signal: change.signal }))
      .then(({ faces }) => setFaces(faces))
      .catch((error) => change.signal.aborted || setError(error));
    return () => change.abort();
  }, [photo]);

  if (error) return <p role="alert">{error.message}</p>;
  if (!photo) return null;
  if (!faces) return <p>Looking …</p>;
  if (faces.length === 0) return <p>No face was found.</p>;
  return (
    <ul>
      {faces.map(({ box, prediction: { label, probability } }) => (
        <li key={`${box.x} ${box.y}`}>
          {label}, {Math.round(100 * probability)} %
        </li>
      ))}
    </ul>
  );
}
