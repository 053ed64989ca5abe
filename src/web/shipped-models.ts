/** The trained models that come with this package, as addresses. Browser-safe. */
import { isShippedModel, type ShippedModelName } from '../model/shipped-names.js';

/** Bundlers recognise these addresses and copy what they name. */
const addresses: Record<ShippedModelName, () => URL> = {
  small: () => new URL('../../browser/small.onnx', import.meta.url),
};

/** Where to fetch a model: the address of the one that is named, or the address itself. */
export function modelAddress(source: string): string {
  return isShippedModel(source) ? addresses[source]().href : source;
}
