/** Scripts that complete `poster` in a shell, made from the command itself. */
import type { Command } from 'commander';

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/** What can follow some words of the command. */
interface Node {
  /** The words, such as "data check"; empty for the command itself. */
  readonly words: string;
  readonly verbs: readonly { readonly name: string; readonly about: string }[];
  /** What its argument may be, where that is one of a few. */
  readonly choices: readonly string[];
  readonly options: readonly {
    readonly names: readonly string[];
    readonly about: string;
    readonly takesValue: boolean;
    readonly choices: readonly string[];
  }[];
}

export function completionScript(shell: Shell, program: Command): string {
  const nodes = describe(program, []);
  return { bash, zsh, fish }[shell](nodes);
}

function describe(command: Command, words: readonly string[]): Node[] {
  const node: Node = {
    words: words.join(' '),
    verbs: command.commands.map((child) => ({
      name: child.name(),
      about: firstSentence(child.summary() || child.description()),
    })),
    choices: command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []),
    options: command.options
      .filter(({ hidden }) => !hidden)
      .map(({ short, long, description, argChoices, required, optional }) => ({
        names: [short, long].filter((name) => name !== undefined && name !== null),
        about: firstSentence(description),
        takesValue: required || optional,
        choices: argChoices ?? [],
      })),
  };
  return [node, ...command.commands.flatMap((child) => describe(child, [...words, child.name()]))];
}

/** Short enough for a menu. */
function firstSentence(text: string): string {
  const [sentence = ''] = text.split(/[.;:(]/);
  return sentence.trim().slice(0, 70);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** The words typed so far that are verbs, found by trying the longest first. */
function bash(nodes: readonly Node[]): string {
  const cases = nodes.map(({ words, verbs, choices, options }) => {
    const names = [
      ...verbs.map(({ name }) => name),
      ...choices,
      ...options.flatMap((option) => option.names),
    ];
    return `    ${quoted(words)}) candidates=${quoted(names.join(' '))} ;;`;
  });
  const chosen = nodes.filter(({ verbs, choices }) => verbs.length + choices.length > 0);
  const values = nodes.flatMap(({ words, options }) =>
    options
      .filter(({ choices }) => choices.length > 0)
      .flatMap(({ names, choices }) =>
        names.map((name) => `    ${quoted(`${words} ${name}`)}) candidates=${quoted(choices.join(' '))} ;;`),
      ),
  );
  return `# bash completion of poster
_poster() {
  local word=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} verb='' candidates='' i
  word=\${word#=}
  if [[ $previous == '=' ]]; then previous=\${COMP_WORDS[COMP_CWORD-2]}; fi # as in --format=csv
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "\${verb:+$verb }\${COMP_WORDS[i]}" in
    ${nodes
      .filter(({ words }) => words)
      .map(({ words }) => quoted(words))
      .join('|')}) verb="\${verb:+$verb }\${COMP_WORDS[i]}" ;;
    esac
  done
  case "$verb $previous" in
${values.join('\n')}
  esac
  if [[ -n $candidates ]]; then COMPREPLY=($(compgen -W "$candidates" -- "$word")); return; fi
  case "$verb" in
${cases.join('\n')}
  esac
  COMPREPLY=()
  case "$word $verb" in
    -*|${chosen.map(({ words }) => `*${quoted(` ${words}`)}`).join('|')}) COMPREPLY=($(compgen -W "$candidates" -- "$word")) ;;
  esac
}
complete -o default -F _poster poster
`;
}

/** zsh runs bash's own functions once it is told to. */
function zsh(nodes: readonly Node[]): string {
  return `#compdef poster
autoload -U +X compinit && compinit
autoload -U +X bashcompinit && bashcompinit
${bash(nodes).replace('# bash completion', '# completion')}`;
}

function fish(nodes: readonly Node[]): string {
  const lines = nodes.flatMap(({ words, verbs, choices, options }) => {
    const condition = quoted(
      words === ''
        ? '__fish_use_subcommand'
        : words
            .split(' ')
            .map((word) => `__fish_seen_subcommand_from ${word}`)
            .join('; and '),
    );
    const start = `complete -c poster -n ${condition}`;
    return [
      ...verbs.map(({ name, about }) => `${start} -f -a ${name} -d ${quoted(about)}`),
      ...(choices.length > 0 ? [`${start} -f -a ${quoted(choices.join(' '))}`] : []),
      ...options.map(({ names, about, takesValue, choices }) =>
        [
          start,
          ...names.map((name) => (name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`)),
          takesValue ? '-r' : '',
          choices.length > 0 ? `-f -a ${quoted(choices.join(' '))}` : '',
          `-d ${quoted(about)}`,
        ]
          .filter(Boolean)
          .join(' '),
      ),
    ];
  });
  return `# fish completion of poster\n${lines.join('\n')}\n`;
}
