import { type Address, keccak256 } from '@mlb/protocol';
import type { PublicClient } from 'viem';
import type { PostedBatch } from '../chain/state.ts';
import { certificateIn, freeNoncesData, slashSignersData } from './challenge-data.ts';
import type { WatcherTx } from './watcher-tx.ts';

export interface AftermathDeps {
  readonly settlement: Address;
  readonly client: Pick<PublicClient, 'getTransaction'>;
  readonly send: WatcherTx['send'];
}

/** Signers of one transaction: each slash writes several checkpoints. */
const MAX_SLASHES = 16;

const signerCountOf = (certificate: Uint8Array): number => {
  const POSTER_BYTES = 20;
  if (certificate.length === POSTER_BYTES) return 1;
  // A bitmap of 32-byte words, then 64 bytes a signature: each signature has one bit.
  for (let words = 1; words * 32 <= certificate.length; words += 1) {
    const bits = certificate
      .subarray(0, words * 32)
      .reduce((sum, byte) => sum + byte.toString(2).replaceAll('0', '').length, 0);
    if (words * 32 + bits * 64 === certificate.length) return bits;
  }
  return 0;
};

/**
 * What a reverted batch leaves to be done, by anybody: its nonces are freed, so that its honest tasks can be settled again,
 * and everyone who signed it pays. True: nothing is left to be done.
 */
export const cleanUp = async (deps: AftermathDeps, posted: PostedBatch, signal: AbortSignal): Promise<boolean> => {
  const { settlement: to, send } = deps;
  if (!posted.areNoncesFreed) {
    await send(posted, { action: 'free', name: 'nonces', to, data: freeNoncesData(posted) }, signal);
  }
  const { input, from } = await deps.client.getTransaction({ hash: posted.transaction });
  const certificate = certificateIn(input, from);
  if (certificate === undefined || keccak256(certificate) !== posted.certificateHash) return posted.areNoncesFreed;
  const count = signerCountOf(certificate);
  for (let done = posted.punishedSigners; done < count; done += MAX_SLASHES) {
    const data = slashSignersData(posted, certificate, MAX_SLASHES);
    if (!(await send(posted, { action: 'punish', name: `from-${done}`, to, data }, signal))) return false;
  }
  return posted.areNoncesFreed && posted.punishedSigners >= count;
};
