/** The names of the trained models that come with this package. Browser-safe. */

/** As `--init`, `--checkpoint` and `Poster.load` take them. */
export const shippedModelNames = ['small'] as const;

export type ShippedModelName = (typeof shippedModelNames)[number];

/** The model that answers where none is named. */
export const defaultModel = 'small' satisfies ShippedModelName;

/** Whether a model is meant by name; a file of the same name is meant by `./small`. */
export function isShippedModel(source: unknown): source is ShippedModelName {
  return shippedModelNames.some((name) => name === source);
}
