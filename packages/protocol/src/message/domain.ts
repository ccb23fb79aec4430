import * as TypedData from 'ox/TypedData';
import { keccak256 } from '../primitives/hash.ts';
import type { Address, Bytes32, Hex } from '../primitives/hex.ts';
import { hashRecord, type RecordSchema } from '../wire/record.ts';

/** One deployment on one chain. No signature of one domain is valid in another. */
export interface Domain {
  readonly chainId: number;
  /** The Settlement contract. */
  readonly settlement: Address;
  /** EIP-712 domain separator of {name "ML Bridge CVCP", version "1", chainId, verifyingContract}. */
  readonly separator: Bytes32;
}

export const DOMAIN_NAME: string = 'ML Bridge CVCP';
export const DOMAIN_VERSION: string = '1';

export const createDomain = (chainId: number, settlement: Address): Domain => ({
  chainId,
  settlement,
  separator: TypedData.domainSeparator({
    name: DOMAIN_NAME,
    version: DOMAIN_VERSION,
    chainId,
    verifyingContract: settlement,
  }) as Bytes32,
});

const PREFIX: Hex = '0x1901';

/** What the session key signs: keccak256(0x1901 | separator | hashStruct). */
export const digestOf = <T>(domain: Domain, schema: RecordSchema<T>, value: T): Bytes32 =>
  keccak256(PREFIX, domain.separator, hashRecord(schema, value));
