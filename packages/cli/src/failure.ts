import { CommanderError } from '@commander-js/extra-typings';

/** What the user reads about an error: what happened and why, what to do next, and a stable code. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly next: string;
}

/** A mistake that the CLI itself finds. */
export class CliError extends Error {
  readonly code: string;
  readonly next: string;

  constructor(code: string, message: string, next: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = 'CliError';
    this.code = code;
    this.next = next;
  }
}

const fromCommander = (error: CommanderError): Failure => {
  const [first = '', hint = ''] = error.message.replace(/^error: /, '').split('\n');
  const meant = /\(Did you mean (.*)\?\)/.exec(hint)?.[1];
  return {
    code: 'USAGE',
    message: first,
    next: meant === undefined ? 'add --help to see what this command takes' : `did you mean ${meant}?`,
  };
};

/** Our own errors have an upper-case code of a closed set; Node's have E…, ERR_… or none. */
const hasOwnCode = (error: Error): error is Error & { readonly code: string; readonly next?: unknown } =>
  error.name !== 'Error' &&
  'code' in error &&
  typeof error.code === 'string' &&
  /^[A-Z][A-Z0-9_]+$/.test(error.code) &&
  !error.code.startsWith('ERR_');

const SYSTEM_CODES: Readonly<Record<string, string>> = {
  EACCES: 'FILE_FORBIDDEN',
  EPERM: 'FILE_FORBIDDEN',
  EROFS: 'FILE_FORBIDDEN',
  EDQUOT: 'DISK_FULL',
  ENOSPC: 'DISK_FULL',
};

/** What the operating system refused: no defect of ours. */
const fromSystem = (error: NodeJS.ErrnoException): Failure => ({
  code: SYSTEM_CODES[error.code ?? ''] ?? 'FILE_SYSTEM',
  message: error.message,
  next: 'check the path, its owner and the free space',
});

/** Any thrown value as a failure. A stack is never part of it. */
export const describeFailure = (error: unknown): Failure => {
  if (error instanceof CommanderError) return fromCommander(error);
  if (error instanceof Error && hasOwnCode(error))
    return { code: error.code, message: error.message, next: typeof error.next === 'string' ? error.next : '' };
  if (error instanceof Error && 'syscall' in error) return fromSystem(error as NodeJS.ErrnoException);
  const message = error instanceof Error ? error.message : String(error);
  return { code: 'UNEXPECTED', message, next: 'this is a defect: run it again with -v and report what it prints' };
};
