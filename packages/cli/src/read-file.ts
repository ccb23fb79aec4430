import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { CliError } from './failure.ts';

/** A file that the user named; `-` is stdin. Throws CliError FILE_UNREADABLE. */
export const readNamedFile = async (path: string): Promise<Uint8Array> => {
  if (path === '-') return buffer(process.stdin);
  try {
    return await readFile(path);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : '';
    const why = code === 'ENOENT' ? 'does not exist' : `cannot be read (${String(code)})`;
    throw new CliError('FILE_UNREADABLE', `${path} ${why}`, 'check the path', { cause });
  }
};
