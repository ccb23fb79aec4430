import { operatorRegistryAbi, settlementAbi } from '@mlb/contracts';
import { EVIDENCE_KINDS, type Evidence, type FalseOpening, type Hex, schemaOfEvidence, toHex } from '@mlb/protocol';
import { type AbiParameter, encodeAbiParameters, encodeFunctionData } from 'viem';
import type { CertifiedBatch } from './batch-pool.ts';

/** Settlement.post of a certified batch. */
export const postData = ({ header, deltas, nullifiers, certificate }: CertifiedBatch): Hex =>
  encodeFunctionData({
    abi: settlementAbi,
    functionName: 'post',
    args: [header, toHex(deltas), toHex(nullifiers), toHex(certificate)],
  });

/** abi.encode of one side of the evidence: the struct has static fields only. */
const encodeBody = ({ kind }: Evidence, body: object): Hex => {
  const components = Object.entries(schemaOfEvidence(kind).fields).map(([name, type]) => ({ name, type: `${type}` }));
  const parameters: readonly AbiParameter[] = [{ type: 'tuple', components }];
  return encodeAbiParameters(parameters, [body]);
};

/** Settlement.slashFalseReveal: a commit, and the reveal that does not open it. */
const falseRevealData = ({ first, second }: FalseOpening): Hex =>
  encodeFunctionData({
    abi: settlementAbi,
    functionName: 'slashFalseReveal',
    args: [first.body, second.body, toHex(first.signature), toHex(second.signature)],
  });

/** What brings evidence to Settlement: slashEquivocation, or slashFalseReveal for an opening. */
export const slashData = (evidence: Evidence): Hex =>
  evidence.kind === 'opening' ? falseRevealData(evidence) : equivocationData(evidence);

const equivocationData = (evidence: Evidence): Hex =>
  encodeFunctionData({
    abi: settlementAbi,
    functionName: 'slashEquivocation',
    args: [
      EVIDENCE_KINDS.indexOf(evidence.kind),
      encodeBody(evidence, evidence.first.body),
      encodeBody(evidence, evidence.second.body),
      toHex(evidence.first.signature),
      toHex(evidence.second.signature),
    ],
  });

/** OperatorRegistry.sealEpoch. */
export const sealData: Hex = encodeFunctionData({ abi: operatorRegistryAbi, functionName: 'sealEpoch' });
