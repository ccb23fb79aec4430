import {
  type Deployment,
  dataChallengesAbi,
  escrowAbi,
  leafProofsAbi,
  ledgerProofsAbi,
  mlbTokenAbi,
  modelRegistryAbi,
  operatorRegistryAbi,
  settlementAbi,
  slasherAbi,
  stakeManagerAbi,
} from '@mlb/contracts';
import {
  type Address,
  type Bytes32,
  bindingDigest,
  fromHex,
  type Hex,
  Address as toAddress,
  toHex,
} from '@mlb/protocol';
import { type Abi, encodeFunctionData, type PublicClient } from 'viem';
import { toChainError } from './client.ts';
import { ChainError } from './error.ts';
import type { TxOutcome } from './send-state.ts';
import type { TxManager } from './tx-manager.ts';

/** Every custom error of our contracts: makes reverts readable. Give it to the TxManager. */
export const protocolErrorsAbi: Abi = [
  ...mlbTokenAbi,
  ...stakeManagerAbi,
  ...operatorRegistryAbi,
  ...modelRegistryAbi,
  ...escrowAbi,
  ...settlementAbi,
  ...ledgerProofsAbi,
  ...leafProofsAbi,
  ...dataChallengesAbi,
  ...slasherAbi,
].filter(({ type }) => type === 'error');

export type Mined = Extract<TxOutcome, { readonly type: 'mined' }>;

export interface OperatorKeys {
  readonly sessionKey: Address;
  /** Ed25519 public key of the libp2p identity. */
  readonly peerKey: Bytes32;
  /** Ed25519 signature by the peer key. */
  readonly signWithPeerKey: (message: Uint8Array) => Uint8Array | Promise<Uint8Array>;
}

/** ModelRegistry's ModelInput. */
export interface ModelInput {
  readonly providerPeerKey: Bytes32;
  readonly cid: string;
  readonly sha256Digest: Bytes32;
  readonly sizeBytes: number;
  readonly name: string;
  /** Whole units of 1e9 wei. */
  readonly priceWei: bigint;
  readonly computeUnits: number;
  /** 0 exact, 1 tolerance. */
  readonly mode: number;
  readonly atolE9: bigint;
  readonly rtolE9: bigint;
  readonly engine: string;
}

/**
 * What an account does on chain. Each call resolves when its transaction is confirmed and throws ChainError otherwise:
 * CALL_REVERTED with the contract's reason (nothing was sent), TRANSACTION_FAILED. `key` names the logical action for
 * the journal: repeated with the same key, also after a crash, it is done once.
 */
export interface OperatorActions {
  readonly address: Address;
  /** Wei of MLB. */
  readonly tokenBalance: (owner?: Address) => Promise<bigint>;
  /** Wei for gas. */
  readonly gasBalance: (owner?: Address) => Promise<bigint>;
  /** Approves what is missing, then bonds; `roles` are added to those held. */
  readonly bond: (amountWei: bigint, roles: number, key: string) => Promise<Mined>;
  readonly unbond: (amountWei: bigint, keepRoles: number, key: string) => Promise<Mined>;
  readonly withdrawStake: (key: string) => Promise<Mined>;
  /** Needs a bonded role. */
  readonly register: (keys: OperatorKeys, runtimeClass: number, key: string) => Promise<Mined>;
  readonly rotateKeys: (keys: OperatorKeys, key: string) => Promise<Mined>;
  readonly sealEpoch: (key: string) => Promise<Mined>;
  /** Approves what is missing, then deposits units of 1e9 wei to the owner's escrow (default: own). */
  readonly deposit: (units: bigint, key: string, owner?: Address) => Promise<Mined>;
  /** Lane 0 escrow, 1 earned. Replaces the request before. */
  readonly requestWithdrawal: (lane: number, units: bigint, key: string) => Promise<Mined>;
  readonly completeWithdrawal: (lane: number, account: number, key: string) => Promise<Mined>;
  /** Needs the role MODEL. The id is in the `model-registered` event of the transaction's block. */
  readonly registerModel: (model: ModelInput, key: string) => Promise<Mined>;
  readonly setModelActive: (modelId: Bytes32, active: boolean, key: string) => Promise<Mined>;
  /** Evidence for Settlement, encoded (settlement/call-data.ts). */
  readonly slash: (data: Hex, key: string) => Promise<Mined>;
}

export interface OperatorActionsOptions {
  readonly deployment: Deployment;
  readonly client: PublicClient;
  readonly tx: Pick<TxManager, 'address' | 'send'>;
}

const UNIT_WEI = 1_000_000_000n;

const requireMined = (what: string, outcome: TxOutcome): Mined => {
  if (outcome.type === 'refused') {
    throw new ChainError('CALL_REVERTED', `${what} was refused by the contract: ${outcome.reason}. Nothing was sent.`);
  }
  if (outcome.type === 'abandoned') throw new ChainError('TRANSACTION_FAILED', `${what}: ${outcome.reason}`);
  if (outcome.status === 'success') return outcome;
  throw new ChainError(
    'TRANSACTION_FAILED',
    `${what} was mined in block ${outcome.blockNumber} but reverted (${outcome.hash}). Check the state and try again under a new key.`,
  );
};

type Send = (what: string, key: string, to: Hex, data: Hex) => Promise<Mined>;

const createReads = (client: PublicClient, token: Hex) => {
  const ask = <T>(request: Promise<T>): Promise<T> =>
    request.catch((cause: unknown) => {
      throw toChainError(cause);
    });
  const contract = { address: token, abi: mlbTokenAbi } as const;
  return {
    ask,
    balanceOf: (owner: Address) => ask(client.readContract({ ...contract, functionName: 'balanceOf', args: [owner] })),
    allowance: (owner: Address, spender: Hex) =>
      ask(client.readContract({ ...contract, functionName: 'allowance', args: [owner, spender] })),
  };
};

