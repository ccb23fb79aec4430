import { generateKeyPairFromSeed } from '@libp2p/crypto/keys';
import {
  Address,
  Bytes32,
  bindingDigest,
  createDomain,
  DEVNET_PARAMS,
  type Domain,
  fromHex,
  ModelId,
  NEWCOMER_REPUTATION_BPS,
  type NetworkParams,
  type OperatorRow,
  type RegistryId,
  ROLE_COMPUTE,
  sha256,
  snapshotRowsHash,
  toHex,
  totalAttesterWeight,
  UNIT_WEI,
} from '@mlb/protocol';
import { node } from '../../scripts/train-mnist/onnx-builder.ts';
import { cidOfBytes } from '../../src/content/cid.ts';
import type { ChainEvent } from '../../src/port/chain.ts';
import { loadSecp256k1 } from '../../src/signing/secp256k1-native.ts';
import { modelOf } from '../execution/fixture/models.ts';

export const { secp256k1 } = loadSecp256k1();

export const CHAIN_ID = 31337;
export const DOMAIN: Domain = createDomain(CHAIN_ID, Address(`0x${'5e'.repeat(20)}`));
export const REGISTRY: RegistryId = { chainId: CHAIN_ID, registry: Address(`0x${'4e'.repeat(20)}`) };
export const EXACT_MODEL = ModelId(`0x${'e0'.repeat(32)}`);
export const TOLERANCE_MODEL = ModelId(`0x${'70'.repeat(32)}`);
/** What the tolerance model lets outputs differ by. */
export const ATOL = 1e-3;
export const BASE_FEE = 10n ** 18n;
export const FUNDED_UNITS = 10n ** 6n;

/** Fixed here, so that a devnet's windows can change without these stories changing. */
export const PARAMS: NetworkParams = {
  ...DEVNET_PARAMS,
  seedLagBlocks: 2,
  // Ten seconds of `until`, as long as a round: nobody knows the audit seed while a committee may agree.
  auditLagBlocks: 20,
  maxOpenOrdersPerRequester: 8,
  timing: { execMs: 6000, graceMs: 1500, revealMs: 1500, roundMs: 10_000, settleMs: 1500 },
};
const STAKE_MLB = 50_000n;

/** y = x + x: the smallest model the gate lets pass. */
export const MODEL_BYTES = modelOf({ node: [node('Add', ['x', 'x'], 'y')] });

const seedOf = (name: string): Uint8Array => fromHex(sha256(new TextEncoder().encode(name)));

/** Somebody with keys, the same in every run. */
export interface Persona {
  readonly name: string;
  /** Signs seat messages, and pays for orders. */
  readonly secretKey: Uint8Array;
  readonly sessionKey: Address;
  /** The staked or paying account. */
  readonly address: Address;
  readonly peerKey: Bytes32;
  readonly signWithPeerKey: (message: Uint8Array) => Uint8Array | Promise<Uint8Array>;
}

export const createPersona = async (name: string): Promise<Persona> => {
  const secretKey = seedOf(`${name} session`);
  const peer = await generateKeyPairFromSeed('Ed25519', seedOf(`${name} peer`));
  return {
    name,
    secretKey,
    sessionKey: secp256k1.addressOf(secretKey),
    address: secp256k1.addressOf(seedOf(`${name} operator`)),
    peerKey: Bytes32(toHex(peer.publicKey.raw)),
    signWithPeerKey: (message) => peer.sign(message),
  };
};

/** A requester signs orders with the key that owns its escrow. */
export const createRequester = async (): Promise<Persona> => {
  const persona = await createPersona('requester');
  return { ...persona, address: persona.sessionKey };
};

const registered = async (persona: Persona, operatorIndex: number): Promise<ChainEvent> => {
  const { address: operator, sessionKey, peerKey } = persona;
  const binding = { ...REGISTRY, operator, sessionKey, nonce: 0n };
  const bindingSignature = await persona.signWithPeerKey(fromHex(bindingDigest(binding)));
  return {
    ...{ type: 'operator-registered', operatorIndex, operator, sessionKey, peerKey, runtimeClass: 0 },
    ...{ bindingSignature, nonce: 0n },
  } as const;
};

const staked = ({ address: operator }: Persona, tombstoned = false): ChainEvent => ({
  ...({ type: 'stake-changed', operator, activeWei: STAKE_MLB * 10n ** 18n, unbondingWei: 0n } as const),
  ...{ roles: ROLE_COMPUTE, tombstoned },
});

/** What the registry would seal with these operators. */
const sealed = (epoch: bigint, operators: readonly Persona[]): ChainEvent => {
  const rows: readonly OperatorRow[] = operators.map(({ address, sessionKey, peerKey }, operatorIndex) => ({
    ...{ operatorIndex, operator: address, sessionKey, peerKey, stakeMlb: Number(STAKE_MLB) },
    ...{ reputationBps: NEWCOMER_REPUTATION_BPS, runtimeClass: 0, roles: ROLE_COMPUTE },
  }));
  const rowsHash = snapshotRowsHash({ rows });
  return { type: 'epoch-sealed', epoch, rowCount: rows.length, totalWeight: totalAttesterWeight({ rows }), rowsHash };
};

const published = async (provider: Persona, modelId: ModelId, mode: number): Promise<ChainEvent> => ({
  ...({ type: 'model-registered', modelId, provider: provider.address, providerPeerKey: provider.peerKey } as const),
  ...{ cid: await cidOfBytes(MODEL_BYTES), sha256: sha256(MODEL_BYTES), sizeBytes: MODEL_BYTES.length },
  ...{ name: mode === 0 ? 'exact' : 'tolerant', priceWei: UNIT_WEI, computeUnits: 1, mode },
  ...{ atolE9: mode === 0 ? 0n : BigInt(ATOL * 1e9), rtolE9: 0n, engine: 'memory' },
});

/** The first block: operators registered, staked and sealed into epoch 1, two models, a funded requester. */
export const genesisEvents = async (cast: {
  readonly operators: readonly Persona[];
  readonly provider: Persona;
  readonly requester: Persona;
}): Promise<readonly ChainEvent[]> => [
  { type: 'base-fee-set', baseFee: BASE_FEE },
  ...(await Promise.all(cast.operators.map(registered))),
  ...cast.operators.map((operator) => staked(operator)),
  sealed(1n, cast.operators),
  await published(cast.provider, EXACT_MODEL, 0),
  await published(cast.provider, TOLERANCE_MODEL, 1),
  { type: 'account-opened', account: 1, owner: cast.requester.address },
  { type: 'deposited', account: 1, units: FUNDED_UNITS },
];
