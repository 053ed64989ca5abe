/**
 * The evaluation report: one HTML file that needs nothing else, no script and no network. Browser-safe.
 */
import { throwIfAborted } from '../errors.js';
import type { EvaluationResult } from '../evaluate/result.js';
import { pictureOf, type Thumbnail } from './face-card.js';
import { type Html, html } from './html.js';
import { page } from './page.js';
import { augmentedSection } from './sections/augmented.js';
import { calibrationSection } from './sections/calibration.js';
import { classesSection } from './sections/classes.js';
import { confusionSection } from './sections/confusion.js';
import { corruptionsSection } from './sections/corruptions.js';
import { diagnosisAlert, findings } from './sections/findings.js';
import { groupsSections } from './sections/groups.js';
import { hardFacesSection } from './sections/hard-faces.js';
import { headline } from './sections/headline.js';
import { mappingSection } from './sections/mapping.js';
import { mistakesSection } from './sections/mistakes.js';
import { perturbationsSection } from './sections/perturbations.js';
import { configurationSection, failuresSection } from './sections/run.js';
import { votesSection } from './sections/votes.js';

export interface ReportOptions {
  /** For the gallery of mistakes. Where it is absent, fails or gives no picture, the gallery shows a blank tile. */
  readonly thumbnail?: Thumbnail;
  /** A face with a corruption as a data URI, to show what it looks like; the same as {@link thumbnail} else. */
  readonly corruptionPicture?: (name: string) => Promise<string>;
  /** Frames of a face with a perturbation, in their order, as data URIs. */
  readonly perturbationPictures?: (name: string) => Promise<readonly string[]>;
  /** A picture of augmented training images as a data URI, in the report of a training. */
  readonly augmentedPicture?: () => Promise<string>;
  readonly signal?: AbortSignal;
}

/** Writes the report of an evaluation as a self-contained HTML document. */
export async function renderReport(
  result: EvaluationResult,
  { thumbnail, corruptionPicture, perturbationPictures, augmentedPicture, signal }: ReportOptions = {},
): Promise<string> {
  throwIfAborted(signal);
  const pictures = await Promise.all(result.mistakes.map(({ path }) => pictureOf(path, thumbnail)));
  const corrupted = result.corruptions?.corruptions ?? [];
  const worse = corruptionPicture
    ? await Promise.all(corrupted.map(({ name }) => pictureOf(name, corruptionPicture)))
    : [];
  const perturbed = result.perturbations?.perturbations ?? [];
  const sequences = perturbationPictures
    ? await Promise.all(perturbed.map(({ name }) => perturbationPictures(name).catch(() => [])))
    : [];
  const augmented = await pictureOf('', augmentedPicture);
  throwIfAborted(signal);
  const sections: (Html | null)[] = [
    headline(result),
    diagnosisAlert(result),
    findings(result),
    confusionSection(result),
    classesSection(result),
    calibrationSection(result),
    mappingSection(result),
    votesSection(result),
    corruptionsSection(result, worse),
    perturbationsSection(result, sequences),
    hardFacesSection(result),
    ...groupsSections(result),
    mistakesSection(result, pictures),
    augmentedSection(augmented),
    failuresSection(result),
    configurationSection(result),
  ];
  const body = html`${sections.filter((part) => part !== null)}`;
  return page(`${result.dataset.name}: ${(100 * result.metrics.accuracy).toFixed(2)} % top-1 accuracy`, body);
}
