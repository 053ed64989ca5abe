/** The frame around the views: where one is, what serves it, light or dark. Browser-safe. */
import { useState } from 'preact/hooks';
import type { ModelBody } from '../server/schemas.js';
import { ServerError } from './api.js';
import { Mark } from './parts/mark.js';
import { ThemeButton } from './parts/theme-button.js';
import { TokenForm } from './parts/token-form.js';
import { RecognisePage } from './recognise/recognise-page.js';
import { useRecognition } from './recognise/use-recognition.js';
import { addressOf, type Route, useRoute, type View } from './route.js';
import { type Answer, useAnswer } from './use-answer.js';

const titles: Record<View, string> = { recognise: 'Recognise', evaluations: 'Evaluations', runs: 'Training' };

/** Asks for a token first, where the server wants one. */
export function App() {
  const [attempt, setAttempt] = useState(0);
  return <Studio key={attempt} onToken={() => setAttempt(attempt + 1)} />;
}

function Studio({ onToken }: { readonly onToken: () => void }) {
  const model = useAnswer<ModelBody>('/v1/model');
  const route = useRoute();
  if (model.error instanceof ServerError && model.error.code === 'request.unauthorised')
    return <TokenForm onToken={onToken} />;
  return (
    <>
      <a class="skip" href="#content">
        Skip to the content
      </a>
      <Header route={route} model={model} />
      <main id="content" tabIndex={-1}>
        <Content route={route} model={model} />
      </main>
    </>
  );
}

function Header({ route, model }: { readonly route: Route; readonly model: Answer<ModelBody> }) {
  return (
    <header class="bar">
      <a class="brand" href={addressOf('recognise')}>
        <Mark />
        <span>
          poster <b>studio</b>
        </span>
      </a>
      <nav aria-label="Views">
        {Object.entries(titles).map(([view, title]) => (
          <a
            key={view}
            href={addressOf(view as View)}
            aria-current={route.view === view ? 'page' : undefined}
          >
            {title}
          </a>
        ))}
      </nav>
      <ModelChip {...model} />
      <ThemeButton />
    </header>
  );
}

function ModelChip({ value, error }: Answer<ModelBody>) {
  if (error) return <span class="chip warning">server away</span>;
  if (!value) return <span class="chip">…</span>;
  return (
    <span class="chip" title={`${value.labels.length} classes: ${value.labels.join(', ')}`}>
      {value.file}
    </span>
  );
}

function Content({ route, model }: { readonly route: Route; readonly model: Answer<ModelBody> }) {
  const recognition = useRecognition(model);
  if (route.view === 'recognise') return <RecognisePage recognition={recognition} model={model.value} />;
  return <p>…</p>;
}
