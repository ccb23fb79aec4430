import {
  concat,
  type Hex,
  hashTypedData,
  keccak256,
  parseSignature,
  serializeCompactSignature,
  signatureToCompactSignature,
  toHex,
} from 'viem';
import type { PrivateKeyAccount } from 'viem/accounts';
import type { Deployment } from '../../abi/index.ts';

/** The messages as viem knows typed data: written down here again, so that a change in the contracts is noticed. */
export const MESSAGE_TYPES = {
  Commit: [
    { name: 'taskId', type: 'bytes32' },
    { name: 'round', type: 'uint8' },
    { name: 'seat', type: 'uint16' },
    { name: 'commitHash', type: 'bytes32' },
    { name: 'blindShare', type: 'bytes32' },
  ],
  LockVote: [
    { name: 'taskId', type: 'bytes32' },
    { name: 'round', type: 'uint8' },
    { name: 'seat', type: 'uint16' },
    { name: 'lockRoot', type: 'bytes32' },
  ],
  ResultStatement: [
    { name: 'taskId', type: 'bytes32' },
    { name: 'round', type: 'uint8' },
    { name: 'epoch', type: 'uint64' },
    { name: 'seatCount', type: 'uint16' },
    { name: 'lockRoot', type: 'bytes32' },
    { name: 'resultDigest', type: 'bytes32' },
  ],
  BatchHeader: [
    { name: 'index', type: 'uint64' },
    { name: 'prevHash', type: 'bytes32' },
    { name: 'epoch', type: 'uint64' },
    { name: 'slot', type: 'uint64' },
    { name: 'leafCount', type: 'uint32' },
    { name: 'leavesRoot', type: 'bytes32' },
    { name: 'ledgerRoot', type: 'bytes32' },
    { name: 'deltasHash', type: 'bytes32' },
    { name: 'nullifiersHash', type: 'bytes32' },
    { name: 'slashesRoot', type: 'bytes32' },
    { name: 'reputationRoot', type: 'bytes32' },
    { name: 'baseFee', type: 'uint64' },
    { name: 'treasuryUnits', type: 'uint64' },
    { name: 'burnUnits', type: 'uint64' },
    { name: 'dataCidDigest', type: 'bytes32' },
  ],
} as const;

export type MessageName = keyof typeof MESSAGE_TYPES;

/** Field values by name: small integers as numbers, uint64 and wider as bigints, the rest as hex. */
export type MessageFields = Readonly<Record<string, Hex | bigint | number>>;

export const digestOf = (deployment: Deployment, name: MessageName, message: MessageFields): Hex =>
  hashTypedData({
    domain: {
      name: 'ML Bridge CVCP',
      version: '1',
      chainId: deployment.chainId,
      verifyingContract: deployment.addresses.settlement,
    },
    types: MESSAGE_TYPES as Record<string, readonly { name: string; type: string }[]>,
    primaryType: name,
    message,
  });

/** 64 bytes, EIP-2098. */
export const signCompact = async (account: PrivateKeyAccount, digest: Hex): Promise<Hex> =>
  serializeCompactSignature(signatureToCompactSignature(parseSignature(await account.sign({ hash: digest }))));

/** One bitmap word and the signatures of these rows, for tables of up to 256 rows. */
export const certify = async (
  digest: Hex,
  signers: readonly { readonly row: number; readonly account: PrivateKeyAccount }[],
): Promise<Hex> => {
  const bitmap = signers.reduce((bits, { row }) => bits | (1n << BigInt(row)), 0n);
  const ascending = signers.toSorted((a, b) => a.row - b.row);
  const signatures = await Promise.all(ascending.map(({ account }) => signCompact(account, digest)));
  return concat([toHex(bitmap, { size: 32 }), ...signatures]);
};

/** The header of a first batch with these rows; everything the contracts do not read is a fixed mark. */
export const headerOf = (fields: {
  readonly index: bigint;
  readonly prevHash: Hex;
  readonly epoch: bigint;
  readonly leafCount: number;
  readonly deltas: Hex;
  readonly nullifiers: Hex;
  readonly treasuryUnits: bigint;
  readonly burnUnits: bigint;
}) => {
  const { deltas, nullifiers, ...rest } = fields;
  return {
    ...rest,
    slot: 9n,
    leavesRoot: keccak256('0x01'),
    ledgerRoot: keccak256('0x02'),
    deltasHash: keccak256(deltas),
    nullifiersHash: keccak256(nullifiers),
    slashesRoot: keccak256('0x03'),
    reputationRoot: keccak256('0x04'),
    baseFee: 10n ** 18n,
    dataCidDigest: keccak256('0x05'),
  };
};
