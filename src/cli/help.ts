/** What the command's help shows beside its options: groups, and an example of each verb. */
import { Command } from 'commander';

/** The verbs in the order of the help, by what one wants to do. */
const groups: Readonly<Record<string, readonly string[]>> = {
  'Recognise:': ['predict', 'demo', 'serve', 'bench'],
  'Train:': ['data', 'train', 'evaluate', 'compare', 'matrix'],
  'Models:': ['download', 'inspect', 'average', 'calibrate', 'export'],
  'This machine:': ['setup', 'completion'],
};

/** The options of the verbs, by what they are about; those of training have groups of their own. */
const optionGroups: Readonly<Record<string, string>> = {
  'Model:': 'checkpoint download precision labels data-type threads',
  'Faces of photos and videos:':
    'faces no-faces crops detector landmarks template crop-size annotate every fps smoothing max-gap timeline',
  'Output:': 'format output top-k embeddings skip-existing force explain explain-method',
  'Work:': 'workers batch-size batch-delay strict shard',
  'Limits:': 'max-body max-pixels max-images max-faces max-overlays max-requests read-timeout answer-timeout',
  'Who may ask:': 'host port allow-host allow-origin token-file',
};

/** By the words of the command. */
const examples: Readonly<Record<string, string>> = {
  '': 'poster predict photo.jpg',
  demo: 'poster demo',
  predict: 'poster predict photos/ --output faces.csv',
  serve: 'poster serve --checkpoint raf-db.pth --port 8080',
  bench: 'poster bench --batch-sizes 1,8',
  'data check': 'poster data check path/to/raf-db --data-type RAF-DB',
  'data prepare': 'poster data prepare path/to/raf-db --data-type RAF-DB --output raf-db-folders',
  'data align': 'poster data align photos/ --output faces/',
  train: 'poster train --data path/to/raf-db --data-type RAF-DB --gpu 0',
  evaluate: 'poster evaluate --data path/to/raf-db --checkpoint raf-db.pth --output evaluation/',
  compare: 'poster compare results/first results/second --output comparison/',
  matrix: 'poster matrix a.pth b.pth --data RAF-DB=data/raf FERPlus=data/ferplus --output matrix/',
  average: 'poster average run/epoch-40.pth run/last.pth --output averaged.safetensors',
  calibrate: 'poster calibrate --data path/to/raf-db --checkpoint raf-db.pth --output calibrated.safetensors',
  download: 'poster download raf-db',
  inspect: 'poster inspect raf-db.pth',
  export: 'poster export --checkpoint raf-db.pth --output raf-db.onnx --precision fp16',
  setup: 'poster setup --native',
  completion: 'poster completion bash >> ~/.bashrc',
};

export function describeHelp(program: Command): void {
  for (const [heading, names] of Object.entries(groups))
    for (const command of program.commands) if (names.includes(command.name())) command.helpGroup(heading);
  program.addHelpCommand(
    new Command('help')
      .argument('[command]')
      .description('show what a verb takes')
      .helpGroup('This machine:'),
  );
  groupOptions(program);
  addExamples(program, []);
}

/** Where a verb has many options. */
function groupOptions(command: Command): void {
  command.commands.forEach(groupOptions);
  if (command.options.length < 8 || command.name() === 'train') return;
  for (const [heading, names] of Object.entries(optionGroups))
    for (const option of command.options)
      if (names.split(' ').includes(option.long?.slice(2) ?? '')) option.helpGroup(heading);
}

function addExamples(command: Command, words: readonly string[]): void {
  const example = examples[words.join(' ')];
  if (example) command.addHelpText('after', `\nExample:\n  ${example}`);
  for (const child of command.commands) addExamples(child, [...words, child.name()]);
}
