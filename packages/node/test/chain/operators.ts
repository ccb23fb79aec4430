import { generateKeyPair } from '@libp2p/crypto/keys';
import { type Deployment, mlbTokenAbi } from '@mlb/contracts';
import { Address, Bytes32, ROLE_COMPUTE, ROLE_MODEL, ROLE_VERIFIER, toHex } from '@mlb/protocol';
import { createWalletClient, http, type LocalAccount } from 'viem';
import { createOperatorActions, type OperatorActions, protocolErrorsAbi } from '../../src/chain/operator-actions.ts';
import { createTxManager, type TxManager } from '../../src/chain/tx-manager.ts';
import { createMemoryClock } from '../../src/clock/memory.ts';
import { createMemoryStore } from '../../src/store/memory.ts';
import type { Evm } from './evm.ts';

export const MLB = 10n ** 18n;

/** An account that acts through a real transaction lane; polls are driven by its own sends. */
export const createActor = (
  evm: Evm,
  deployment: Deployment,
  account: LocalAccount,
): { readonly tx: TxManager; readonly actions: OperatorActions } => {
  const tx = createTxManager({
    client: evm.client,
    chainId: evm.chainId,
    account,
    store: createMemoryStore(),
    clock: createMemoryClock(),
    errorsAbi: protocolErrorsAbi,
  });
  // With automine on, the second look finds the receipt.
  const send: TxManager['send'] = async (request, signal) => {
    const outcome = tx.send(request, signal);
    await tx.refresh();
    return outcome;
  };
  return { tx, actions: createOperatorActions({ deployment, client: evm.client, tx: { address: tx.address, send } }) };
};

const rpcTransfer = async (evm: Evm, deployment: Deployment, to: string, amountWei: bigint): Promise<void> => {
  const wallet = createWalletClient({ account: evm.account(0), transport: http(evm.rpcUrl) });
  const address = deployment.addresses.token;
  await wallet.writeContract({
    address,
    abi: mlbTokenAbi,
    functionName: 'transfer',
    args: [to as `0x${string}`, amountWei],
    chain: null,
  });
};

export interface Joined {
  readonly operator: Address;
  readonly peerKey: Bytes32;
  readonly actions: OperatorActions;
}

/** Funds, bonds and registers an operator under a session key. Needs automine. */
export const joinOperator = async (
  evm: Evm,
  deployment: Deployment,
  options: {
    readonly accountIndex: number;
    readonly sessionKey: Address;
    readonly stakeMlb: bigint;
    readonly roles?: number;
  },
): Promise<Joined> => {
  const account = evm.account(options.accountIndex);
  await rpcTransfer(evm, deployment, account.address, options.stakeMlb * MLB);
  const { actions } = createActor(evm, deployment, account);
  await actions.bond(options.stakeMlb * MLB, options.roles ?? ROLE_COMPUTE | ROLE_VERIFIER, 'bond');
  const key = await generateKeyPair('Ed25519');
  const peerKey = Bytes32(toHex(key.publicKey.raw));
  const keys = { sessionKey: options.sessionKey, peerKey, signWithPeerKey: (message: Uint8Array) => key.sign(message) };
  await actions.register(keys, 0, 'register');
  return { operator: Address(account.address), peerKey, actions };
};

/** A requester with `units` of 1e9 wei in escrow. */
export const fundRequester = async (
  evm: Evm,
  deployment: Deployment,
  options: { readonly accountIndex: number; readonly units: bigint },
): Promise<OperatorActions> => {
  const account = evm.account(options.accountIndex);
  await rpcTransfer(evm, deployment, account.address, options.units * 10n ** 9n);
  const { actions } = createActor(evm, deployment, account);
  await actions.deposit(options.units, 'deposit');
  return actions;
};

/** A model provider with one registered model. */
export const publishModel = async (
  evm: Evm,
  deployment: Deployment,
  options: { readonly accountIndex: number; readonly priceWei: bigint },
): Promise<OperatorActions> => {
  const account = evm.account(options.accountIndex);
  await rpcTransfer(evm, deployment, account.address, 10_000n * MLB);
  const { actions } = createActor(evm, deployment, account);
  await actions.bond(10_000n * MLB, ROLE_MODEL, 'bond');
  await actions.registerModel(
    {
      providerPeerKey: Bytes32(`0x${'11'.repeat(32)}`),
      cid: 'bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy',
      sha256Digest: Bytes32(`0x${'22'.repeat(32)}`),
      sizeBytes: 54_000,
      name: 'mnist',
      priceWei: options.priceWei,
      computeUnits: 1000,
      mode: 0,
      atolE9: 0n,
      rtolE9: 0n,
      engine: 'onnxruntime-node/1.30.0',
    },
    'model',
  );
  return actions;
};
