import pc from 'picocolors';
import type { Failure } from './failure.ts';

export interface OutputOptions {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly color: boolean;
}

type Colors = ReturnType<typeof pc.createColors>;

/** Results go to stdout, everything else to stderr. With --json a result is one line of JSON. */
export interface Output {
  readonly isJson: boolean;
  readonly colors: Colors;
  readonly result: (view: object, human: () => string) => void;
  /** Text that is the result as it is, such as a receipt. */
  readonly raw: (text: string) => void;
  /** For people; silent with --quiet. */
  readonly note: (text: string) => void;
  readonly failure: (failure: Failure) => void;
}

const endLine = (text: string): string => (text.endsWith('\n') ? text : `${text}\n`);

const describe = ({ code, message, next }: Failure, colors: Colors): string => {
  const hint = next === '' ? '' : `\n  ${colors.cyan('next')}  ${next}`;
  return `${colors.red('error')} ${message}${hint}\n  ${colors.dim(`code  ${code}`)}\n`;
};

export const createOutput = ({ json, quiet, color }: OutputOptions): Output => {
  const isColored = color && !json && pc.isColorSupported && process.stdout.isTTY === true;
  const colors = pc.createColors(isColored);
  const onStderr = pc.createColors(color && pc.isColorSupported && process.stderr.isTTY === true);
  return {
    isJson: json,
    colors,
    result: (view, human) => void process.stdout.write(endLine(json ? JSON.stringify(view) : human())),
    raw: (text) => void process.stdout.write(endLine(text)),
    note: (text) => {
      if (!quiet) process.stderr.write(endLine(text));
    },
    failure: (failure) => {
      const body = { schema: 'mlb.error/1', error: failure };
      process.stderr.write(json ? `${JSON.stringify(body)}\n` : describe(failure, onStderr));
    },
  };
};
