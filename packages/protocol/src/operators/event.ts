import type { Address, Bytes32 } from '../primitives/hex.ts';

/** What the registry and the stake manager told, one log each: all that an operator table is a function of. Amounts in wei. */
export type OperatorEvent =
  | {
      readonly type: 'operator-registered';
      readonly operatorIndex: number;
      readonly operator: Address;
      readonly sessionKey: Address;
      /** Ed25519 public key. */
      readonly peerKey: Bytes32;
      readonly runtimeClass: number;
      readonly bindingSignature: Uint8Array;
      readonly nonce: bigint;
    }
  | {
      readonly type: 'session-key-rotated';
      readonly operator: Address;
      readonly sessionKey: Address;
      readonly peerKey: Bytes32;
      readonly bindingSignature: Uint8Array;
      readonly nonce: bigint;
    }
  | {
      readonly type: 'stake-changed';
      readonly operator: Address;
      readonly activeWei: bigint;
      readonly unbondingWei: bigint;
      readonly roles: number;
      readonly tombstoned: boolean;
    }
  | { readonly type: 'reputation-set'; readonly operator: Address; readonly reputationBps: number }
  | {
      readonly type: 'epoch-sealed';
      readonly epoch: bigint;
      readonly rowCount: number;
      readonly totalWeight: bigint;
      readonly rowsHash: Bytes32;
    };

/** Types of the events that concern the table: whatever else the chain tells may be skipped. */
export const OPERATOR_EVENT_TYPES: readonly OperatorEvent['type'][] = [
  'operator-registered',
  'session-key-rotated',
  'stake-changed',
  'reputation-set',
  'epoch-sealed',
];

/** Narrows any event of the chain to the ones of the table. */
export const isOperatorEvent = (event: { readonly type: string }): event is OperatorEvent =>
  OPERATOR_EVENT_TYPES.some((type) => type === event.type);
