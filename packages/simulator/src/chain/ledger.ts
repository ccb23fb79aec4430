import {
  type Address,
  type BatchHeader,
  type Bytes32,
  type Domain,
  decodeDeltas,
  decodeNullifiers,
  type Evidence,
  headerDigestOf,
  isAttestationQuorum,
  LANE_ESCROW,
  type RowSignature,
  type Secp256k1,
  type Snapshot,
  verifyEvidence,
  ZERO_BYTES32,
} from '@mlb/protocol';

/** What anybody may ask of the L2. */
export type Transaction =
  | {
      readonly type: 'post';
      readonly header: BatchHeader;
      readonly deltas: Uint8Array;
      readonly nullifiers: Uint8Array;
      /** The encoded leaves: the chain sees their digest only, whoever looks at the run sees them. */
      readonly data: Uint8Array;
      readonly signatures: readonly RowSignature[];
    }
  | { readonly type: 'slash'; readonly evidence: Evidence };

/** State of all contracts at one block. Immutable. */
export interface Ledger {
  readonly lastIndex: bigint;
  readonly lastHeaderDigest: Bytes32;
  /** Units by account. */
  readonly escrow: ReadonlyMap<number, bigint>;
  readonly earned: ReadonlyMap<number, bigint>;
  readonly treasuryUnits: bigint;
  readonly burnedUnits: bigint;
  /** `account/word` to the mask of used nonces. */
  readonly nonces: ReadonlyMap<string, bigint>;
  readonly batches: readonly Extract<Transaction, { readonly type: 'post' }>[];
  /** Operators that lost stake, with what proved it. */
  readonly slashed: ReadonlyMap<Address, Evidence['kind']>;
}

export const createLedger = (escrow: ReadonlyMap<number, bigint>): Ledger => ({
  ...{ lastIndex: 0n, lastHeaderDigest: ZERO_BYTES32, escrow, earned: new Map() },
  ...{ treasuryUnits: 0n, burnedUnits: 0n, nonces: new Map(), batches: [], slashed: new Map() },
});

/** Everything anybody ever had: never changes (I9). */
export const totalUnitsOf = ({ escrow, earned, treasuryUnits, burnedUnits }: Ledger): bigint =>
  [...escrow.values(), ...earned.values()].reduce((sum, units) => sum + units, treasuryUnits + burnedUnits);

export interface Rules {
  readonly domain: Domain;
  readonly secp256k1: Pick<Secp256k1, 'recover'>;
  readonly snapshot: (epoch: bigint) => Snapshot | undefined;
  /** True only where a bug is seeded on purpose. */
  readonly isForgetful: boolean;
}

type Post = Extract<Transaction, { readonly type: 'post' }>;

const isCertified = ({ domain, secp256k1, snapshot }: Rules, { header, signatures }: Post): boolean => {
  const sealed = snapshot(header.epoch);
  if (sealed === undefined) return false;
  const digest = headerDigestOf(domain, header);
  const isSigned = signatures.every(
    ({ row, signature }) => secp256k1.recover(digest, signature) === sealed.rows[row]?.sessionKey,
  );
  return (
    isSigned &&
    isAttestationQuorum(
      sealed,
      signatures.map(({ row }) => row),
    )
  );
};

/** The escrow's own checks: debits are covered and equal to the credits. */
const applyDeltas = (ledger: Ledger, { header, deltas }: Post): Ledger | undefined => {
  const [escrow, earned] = [new Map(ledger.escrow), new Map(ledger.earned)];
  let balance = -header.treasuryUnits - header.burnUnits;
  for (const { kind, account, units } of decodeDeltas(deltas)) {
    const before = (kind === LANE_ESCROW ? escrow : earned).get(account) ?? 0n;
    if (kind === LANE_ESCROW && before < units) return undefined;
    balance += kind === LANE_ESCROW ? units : -units;
    if (kind === LANE_ESCROW) escrow.set(account, before - units);
    else earned.set(account, before + units);
  }
  if (balance !== 0n) return undefined;
  const treasuryUnits = ledger.treasuryUnits + header.treasuryUnits;
  return { ...ledger, escrow, earned, treasuryUnits, burnedUnits: ledger.burnedUnits + header.burnUnits };
};

const applyNullifiers = (ledger: Ledger, { nullifiers }: Post): Ledger | undefined => {
  const nonces = new Map(ledger.nonces);
  for (const { account, word, mask } of decodeNullifiers(nullifiers)) {
    const used = nonces.get(`${account}/${word}`) ?? 0n;
    if ((used & mask) !== 0n) return undefined;
    nonces.set(`${account}/${word}`, used | mask);
  }
  return { ...ledger, nonces };
};

const applyPost = (rules: Rules, ledger: Ledger, post: Post): Ledger | undefined => {
  const { header } = post;
  if (header.index !== ledger.lastIndex + 1n || header.prevHash !== ledger.lastHeaderDigest) return undefined;
  if (!isCertified(rules, post)) return undefined;
  const moved = applyDeltas(ledger, post);
  const spent = moved && (rules.isForgetful ? moved : applyNullifiers(moved, post));
  if (spent === undefined) return undefined;
  const lastHeaderDigest = headerDigestOf(rules.domain, header);
  return { ...spent, lastIndex: header.index, lastHeaderDigest, batches: [...spent.batches, post] };
};

const applySlash = (rules: Rules, ledger: Ledger, evidence: Evidence): Ledger | undefined => {
  const { operator, kind } = evidence;
  if (ledger.slashed.has(operator)) return undefined;
  const rows = rules.snapshot(1n)?.rows ?? [];
  const sessionKeyOf = (owner: Address): Address | undefined => rows.find((row) => row.operator === owner)?.sessionKey;
  const { domain, secp256k1 } = rules;
  if (typeof verifyEvidence({ domain, secp256k1, sessionKeyOf, evidence }) === 'string') return undefined;
  return { ...ledger, slashed: new Map(ledger.slashed).set(operator, kind) };
};

/** The state after a transaction, or undefined when it reverts. */
export const applyTransaction = (rules: Rules, ledger: Ledger, transaction: Transaction): Ledger | undefined =>
  transaction.type === 'post' ? applyPost(rules, ledger, transaction) : applySlash(rules, ledger, transaction.evidence);
