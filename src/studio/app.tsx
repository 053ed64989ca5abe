/** The frame around the views: where one is, what serves it, light or dark. Browser-safe. */
import { useState } from 'preact/hooks';
import type { ModelBody } from '../server/http/schemas.js';
import { ServerError } from './api.js';
import { EvaluationPage } from './evaluation/evaluation-page.js';
import { useEvaluation } from './evaluation/use-evaluation.js';
import { Mark } from './parts/icon.js';
import { ThemeButton } from './parts/theme-button.js';
import { TokenForm } from './parts/token-form.js';
import { RecognisePage } from './recognise/recognise-page.js';
import { useRecognition } from './recognise/use-recognition.js';
import { addressOf, type Route, useRoute, type View, views } from './route.js';
import { TrainingPage } from './training/training-page.js';
import { useOpenedRun } from './training/use-opened-run.js';
import { type Answer, useAnswer } from './use-answer.js';

const titles: Record<View, string> = {
  recognise: 'Recognise',
  evaluation: 'Evaluation',
  training: 'Training',
};

interface ViewProps {
  readonly place: Route;
  readonly model: Answer<ModelBody>;
}

/** Asks for a token first, where the server wants one. */
export function App() {
  const [attempt, setAttempt] = useState(0);
  return <Studio key={attempt} onToken={() => setAttempt(attempt + 1)} />;
}

function Studio({ onToken }: { readonly onToken: () => void }) {
  const model = useAnswer<ModelBody>('/v1/model');
  const place = useRoute();
  if (model.error instanceof ServerError && model.error.code === 'request.unauthorised')
    return <TokenForm onToken={onToken} />;
  return (
    <>
      <a class="skip" href="#content">
        Skip to the content
      </a>
      <Header place={place} model={model} />
      <main id="content" tabIndex={-1}>
        <Content place={place} model={model} />
      </main>
    </>
  );
}

function Header({ place: { view }, model }: ViewProps) {
  return (
    <header class="bar">
      <a class="brand" href={addressOf('recognise')}>
        <Mark />
        <span>
          poster <b>studio</b>
        </span>
      </a>
      <nav aria-label="Views">
        {views.map((one) => (
          <a key={one} href={addressOf(one)} aria-current={one === view ? 'page' : undefined}>
            {titles[one]}
          </a>
        ))}
      </nav>
      <ModelChip {...model} />
      <ThemeButton />
    </header>
  );
}

function ModelChip({ value, error }: Answer<ModelBody>) {
  if (error) return <span class="chip warning">offline</span>;
  if (!value) return <span class="chip">…</span>;
  return (
    <span class="chip" title={`${value.labels.length} classes: ${value.labels.join(', ')}`}>
      {value.file}
    </span>
  );
}

function Content({ place: { view, name }, model }: ViewProps) {
  const recognition = useRecognition(model);
  const evaluation = useEvaluation();
  const opened = useOpenedRun();
  if (view === 'evaluation') return <EvaluationPage evaluation={evaluation} />;
  if (view === 'training') return <TrainingPage name={name} opened={opened} />;
  return <RecognisePage recognition={recognition} />;
}
