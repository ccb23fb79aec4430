import {
  Address,
  applyOperatorEvent,
  type Bytes32,
  createDomain,
  type Domain,
  emptyOperatorTable,
  fromHex,
  keccak256,
  LOT_MLB,
  ModelId,
  type OperatorTable,
  ROLE_COMPUTE,
  RUNTIME_FAST,
  type Secp256k1,
  type Snapshot,
  snapshotRowsHash,
  tag,
  totalAttesterWeight,
} from '@mlb/protocol';

/** A staked operator and what only it knows. */
export interface Operator {
  /** Its number in the registry, and its peer in the network. */
  readonly index: number;
  readonly address: Address;
  readonly sessionKey: Address;
  readonly secretKey: Uint8Array;
}

/** Somebody with escrow who orders tasks. */
export interface Requester {
  readonly address: Address;
  readonly secretKey: Uint8Array;
}

/** Who and what exists before the first event: the registry, folded by the real fold from the events of its contracts. */
export interface Universe {
  readonly domain: Domain;
  readonly secp256k1: Secp256k1;
  readonly operators: readonly Operator[];
  readonly requesters: readonly Requester[];
  readonly modelId: ModelId;
  readonly modelProvider: Address;
  readonly table: OperatorTable;
  /** Escrow account of an owner: requesters first, then the model provider, then operators. */
  readonly accountOf: (owner: Address) => number | undefined;
}

export const EPOCH: bigint = 1n;
/** The first epoch is sealed in this block. */
export const SEALED_AT_BLOCK: bigint = 1n;
export const REQUESTERS: number = 3;
const WEI_PER_MLB = 10n ** 18n;

const word = (name: string): Bytes32 => keccak256(tag(name));
const secretOf = (name: string): Uint8Array => fromHex(word(`secret of ${name}`));
const someAddress = (name: string): Address => Address(`0x${word(name).slice(26)}`);

const DOMAIN: Domain = createDomain(31_337, someAddress('settlement'));
const REGISTRY = { chainId: 31_337, registry: someAddress('registry') };

const registered = (operators: readonly Operator[]): OperatorTable =>
  operators.reduce(
    (table, { index, address, sessionKey }) =>
      applyOperatorEvent(
        table,
        {
          ...{ type: 'operator-registered', operatorIndex: index, operator: address, sessionKey },
          ...{ peerKey: word(`peer ${index}`), runtimeClass: RUNTIME_FAST, nonce: 0n },
          // No Ed25519 peer keys here: the network below is not libp2p's, and a false binding does not bar from the draw.
          bindingSignature: new Uint8Array(64),
        },
        0n,
      ),
    emptyOperatorTable(REGISTRY),
  );

const staked = (table: OperatorTable, operators: readonly Operator[], lots: readonly number[]): OperatorTable =>
  operators.reduce(
    (before, { index, address: operator }) =>
      applyOperatorEvent(
        before,
        {
          ...{ type: 'stake-changed', operator, roles: ROLE_COMPUTE, unbondingWei: 0n, tombstoned: false },
          activeWei: BigInt(lots[index] ?? 1) * LOT_MLB * WEI_PER_MLB,
        },
        0n,
      ),
    table,
  );

/** Seals an epoch as the registry would: the event carries what the chain computed, the fold checks its own rows against it. */
const sealed = (table: OperatorTable, rows: Snapshot['rows']): OperatorTable => {
  const event = { type: 'epoch-sealed', epoch: EPOCH, rowCount: rows.length } as const;
  const totals = { totalWeight: totalAttesterWeight({ rows }), rowsHash: snapshotRowsHash({ rows }) };
  return applyOperatorEvent(table, { ...event, ...totals }, SEALED_AT_BLOCK);
};

const rowsOf = (table: OperatorTable, operators: readonly Operator[], lots: readonly number[]): Snapshot['rows'] =>
  operators.map(({ index, address, sessionKey }) => ({
    ...{ operatorIndex: index, operator: address, sessionKey, peerKey: table.identities.get(address)?.peerKey },
    ...{ stakeMlb: (lots[index] ?? 1) * Number(LOT_MLB), reputationBps: 5000 },
    ...{ runtimeClass: RUNTIME_FAST, roles: ROLE_COMPUTE },
  }));

interface People {
  readonly operators: readonly Operator[];
  readonly requesters: readonly Requester[];
  readonly table: OperatorTable;
}

const peopleOf = (secp256k1: Secp256k1, operatorCount: number): People => {
  const operators = Array.from({ length: operatorCount }, (_, index) => {
    const secretKey = secretOf(`session ${index}`);
    return { index, address: someAddress(`operator ${index}`), sessionKey: secp256k1.addressOf(secretKey), secretKey };
  });
  const requesters = Array.from({ length: REQUESTERS }, (_, index) => {
    const secretKey = secretOf(`requester ${index}`);
    return { address: secp256k1.addressOf(secretKey), secretKey };
  });
  return { operators, requesters, table: registered(operators) };
};

/** Keys and registrations are the same in every run of a size: computed once. */
const remembered = new WeakMap<Secp256k1, Map<number, People>>();

const rememberedPeople = (secp256k1: Secp256k1, operatorCount: number): People => {
  const bySize = remembered.get(secp256k1) ?? new Map<number, People>();
  remembered.set(secp256k1, bySize);
  const people = bySize.get(operatorCount) ?? peopleOf(secp256k1, operatorCount);
  bySize.set(operatorCount, people);
  return people;
};

/** `lots`: lots of each operator, one where it is shorter. */
export const createUniverse = ({
  secp256k1,
  operatorCount,
  lots,
}: {
  readonly secp256k1: Secp256k1;
  readonly operatorCount: number;
  readonly lots: readonly number[];
}): Universe => {
  const { operators, requesters, table } = rememberedPeople(secp256k1, operatorCount);
  const withStake = staked(table, operators, lots);
  const modelProvider = someAddress('model provider');
  const owners = [
    ...requesters.map(({ address }) => address),
    modelProvider,
    ...operators.map(({ address }) => address),
  ];
  const accounts = new Map(owners.map((owner, i) => [owner, i + 1]));
  return {
    ...{ domain: DOMAIN, secp256k1, operators, requesters, modelProvider },
    modelId: ModelId(word('model')),
    table: sealed(withStake, rowsOf(withStake, operators, lots)),
    accountOf: (owner) => accounts.get(owner),
  };
};
