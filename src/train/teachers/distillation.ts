/** What trained networks teach another one: the mean of their probabilities (arXiv 1503.02531). */
import { callTensor } from '../../torch/call.js';
import { scope } from '../../torch/scope.js';
import type { Tensor } from '../../torch/tensor.js';
import type { TrainingConfig } from '../config/training-options.js';
import { type Lesson, openTeacher, type Teacher, type TeacherFile } from './teacher.js';

export interface Teachers {
  readonly files: readonly TeacherFile[];
  /** What a person should know about each, one sentence each. */
  readonly descriptions: readonly string[];
  /** Softened: B x 3 x S x S, normalised -> B x classes, the mean over the teachers of softmax(logits / temperature). */
  probabilities(images: Tensor): Tensor;
  dispose(): void;
}

/**
 * Opens the teachers that a configuration names; undefined without any.
 * @throws PosterError as {@link openTeacher}.
 */
export async function openTeachers(
  { teacher, temperature }: Pick<TrainingConfig, 'teacher' | 'temperature'>,
  lesson: Lesson,
): Promise<Teachers | undefined> {
  if (!teacher) return undefined;
  const teachers: Teacher[] = [];
  const dispose = () => {
    for (const one of teachers) one.dispose();
  };
  try {
    for (const given of teacher) teachers.push(await openTeacher(given, lesson));
  } catch (error) {
    dispose();
    throw error;
  }
  return {
    files: teachers.map(({ file }) => file),
    descriptions: teachers.map(({ description }) => description),
    probabilities: (images) => meanProbabilities(teachers, images, temperature),
    dispose,
  };
}

function meanProbabilities(teachers: readonly Teacher[], images: Tensor, temperature: number): Tensor {
  return scope(() => {
    const each = teachers.map(({ logits }) =>
      callTensor('aten::softmax.int', callTensor('aten::div.Scalar', logits(images), temperature), 1),
    );
    return callTensor('aten::mean.dim', callTensor('aten::stack', each), [0]);
  });
}

/** Whether teachers are others than before, in content or order. */
export function areOthers(before: TrainingConfig['teacher'], now: TrainingConfig['teacher']): boolean {
  const contents = (files: TrainingConfig['teacher']) =>
    files?.map((file) => (typeof file === 'string' ? file : file.sha256)).join();
  return contents(before) !== contents(now);
}
