import { type AgreementMode, type BlockHash, drawCommittee, seedBlockOf, seedOf } from '@mlb/protocol';
import type { ModelRecord } from '../chain/state.ts';
import { peerIdOfKey } from '../network/peer-id.ts';
import type { EngineDeps } from './deps.ts';
import type { Seating, TaskRecord } from './task.ts';

/** The L2 block whose hash seats a task. */
export const seedBlockOfTask = (deps: Pick<EngineDeps, 'params'>, task: TaskRecord): bigint =>
  seedBlockOf(task.order.order.body.anchorBlock, deps.params.seedLagBlocks);

/** ModelRegistry's number for byte equality; 1 is tolerance. */
const MODE_EXACT = 0;

/** How a model's outputs are compared, from its record. */
export const modeOf = ({ mode, atolE9, rtolE9 }: Pick<ModelRecord, 'mode' | 'atolE9' | 'rtolE9'>): AgreementMode =>
  mode === MODE_EXACT
    ? { type: 'exact' }
    : { type: 'tolerance', atol: Number(atolE9) / 1e9, rtol: Number(rtolE9) / 1e9 };

/**
 * The committee of a task, from the chain alone: every node computes the same one. Undefined when the model or epoch is
 * unknown or too few operators may be drawn.
 */
export const seatTask = (deps: EngineDeps, task: TaskRecord, seedBlockHash: BlockHash): Seating | undefined => {
  const { body } = task.order.order;
  const model = deps.view.model(body.modelId);
  const snapshot = deps.view.snapshotAt(body.anchorBlock);
  if (model === undefined || snapshot === undefined) return undefined;
  const seed = seedOf({ domain: deps.domain, taskId: task.taskId, round: 0, blockHash: seedBlockHash });
  const exclude = [body.requester, model.provider];
  const seats = drawCommittee({ seed, snapshot, redundancy: body.redundancy, exclude });
  if (seats === undefined) return undefined;
  const rows = seats.map(({ row }) => row);
  const me = deps.operator?.address;
  const mySeat = seats.findIndex(
    ({ operator, sessionKey }) => operator === me && sessionKey === deps.operator?.signer.sessionKey,
  );
  return {
    rows,
    snapshot,
    seedBlock: { number: seedBlockOfTask(deps, task), hash: seedBlockHash },
    peers: rows.map((row) => {
      const key = snapshot.rows[row]?.peerKey;
      // A seat without a proven peer key cannot be reached: it is silent.
      return key === undefined ? '' : peerIdOfKey(key);
    }),
    params: {
      taskId: task.taskId,
      round: 0,
      epoch: snapshot.epoch,
      mode: modeOf(model),
      seats,
      mySeat: mySeat === -1 ? undefined : mySeat,
      timing: deps.params.timing,
      domain: deps.domain,
      recover: deps.secp256k1.recover,
    },
  };
};