type Reads = ReturnType<typeof createReads>;

const stakeActions = (
  { stakeManager }: Deployment['addresses'],
  send: Send,
  approve: (spender: Hex, amountWei: bigint, key: string) => Promise<void>,
): Pick<OperatorActions, 'bond' | 'unbond' | 'withdrawStake'> => ({
  bond: async (amountWei, roles, key) => {
    await approve(stakeManager, amountWei, key);
    const data = encodeFunctionData({ abi: stakeManagerAbi, functionName: 'bond', args: [amountWei, roles] });
    return send('bonding stake', key, stakeManager, data);
  },
  unbond: (amountWei, keepRoles, key) => {
    const data = encodeFunctionData({ abi: stakeManagerAbi, functionName: 'unbond', args: [amountWei, keepRoles] });
    return send('unbonding stake', key, stakeManager, data);
  },
  withdrawStake: (key) => {
    const data = encodeFunctionData({ abi: stakeManagerAbi, functionName: 'withdraw' });
    return send('withdrawing stake', key, stakeManager, data);
  },
});

const registryActions = (
  { deployment, client, tx }: OperatorActionsOptions,
  send: Send,
  { ask }: Reads,
): Pick<OperatorActions, 'register' | 'rotateKeys' | 'sealEpoch'> => {
  const registry = deployment.addresses.operatorRegistry;
  const contract = { address: registry, abi: operatorRegistryAbi } as const;
  const bind = async ({ sessionKey, signWithPeerKey }: OperatorKeys, nonce: bigint): Promise<Hex> => {
    const { chainId } = deployment;
    const binding = { chainId, registry: toAddress(registry), operator: tx.address, sessionKey, nonce };
    return toHex(await signWithPeerKey(fromHex(bindingDigest(binding))));
  };
  return {
    register: async (keys, runtimeClass, key) => {
      const args = [keys.sessionKey, keys.peerKey, runtimeClass, await bind(keys, 0n)] as const;
      const data = encodeFunctionData({ abi: operatorRegistryAbi, functionName: 'register', args });
      return send('registering the operator', key, registry, data);
    },
    rotateKeys: async (keys, key) => {
      const index = await ask(client.readContract({ ...contract, functionName: 'indexOf', args: [tx.address] }));
      const { nonce } = await ask(client.readContract({ ...contract, functionName: 'operatorAt', args: [index] }));
      const args = [keys.sessionKey, keys.peerKey, await bind(keys, nonce)] as const;
      const data = encodeFunctionData({ abi: operatorRegistryAbi, functionName: 'rotateKey', args });
      return send('rotating the keys', key, registry, data);
    },
    sealEpoch: (key) => {
      const data = encodeFunctionData({ abi: operatorRegistryAbi, functionName: 'sealEpoch' });
      return send('sealing the epoch', key, registry, data);
    },
  };
};

const escrowActions = (
  { escrow }: Deployment['addresses'],
  send: Send,
  { address, approve }: { address: Address; approve: (spender: Hex, amountWei: bigint, key: string) => Promise<void> },
): Pick<OperatorActions, 'deposit' | 'requestWithdrawal' | 'completeWithdrawal'> => ({
  deposit: async (units, key, owner = address) => {
    await approve(escrow, units * UNIT_WEI, key);
    const data = encodeFunctionData({ abi: escrowAbi, functionName: 'deposit', args: [owner, units] });
    return send('the escrow deposit', key, escrow, data);
  },
  requestWithdrawal: (lane, units, key) => {
    const data = encodeFunctionData({ abi: escrowAbi, functionName: 'requestWithdrawal', args: [lane, units] });
    return send('the withdrawal request', key, escrow, data);
  },
  completeWithdrawal: (lane, account, key) => {
    const data = encodeFunctionData({ abi: escrowAbi, functionName: 'complete', args: [lane, account] });
    return send('the withdrawal', key, escrow, data);
  },
});

const modelActions = (
  { modelRegistry }: Deployment['addresses'],
  send: Send,
): Pick<OperatorActions, 'registerModel' | 'setModelActive'> => ({
  registerModel: (model, key) => {
    const data = encodeFunctionData({ abi: modelRegistryAbi, functionName: 'registerModel', args: [model] });
    return send('registering the model', key, modelRegistry, data);
  },
  setModelActive: (modelId, active, key) => {
    const data = encodeFunctionData({ abi: modelRegistryAbi, functionName: 'setStatus', args: [modelId, active] });
    return send('changing the model', key, modelRegistry, data);
  },
});

export const createOperatorActions = (options: OperatorActionsOptions): OperatorActions => {
  const { deployment, client, tx } = options;
  const { addresses } = deployment;
  const { address } = tx;
  const reads = createReads(client, addresses.token);
  const send: Send = async (what, key, to, data) => requireMined(what, await tx.send({ key, to: toAddress(to), data }));
  const approve = async (spender: Hex, amountWei: bigint, key: string): Promise<void> => {
    if ((await reads.allowance(address, spender)) >= amountWei) return;
    const data = encodeFunctionData({ abi: mlbTokenAbi, functionName: 'approve', args: [spender, amountWei] });
    await send('the token approval', `${key}/approve`, addresses.token, data);
  };
  return {
    address,
    tokenBalance: (owner = address) => reads.balanceOf(owner),
    gasBalance: (owner = address) => reads.ask(client.getBalance({ address: owner })),
    ...stakeActions(addresses, send, approve),
    ...registryActions(options, send, reads),
    ...escrowActions(addresses, send, { address, approve }),
    ...modelActions(addresses, send),
    slash: (data, key) => send('the evidence', key, addresses.settlement, data),
  };
};
