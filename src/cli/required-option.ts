/** Options that a verb cannot do without. They are missed only when all others are known, so a slip of a name is told first. */
import { type Command, Option } from 'commander';

export class RequiredOption extends Option {}

/** Ends the program as commander does, when an option that the verb needs was not given. */
export function requireOptions(command: Command): void {
  for (const option of command.options) {
    if (!(option instanceof RequiredOption) || command.getOptionValue(option.attributeName()) !== undefined)
      continue;
    command.error(`error: required option '${option.flags}' not specified`, {
      code: 'commander.missingMandatoryOptionValue',
    });
  }
}
