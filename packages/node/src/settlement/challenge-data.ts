import { type ContractAddress, dataChallengesAbi, leafProofsAbi, ledgerProofsAbi, settlementAbi } from '@mlb/contracts';
import {
  type AbiLeaf,
  type BatchHeader,
  type Bytes32,
  type FraudCall,
  fromHex,
  type Hex,
  keccak256,
  type LeafOpening,
  type LedgerOpening,
  type RowOpening,
  toHex,
} from '@mlb/protocol';
import { type Abi, decodeFunctionData, encodeFunctionData } from 'viem';
import type { DataChallenge, PostedBatch } from '../chain/state.ts';
import type { BatchPart } from '../port/chain.ts';

/** `IFraudProofs.PostedHeader`: how every proof and challenge names its batch. */
interface PostedHeaderArgument {
  readonly header: BatchHeader;
  readonly certificateHash: Bytes32;
  readonly deltas: Hex;
}

const argumentOf = ({ header, certificateHash, deltas }: PostedBatch): PostedHeaderArgument => ({
  header,
  certificateHash,
  deltas: toHex(deltas),
});

const PARTS: readonly BatchPart[] = ['leaf', 'row'];
const PROOF_ABIS: Readonly<Record<FraudCall['contract'], Abi>> = {
  ledgerProofs: ledgerProofsAbi,
  leafProofs: leafProofsAbi,
};

const encode = (abi: Abi, functionName: string, args: readonly unknown[]): Hex =>
  encodeFunctionData({ abi, functionName, args: [...args] });

/** What DataChallenges calls a batch: keccak256(abi.encode(headerDigest, certificateHash)). */
export const commitOf = ({ headerDigest, certificateHash }: PostedBatch): Bytes32 =>
  keccak256(headerDigest, certificateHash);

/** LedgerProofs or LeafProofs: the proof of a fraud. */
export const fraudData = (posted: PostedBatch, { contract, functionName, args }: FraudCall): Hex =>
  encode(PROOF_ABIS[contract], functionName, [argumentOf(posted), ...args]);

type Question = Pick<DataChallenge, 'part' | 'place'>;

/** DataChallenges.challenge, proveWithheld or reclaim. */
export const questionData = (
  functionName: 'challenge' | 'proveWithheld' | 'reclaim',
  posted: PostedBatch,
  { part, place }: Question,
): Hex => encode(dataChallengesAbi, functionName, [argumentOf(posted), PARTS.indexOf(part), place]);

/** DataChallenges.answerLeaf. */
export const answerLeafData = (posted: PostedBatch, opening: LeafOpening): Hex =>
  encode(dataChallengesAbi, 'answerLeaf', [argumentOf(posted), opening]);

/** DataChallenges.answerRow. */
export const answerRowData = (
  posted: PostedBatch,
  { place, ledger, row }: { readonly place: number; readonly ledger: LedgerOpening; readonly row: RowOpening },
): Hex => encode(dataChallengesAbi, 'answerRow', [argumentOf(posted), place, ledger, row]);

/** DataChallenges.collect. */
export const collectData: Hex = encodeFunctionData({ abi: dataChallengesAbi, functionName: 'collect' });

/** Settlement.freeNonces. */
export const freeNoncesData = ({ header, certificateHash, nullifiers }: PostedBatch): Hex =>
  encode(settlementAbi, 'freeNonces', [header, certificateHash, toHex(nullifiers)]);

/** Settlement.slashSigners, the next `maxCount` of them. */
export const slashSignersData = ({ header }: PostedBatch, certificate: Uint8Array, maxCount: number): Hex =>
  encode(settlementAbi, 'slashSigners', [header, toHex(certificate), maxCount]);

/** The certificate in the transaction that posted a batch; undefined when another contract posted it. */
export const certificateIn = (input: Hex, poster: ContractAddress): Uint8Array | undefined => {
  try {
    const { functionName, args } = decodeFunctionData({ abi: settlementAbi, data: input });
    if (functionName === 'post') return fromHex(args[3]);
    // An optimistic batch's certificate is its poster's address.
    return functionName === 'postOptimistic' ? fromHex(poster) : undefined;
  } catch {
    return undefined;
  }
};

/** What an answer showed. */
export type Answer =
  | { readonly part: 'leaf'; readonly leaf: AbiLeaf; readonly opening: LeafOpening }
  | { readonly part: 'row'; readonly place: number; readonly ledger: LedgerOpening; readonly opening: RowOpening };

/** The answer in a transaction; undefined when another contract gave it. */
export const answerIn = (input: Hex): Answer | undefined => {
  try {
    const { functionName, args } = decodeFunctionData({ abi: dataChallengesAbi, data: input });
    if (functionName === 'answerLeaf') {
      const opening = args[1] as unknown as LeafOpening;
      return { part: 'leaf', leaf: opening.leaf, opening };
    }
    if (functionName !== 'answerRow') return undefined;
    const [, place, ledger, opening] = args as unknown as [unknown, number, LedgerOpening, RowOpening];
    return { part: 'row', place, ledger, opening };
  } catch {
    return undefined;
  }
};
