import { numberToBytesBE } from '@noble/curves/utils.js';
import type { Domain } from '../message/domain.ts';
import type { Snapshot } from '../operators/snapshot.ts';
import { BPS, LOT_MLB } from '../params.ts';
import { keccak256, tag } from '../primitives/hash.ts';
import type { Address, BlockHash, Bytes32, TaskId } from '../primitives/hex.ts';
import { type CommitteeSeat, drawCommittee } from './draw.ts';

/** The round number of an audit in messages: no later round is ever called so. */
export const AUDIT_ROUND: number = 0x80;
/** Fresh executions of an audit. */
export const AUDITORS: number = 3;
/** Rates are in millionths of the tasks. */
export const RATE_ONE_PPM: bigint = 1_000_000n;
export const AUDIT_RATE_SMALL_PPM: bigint = 50_000n;
export const AUDIT_RATE_LARGE_PPM: bigint = 20_000n;
/** Up to so many seats a committee is small. */
export const SMALL_COMMITTEE_SEATS: number = 4;
/** Silencing an honest seat is how one captures a committee: then a quarter is looked at. */
export const AUDIT_RATE_SILENT_PPM: bigint = 250_000n;
/**
 * sigma: what a coalition of all seats may expect to lose of each when its lie is audited. A signer of an overturned
 * certificate loses 30 % at least (E5), but where a coalition of a fifth of all lots insists, no value gets 70 % in a third
 * of the disputes and nobody loses anything: 22 % are left (docs/economics.md C2). A larger sigma would promise the
 * requester a deterrence that does not exist.
 */
export const AUDIT_SIGMA_BPS: bigint = 2000n;
const WEI_PER_MLB = 10n ** 18n;

/** b_a: the block whose hash decides about an audit, past the round, so that no seat knows it when it commits. */
export const auditBlockOf = (seedBlock: bigint, auditLagBlocks: number): bigint => seedBlock + BigInt(auditLagBlocks);

export interface AuditSeedInput {
  readonly domain: Domain;
  readonly taskId: TaskId;
  readonly blockHash: BlockHash;
}

/** keccak256("MLB_AUDIT_V1", uint256 chainId, settlement, taskId, blockHash), packed. */
export const auditSeedOf = ({ domain, taskId, blockHash }: AuditSeedInput): Bytes32 =>
  keccak256(tag('MLB_AUDIT_V1'), numberToBytesBE(domain.chainId, 32), domain.settlement, taskId, blockHash);

export interface AuditRateInput {
  /** Seats of round 0. */
  readonly redundancy: number;
  /** Whether a seat of the certificate's round is not in its lock. */
  readonly hasSilentSeat: boolean;
  /** Declared in the order, wei. */
  readonly valueAtRisk: bigint;
}

/** a = V / (V + n0 sigma S), rounded up: below it, whoever owns all n0 seats gains by lying about V. S is one lot. */
export const valueAuditRatePpm = ({
  valueAtRisk,
  redundancy,
}: Pick<AuditRateInput, 'valueAtRisk' | 'redundancy'>): bigint => {
  const atStakeWei = (BigInt(redundancy) * LOT_MLB * WEI_PER_MLB * AUDIT_SIGMA_BPS) / BPS;
  const whole = valueAtRisk + atStakeWei;
  return (valueAtRisk * RATE_ONE_PPM + whole - 1n) / whole;
};

/** The rate of one task: the largest of the base rate, the one for silence and the one for its value. */
export const auditRatePpm = (input: AuditRateInput): bigint => {
  const base = input.redundancy <= SMALL_COMMITTEE_SEATS ? AUDIT_RATE_SMALL_PPM : AUDIT_RATE_LARGE_PPM;
  const rates = [base, valueAuditRatePpm(input), input.hasSilentSeat ? AUDIT_RATE_SILENT_PPM : 0n];
  return rates.reduce((most, rate) => (rate > most ? rate : most));
};

/** Whether the seed picks a task of this rate: uint256(seed) mod 1e6 below it. */
export const isAudited = (auditSeed: Bytes32, ratePpm: bigint): boolean => BigInt(auditSeed) % RATE_ONE_PPM < ratePpm;

export interface AuditDueInput extends AuditRateInput {
  readonly auditSeed: Bytes32;
  /**
   * Whether we first heard of the certificate with the audit block, or a later one, as our head: it may have been made
   * knowing the seed. The first-seen rule of orders, for certificates; never true of a certificate we had before.
   */
  readonly heardAfterAuditBlock: boolean;
}

/** Whether the certificate of round 0 needs an audit: its seed picks it, or it came too late to be picked by chance. */
export const isAuditDue = (input: AuditDueInput): boolean =>
  input.heardAfterAuditBlock || isAudited(input.auditSeed, auditRatePpm(input));

export interface AuditDrawInput {
  readonly auditSeed: Bytes32;
  readonly snapshot: Pick<Snapshot, 'rows'>;
  /** All seats that any round of the task had: none of them audits itself. */
  readonly committee: readonly CommitteeSeat[];
  /** The requester and the model's provider. */
  readonly exclude: readonly Address[];
  readonly runtimeClass?: number | undefined;
}

/** Three fresh auditors, or undefined when the pool has no three left: then the task cannot be audited. */
export const drawAuditors = ({
  auditSeed,
  snapshot,
  committee,
  exclude,
  runtimeClass,
}: AuditDrawInput): readonly CommitteeSeat[] | undefined =>
  drawCommittee({
    seed: auditSeed,
    snapshot,
    redundancy: AUDITORS,
    exclude: [...exclude, ...committee.map(({ operator }) => operator)],
    runtimeClass,
  });
