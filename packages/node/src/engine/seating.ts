import {
  type AgreementMode,
  AUDIT_ROUND,
  auditBlockOf,
  auditSeedOf,
  type BlockHash,
  type CommitteeSeat,
  declinersOf,
  drawAuditors,
  drawFirstSeats,
  drawLaterSeats,
  type FirstDraw,
  isDrawable,
  MAX_UNION_SEATS,
  type RoundParams,
  roundSeedBlockOf,
  roundSizes,
  type Snapshot,
  seedBlockOf,
  seedOf,
  type TaskParams,
} from '@mlb/protocol';
import type { ModelRecord } from '../chain/state.ts';
import { peerIdOfKey } from '../network/peer-id.ts';
import type { EngineDeps } from './deps.ts';
import type { Seating, TaskRecord } from './task.ts';

/** The L2 block whose hash seats a round of a task; that of AUDIT_ROUND also decides whether there is an audit. */
export const seedBlockOfRound = (deps: Pick<EngineDeps, 'params'>, task: TaskRecord, round: number): bigint => {
  const { seedLagBlocks, roundBlocks, auditLagBlocks } = deps.params;
  const first = seedBlockOf(task.order.order.body.anchorBlock, seedLagBlocks);
  return round === AUDIT_ROUND ? auditBlockOf(first, auditLagBlocks) : roundSeedBlockOf(first, round, roundBlocks);
};

/** ModelRegistry's number for byte equality; 1 is tolerance. */
const MODE_EXACT = 0;

/** How a model's outputs are compared, from its record. */
export const modeOf = ({ mode, atolE9, rtolE9 }: Pick<ModelRecord, 'mode' | 'atolE9' | 'rtolE9'>): AgreementMode =>
  mode === MODE_EXACT
    ? { type: 'exact' }
    : { type: 'tolerance', atol: Number(atolE9) / 1e9, rtol: Number(rtolE9) / 1e9 };

/** What every draw of a task is made from. */
interface Pool {
  readonly snapshot: Snapshot;
  readonly model: ModelRecord;
  readonly exclude: readonly [requester: CommitteeSeat['operator'], provider: CommitteeSeat['operator']];
}

const poolOf = (deps: EngineDeps, { order }: TaskRecord): Pool | undefined => {
  const { modelId, anchorBlock, requester } = order.order.body;
  const model = deps.view.model(modelId);
  const snapshot = deps.view.snapshotAt(anchorBlock);
  return model && snapshot && { snapshot, model, exclude: [requester, model.provider] };
};

/** What the task's machine is a function of. Undefined while the model or epoch is unknown. */
export const taskParamsOf = (deps: EngineDeps, task: TaskRecord): TaskParams | undefined => {
  const pool = poolOf(deps, task);
  if (pool === undefined) return undefined;
  const { snapshot, model, exclude } = pool;
  const { redundancy } = task.order.order.body;
  const drawable = snapshot.rows.filter((row) => isDrawable(row) && !exclude.includes(row.operator)).length;
  return {
    taskId: task.taskId,
    epoch: snapshot.epoch,
    mode: modeOf(model),
    redundancy,
    lastRound: roundSizes(redundancy, Math.min(drawable, MAX_UNION_SEATS)).length - 1,
    timing: deps.params.timing,
    domain: deps.domain,
    recover: deps.secp256k1.recover,
  };
};

/** Seats of round 0 whose decline this node holds. */
const declinedOf = (task: TaskRecord): readonly number[] => [...(task.machine?.state.declines.keys() ?? [])];

/** Who was drawn for round 0, before any decline. */
const firstDrawOf = ({ seatings }: TaskRecord): FirstDraw | undefined => seatings.get(0)?.firstDraw;

interface Draw {
  readonly committee: readonly CommitteeSeat[];
  readonly firstDraw?: FirstDraw;
}

const drawRound = (
  deps: EngineDeps,
  task: TaskRecord,
  { pool, round, blockHash }: { readonly pool: Pool; readonly round: number; readonly blockHash: BlockHash },
): Draw | undefined => {
  const { domain } = deps;
  const { taskId } = task;
  const { redundancy } = task.order.order.body;
  const { snapshot } = pool;
  if (round === 0) {
    const seed = seedOf({ domain, taskId, round, blockHash });
    const firstDraw = drawFirstSeats({ seed, snapshot, redundancy, exclude: pool.exclude });
    return firstDraw && { committee: firstDraw.seats, firstDraw };
  }
  const first = firstDrawOf(task);
  const earlier = task.seatings.get(round === AUDIT_ROUND ? 0 : round - 1)?.committee;
  if (first === undefined || earlier === undefined) return undefined;
  const exclude = [...pool.exclude, ...declinersOf(first, declinedOf(task))];
  const fresh =
    round === AUDIT_ROUND
      ? drawAuditors({ auditSeed: auditSeedOf({ domain, taskId, blockHash }), snapshot, committee: earlier, exclude })
      : drawLaterSeats({
          ...{ seed: seedOf({ domain, taskId, round, blockHash }), snapshot, round, redundancy, earlier, exclude },
        });
  return fresh && { committee: [...earlier, ...fresh] };
};

/** A seat without a proven peer key cannot be reached: it is silent. */
const peerOf =
  ({ rows }: Snapshot) =>
  ({ row }: CommitteeSeat): string => {
    const key = rows[row]?.peerKey;
    return key === undefined ? '' : peerIdOfKey(key);
  };

const mySeatIn = ({ operator: own }: EngineDeps, committee: readonly CommitteeSeat[]): number | undefined => {
  const seat = committee.findIndex(
    ({ operator, sessionKey }) => operator === own?.address && sessionKey === own.signer.sessionKey,
  );
  return seat === -1 ? undefined : seat;
};

/**
 * The committee of a round, from the chain and the declines alone: every node computes the same one. The rounds before it
 * must be seated. Undefined when the model or epoch is unknown, or too few operators are left to draw.
 */
export const seatRound = (
  deps: EngineDeps,
  task: TaskRecord,
  { round, blockHash }: { readonly round: number; readonly blockHash: BlockHash },
): Seating | undefined => {
  const pool = poolOf(deps, task);
  const draw = pool && drawRound(deps, task, { pool, round, blockHash });
  if (pool === undefined || draw === undefined) return undefined;
  const { snapshot, model } = pool;
  const { committee } = draw;
  return {
    snapshot,
    committee,
    firstDraw: draw.firstDraw,
    seedBlock: { number: seedBlockOfRound(deps, task, round), hash: blockHash },
    peers: committee.map(peerOf(snapshot)),
    params: {
      taskId: task.taskId,
      round,
      epoch: snapshot.epoch,
      mode: modeOf(model),
      seats: committee,
      mySeat: mySeatIn(deps, committee),
      timing: deps.params.timing,
      domain: deps.domain,
      recover: deps.secp256k1.recover,
    },
  };
};

/** The same round as its machine has it: declines have passed some seats on, earlier certificates are known. */
export const reseated = (seating: Seating, params: RoundParams): Seating => {
  const substitutes = seating.firstDraw?.substitutes ?? [];
  const committee = params.seats.map(({ operator }, seat) => {
    const drawn = seating.committee[seat] as CommitteeSeat;
    const substitute = substitutes[seat];
    return substitute?.operator === operator ? substitute : drawn;
  });
  return { ...seating, params, committee, peers: committee.map(peerOf(seating.snapshot)) };
};
