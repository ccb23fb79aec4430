import { toHex } from '@mlb/protocol';
import { ControlError } from '../api/control-error.ts';
import { ChainError } from '../chain/error.ts';
import type { OperatorActions } from '../chain/operator-actions.ts';
import type { EngineDeps } from '../engine/deps.ts';
import { StoreError } from '../store/store-error.ts';

/** A journal key that no other request has: a client that repeats a request means it. */
export const actionKey = (name: string, { randomBytes }: Pick<EngineDeps, 'randomBytes'>): string =>
  `${name}:${toHex(randomBytes(8)).slice(2)}`;

/** NOT_ENOUGH_BALANCE, before anything is sent. */
export const requireBalance = async (actions: OperatorActions, amountWei: bigint): Promise<void> => {
  const balanceWei = await actions.tokenBalance().catch((error: unknown) => {
    throw asControlError(error);
  });
  if (balanceWei >= amountWei) return;
  const text = `${actions.address} holds ${balanceWei} wei of MLB, ${amountWei} are needed`;
  throw new ControlError('NOT_ENOUGH_BALANCE', text, { next: 'send MLB to the account, then try again' });
};

/** What the chain or a full disk said, as the API says it. Anything else stays what it is. */
export const asControlError = (error: unknown): unknown => {
  if (error instanceof StoreError && error.code === 'STORE_FULL') {
    return new ControlError('DISK_FULL', error.message, { cause: error, next: 'free some space, then try again' });
  }
  if (!(error instanceof ChainError)) return error;
  const isDown = error.code === 'CHAIN_UNREACHABLE';
  return new ControlError(isDown ? 'CHAIN_UNREACHABLE' : 'TRANSACTION_FAILED', error.message, { cause: error });
};
