/** The page around the component. */
import { StrictMode, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { Expressions } from './expressions.jsx';

function App() {
  const [photo, setPhoto] = useState();
  return (
    <label>
      A photo: <input type="file" accept="image/*" onChange={({ target }) => setPhoto(target.files[0])} />
      <Expressions photo={photo} />
    </label>
  );
}

createRoot(document.getElementById('root')).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
