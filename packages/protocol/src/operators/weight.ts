import { LOT_MLB, MAX_LOTS, MIN_ELIGIBLE_REPUTATION_BPS } from '../params.ts';
import { type OperatorRow, ROLE_COMPUTE, ROLE_VERIFIER, type Snapshot } from './snapshot.ts';

/** Lots a row brings into the draw: one for each 50 000 MLB, at most four; none without the compute role. */
export const lotsOf = ({ roles, stakeMlb }: OperatorRow): number =>
  (roles & ROLE_COMPUTE) === 0 ? 0 : Math.min(MAX_LOTS, Math.floor(stakeMlb / Number(LOT_MLB)));

/**
 * Whether a row may be drawn at all, whoever the requester is. A false peer binding does not bar: the contracts draw every
 * committee again and cannot check Ed25519, so such a seat is drawn and silent (docs/adr/007).
 */
export const isDrawable = (row: OperatorRow): boolean =>
  lotsOf(row) > 0 && row.reputationBps >= MIN_ELIGIBLE_REPUTATION_BPS;

/** s_i * w_i of one seat: it locks one lot, whatever the stake behind it (MLB times bps). */
export const seatWeight = (row: OperatorRow): bigint => LOT_MLB * BigInt(row.reputationBps);

/** Weight of a row in a batch certificate: stake in MLB times reputation in bps, as CertEcdsa counts it. */
export const attesterWeight = ({ roles, stakeMlb, reputationBps }: OperatorRow): bigint =>
  (roles & (ROLE_COMPUTE | ROLE_VERIFIER)) === 0 ? 0n : BigInt(stakeMlb) * BigInt(reputationBps);

/** The denominator of a batch certificate's 70 %. */
export const totalAttesterWeight = ({ rows }: Pick<Snapshot, 'rows'>): bigint =>
  rows.reduce((sum, row) => sum + attesterWeight(row), 0n);
