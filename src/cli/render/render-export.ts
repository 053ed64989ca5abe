/** What poster export says of a quantized or evaluated model. */
import type { ExportEvaluation } from '../../export/evaluate-export.js';
import { withoutVnni } from '../../quantize/processor.js';
import type { Quantization } from '../../quantize/quantize-for.js';
import { table } from './table.js';

/** Source and result side by side. */
export function renderExportEvaluation({
  faces,
  top1,
  sameClass,
  mcNemar,
  bytes,
  speed,
  isGood,
}: ExportEvaluation): string {
  const percent = (share: number) => `${(100 * share).toFixed(2)} %`;
  const rows = [
    ['top-1', ...top1.map(percent)],
    ['size', ...bytes.map((size) => `${(size / 1e6).toFixed(1)} MB`)],
    ...speed.map(({ batchSize, imagesPerSecond }) => [
      `images/s, batch ${batchSize}`,
      ...imagesPerSecond.map((rate) => rate.toFixed(1)),
    ]),
  ];
  return (
    `${table(['', 'source', 'result'], rows)}\n` +
    `Same class: ${percent(sameClass)} of ${faces} faces. McNemar's p: ${mcNemar.p.toPrecision(2)}, ` +
    `${mcNemar.onlyFirst} right only from the source, ${mcNemar.onlySecond} only from the result. ` +
    `${isGood ? 'As good.' : 'Not as good.'}\n`
  );
}

export function describeQuantization(quantization: Quantization): string {
  const { quantizedLayers, layers, faces, measuredOn, ranges, difference, kept, weightBits } = quantization;
  const lines = [
    `${quantizedLayers} of ${layers} layers run in 8 bits, with ${ranges} ranges of ${faces} faces; on ${measuredOn} of them ${(100 * difference.sameClass).toFixed(1)} % get the same class, and ${(100 * difference.totalVariation).toFixed(2)} % of the probability goes to other classes.`,
  ];
  if (kept.length > 0) {
    const units = kept.map(({ name, without }) => `${name} (${(100 * without.totalVariation).toFixed(2)} %)`);
    lines.push(`In fp32 stay, with what goes to other classes when they alone do: ${units.join(', ')}.`);
  }
  if (weightBits === 7) lines.push(`${withoutVnni}; export on the machine that will run it.`);
  return `${lines.join('\n')}\n`;
}
