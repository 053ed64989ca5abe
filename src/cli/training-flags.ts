/** The flags of the training options, made from the table that also makes their help and their errors. */
import { type Command, Option } from 'commander';
import type { z } from 'zod';
import { dataTypes, parseDataType } from '../data/labels.js';
import { readLabels } from '../data/read-labels.js';
import { factsOf } from '../train/config/option-kinds.js';
import { presetFor } from '../train/config/presets.js';
import {
  type OptionName,
  type TrainingConfig,
  type TrainingOverrides,
  trainingOptions,
} from '../train/config/training-options.js';

const names = Object.keys(trainingOptions) as OptionName[];

/** Adds a flag for every training option. Defaults are the recipe's, so none is set here. */
export function withTrainingFlags(command: Command): Command {
  for (const name of names) command.addOption(optionOf(name));
  return command;
}

function optionOf(name: OptionName): Option {
  const { flags, about, accepts } = factsOf(trainingOptions[name]);
  if (!flags.includes('<')) return new Option(flags, about);
  return new Option(flags, `${about}: ${accepts}${defaultInWords(name)}`);
}

/** What the recipes say of an option, in brackets. */
function defaultInWords(name: OptionName): string {
  const presets: TrainingOverrides[] = dataTypes.map((type) => presetFor(type));
  const values = new Set(presets.map((preset) => inWords(preset[name])));
  if (name === 'dataType') return ' (default: RAF-DB)';
  if (values.size > 1) return ' (default: by data type)';
  const [value] = values;
  return value === '' ? '' : ` (default: ${value})`;
}

function inWords(value: unknown): string {
  return Array.isArray(value) ? value.join(',') : String(value ?? '');
}

/** The options that were given on the command line, as the library takes them. */
export async function trainingOverrides(command: Command): Promise<TrainingOverrides> {
  const overrides: Record<string, unknown> = {};
  for (const name of names) {
    const attribute = optionOf(name).attributeName();
    if (command.getOptionValueSource(attribute) !== 'cli') continue;
    overrides[name] = await parseOption(name, command.getOptionValue(attribute));
  }
  return overrides;
}

/** A flag's text as the option's value; text that is none stays, for the schema to name it in its error. */
async function parseOption(name: OptionName, value: string | boolean | string[]): Promise<unknown> {
  if (typeof value !== 'string') return value;
  const special = specialOptions[name];
  return special ? special(value) : parseText(trainingOptions[name], value);
}

const specialOptions: { readonly [Name in OptionName]?: (text: string) => unknown } = {
  dataType: parseDataType,
  labels: async (text) => [...(await readLabels(text))],
  /** The official program's `--gpu 0` is the first CUDA device. */
  device: (text) => (/^\d+$/.test(text) ? `cuda:${text}` : text),
  keep: parseNumbers,
  classWeights: (text): TrainingConfig['classWeights'] | string =>
    text.includes(',') ? (parseNumbers(text) as number[]) : text,
};

function parseText(schema: z.ZodType, text: string): unknown {
  const { type } = withoutNull(schema).def;
  if (type === 'number') return parseNumber(text);
  return type === 'tuple' ? parseNumbers(text) : text;
}

function withoutNull(schema: z.ZodType): z.ZodType {
  const { def } = schema as z.ZodNullable<z.ZodType>;
  return def.type === 'nullable' ? def.innerType : schema;
}

function parseNumber(text: string): number | string {
  const value = Number(text);
  return text.trim() === '' || Number.isNaN(value) ? text : value;
}

function parseNumbers(text: string): (number | string)[] {
  return text.split(',').map(parseNumber);
}
