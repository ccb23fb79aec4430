import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

export type SecretFileErrorCode =
  | 'SECRET_FILE_MISSING'
  | 'SECRET_FILE_OPEN'
  | 'SECRET_FILE_EMPTY'
  | 'SECRET_FILE_BROKEN';

const NEXT: Readonly<Record<SecretFileErrorCode, (path: string) => string>> = {
  SECRET_FILE_MISSING: () => 'make a home with `mlb init`, or name another file',
  SECRET_FILE_OPEN: (path) => `chmod 600 ${path}`,
  SECRET_FILE_EMPTY: () => 'restore it from a backup, or delete it and run the command again',
  SECRET_FILE_BROKEN: () => 'restore it from a backup',
};

/** A file with a secret is missing, readable by others, empty or garbage. `next` says what to do. */
export class SecretFileError extends Error {
  readonly code: SecretFileErrorCode;
  readonly path: string;
  readonly next: string;

  constructor(code: SecretFileErrorCode, path: string, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = 'SecretFileError';
    this.code = code;
    this.path = path;
    this.next = NEXT[code](path);
  }
}

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');

/** Text of a secret file without its last newline. Refuses a file that its group or others may read. Throws SecretFileError. */
export const readSecretFile = async (path: string): Promise<string> => {
  try {
    const { mode } = await stat(path);
    // Windows has no such bits: node reports 0o666 for every file there.
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
      const seen = (mode & 0o777).toString(8);
      throw new SecretFileError('SECRET_FILE_OPEN', path, `${path} has mode ${seen}: others can read this secret`);
    }
    const text = (await readFile(path, 'utf8')).replace(/\r?\n$/, '');
    if (text === '') throw new SecretFileError('SECRET_FILE_EMPTY', path, `${path} is empty`);
    return text;
  } catch (cause) {
    if (!isMissing(cause)) throw cause;
    throw new SecretFileError('SECRET_FILE_MISSING', path, `${path} does not exist`, { cause });
  }
};

/** Creates the file with mode 0600 (missing directories 0700), durably; fails with EEXIST when it is there. */
export const createSecretFile = async (path: string, content: string | Uint8Array): Promise<void> => {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
};

/** The secret in the file; where there is no file, a new one with 32 random bytes as base64url. */
export const loadOrCreateSecret = async (path: string): Promise<string> => {
  try {
    return await readSecretFile(path);
  } catch (error) {
    if (!(error instanceof SecretFileError && error.code === 'SECRET_FILE_MISSING')) throw error;
  }
  const secret = randomBytes(32).toString('base64url');
  await createSecretFile(path, `${secret}\n`);
  return secret;
};
