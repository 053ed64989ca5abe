/** Kinds of training options: each a zod schema that knows in words what it accepts. */
import { z } from 'zod';

/** The help text of an option. */
export interface OptionFacts {
  /** Its command line flags, the value's name last: '-b, --batch-size <n>'. */
  readonly flags: string;
  /** What it does, for the help text. */
  readonly about: string;
  /** The values it accepts: '<option> must be <this>'. */
  readonly accepts: string;
}

type Described = Omit<OptionFacts, 'accepts'>;

function describe<S extends z.ZodType>(schema: S, accepts: string, described: Described): S {
  return schema.meta({ ...described, accepts } satisfies OptionFacts);
}

/** A whole number; `lowMeaning` says what the lowest stands for. */
export function integer(low: number, high: number, described: Described) {
  return describe(z.int().min(low).max(high), `a whole number from ${low} to ${high}`, described);
}

/** A number of a closed range. */
export function range(low: number, high: number, described: Described) {
  return describe(z.number().min(low).max(high), `a number from ${low} to ${high}`, described);
}

/** A number above `low`, up to `high`. */
export function greaterThan(low: number, high: number, described: Described) {
  return describe(z.number().gt(low).max(high), `a number above ${low} and at most ${high}`, described);
}

/** A number from `low` on that stays below `high`. */
export function below(low: number, high: number, described: Described) {
  return describe(z.number().min(low).lt(high), `a number from ${low} to below ${high}`, described);
}

/** Two numbers of a closed range, the lower one first. */
export function interval(low: number, high: number, described: Described) {
  const number = z.number().min(low).max(high);
  return describe(
    z.tuple([number, number]).refine(([first, second]) => first <= second),
    `two numbers from ${low} to ${high}, the lower one first`,
    described,
  );
}

export function oneOf<const Names extends readonly string[]>(names: Names, described: Described) {
  return describe(z.enum(names), listed(names), described);
}

export function flag(described: Described) {
  return describe(z.boolean(), 'true or false', described);
}

/** A path, or null for none. */
export function optionalFile(described: Described) {
  return describe(z.string().min(1).nullable(), 'the path of a file', described);
}

/** An option of a kind of its own. */
export function custom<S extends z.ZodType>(schema: S, accepts: string, described: Described): S {
  return describe(schema, accepts, described);
}

/** The facts of an option's schema. */
export function factsOf(schema: z.ZodType): OptionFacts {
  return schema.meta() as unknown as OptionFacts;
}

function listed(names: readonly string[]): string {
  return `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}
