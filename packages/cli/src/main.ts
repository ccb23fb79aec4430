import { readFileSync } from 'node:fs';
import { type Command, CommanderError } from '@commander-js/extra-typings';
import { CATALOGUE } from './catalogue.ts';
import { type Act, isNoun, type Noun, type Verb } from './command.ts';
import { createContext } from './context.ts';
import { EXIT_INTERRUPTED, EXIT_OK, EXIT_TIMEOUT, EXIT_USAGE, exitOf } from './exit.ts';
import { describeFailure } from './failure.ts';
import { createRoot, type Globals } from './globals.ts';
import { createOutput } from './output.ts';

const versionOf = (): string => {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return version;
};

/** Errors become values; commander writes only help, to stdout when it was asked for. */
const quieten = (command: Command): Command =>
  command
    .exitOverride()
    .configureOutput({ outputError: () => {} })
    .configureHelp({ showGlobalOptions: true })
    .helpCommand(false);

/** The words before the first flag of a verb: which module to load. `help X` is `X --help`. */
const wordsOf = (argv: readonly string[]): readonly string[] => {
  const scan = createRoot()
    .exitOverride()
    .configureOutput({ outputError: () => {} });
  return (scan as unknown as Command).parseOptions([...argv]).operands;
};

const addVerb = async (parent: Command, name: string, verb: Verb, isAsked: boolean, act: Act): Promise<void> => {
  const command = quieten(parent.command(name)).summary(verb.summary).description(verb.summary);
  if (isAsked) (await verb.load()).register(command, act);
};

const addNoun = async (root: Command, name: string, noun: Noun, words: readonly string[], act: Act): Promise<void> => {
  const group = quieten(root.command(name)).summary(noun.summary).description(noun.summary).usage('VERB [options]');
  for (const [verbName, verb] of Object.entries(noun.verbs))
    await addVerb(group, verbName, verb, words[0] === name && words[1] === verbName, act);
};

const buildProgram = async (words: readonly string[], act: Act): Promise<Command> => {
  const root = quieten(createRoot() as unknown as Command)
    .usage('[options] COMMAND')
    .version(versionOf(), '--version', 'version')
    .addHelpText(
      'after',
      '\nmlb COMMAND --help says more. Exit codes: 0 ok, 1 failed, 2 usage, 3 no consensus, 4 rejected,\n69 unreachable, 70 safety stop, 75 timeout, 77 auth, 78 configuration, 130 interrupted.\n',
    );
  for (const [name, entry] of Object.entries(CATALOGUE)) {
    if (isNoun(entry)) await addNoun(root, name, entry, words, act);
    else await addVerb(root, name, entry, words[0] === name, act);
  }
  return root;
};

const isHelp = (error: unknown): boolean =>
  error instanceof CommanderError && ['commander.helpDisplayed', 'commander.version'].includes(error.code);

/** `mlb task` without a verb: its help went to stderr already. */
const isMissingVerb = (error: unknown): boolean => error instanceof CommanderError && error.code === 'commander.help';

const report = (error: unknown, globals: Partial<Globals>): number => {
  const output = createOutput({ json: globals.json === true, quiet: true, color: globals.color !== false });
  if (error instanceof DOMException && error.name === 'TimeoutError') {
    output.failure({
      code: 'TIMEOUT',
      message: 'it took longer than --timeout allows',
      next: 'try again, or with a longer --timeout',
    });
    return EXIT_TIMEOUT;
  }
  const failure = describeFailure(error);
  output.failure(failure);
  if (globals.verbose === true && failure.code === 'UNEXPECTED' && error instanceof Error)
    process.stderr.write(`${error.stack ?? ''}\n`);
  return exitOf(failure.code);
};

/** What `--json` says even where the rest of the line cannot be parsed. */
const looseGlobals = (argv: readonly string[]): Partial<Globals> => ({
  json: argv.includes('--json'),
  color: !argv.includes('--no-color'),
});

/** Runs one command line and resolves to its exit code. */
export const main = async (argv: readonly string[]): Promise<number> => {
  // `mlb task ls | head` closes the pipe early: that is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) =>
    process.exit(error.code === 'EPIPE' ? EXIT_OK : EXIT_INTERRUPTED),
  );
  let exit = EXIT_OK;
  let globals: Partial<Globals> = looseGlobals(argv);
  try {
    const words = wordsOf(argv);
    const line = words[0] === 'help' ? [...words.slice(1), '--help'] : argv;
    const root = await buildProgram(words[0] === 'help' ? words.slice(1) : words, async (body) => {
      globals = root.opts() as Globals;
      exit = (await body(createContext(globals as Globals))) ?? EXIT_OK;
    });
    await root.parseAsync([...line], { from: 'user' });
    return exit;
  } catch (error) {
    if (isHelp(error)) return EXIT_OK;
    if (isMissingVerb(error)) return EXIT_USAGE;
    return report(error, globals);
  }
};
