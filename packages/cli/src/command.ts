import type { Command } from '@commander-js/extra-typings';
import type { Context } from './context.ts';

/** Runs a verb's body; what it resolves to is the exit code, nothing is 0. */
export type Act = (body: (context: Context) => Promise<number | undefined>) => Promise<void>;

/** One verb. Its module is imported only when the verb is asked for. */
export interface VerbModule {
  /** Adds arguments, options, examples and the action to a command that has its name and summary already. */
  readonly register: (command: Command, act: Act) => void;
}

export interface Verb {
  readonly summary: string;
  readonly load: () => Promise<VerbModule>;
}

export interface Noun {
  readonly summary: string;
  readonly verbs: Readonly<Record<string, Verb>>;
}

export const isNoun = (entry: Noun | Verb): entry is Noun => 'verbs' in entry;

/** The examples at the end of a verb's help. */
export const examples = (...lines: readonly string[]): string =>
  `\nExamples:\n${lines.map((line) => `  $ ${line}`).join('\n')}\n`;
