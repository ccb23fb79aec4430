import type { Address, Bytes32 } from '@mlb/protocol';
import type { BatchPart, ChainEvent } from '../port/chain.ts';
import type { UndoLog } from './undo.ts';

/** Somebody asked for a leaf or a ledger row of a posted batch; silence past the deadline convicts its signers. */
export interface DataChallenge {
  readonly index: bigint;
  /** Of the batch that was asked about: keccak256(abi.encode(headerDigest, certificateHash)). */
  readonly commit: Bytes32;
  readonly part: BatchPart;
  readonly place: number;
  readonly challenger: Address;
  readonly deadlineSec: bigint;
  /** Transaction of the answer, whose call data shows what was asked for. Undefined: unanswered. */
  readonly answer: Bytes32 | undefined;
}

export interface ChallengeBook {
  /** Oldest first. */
  readonly all: () => readonly DataChallenge[];
  readonly apply: (event: ChainEvent) => void;
}

const keyOf = ({ commit, part, place }: Pick<DataChallenge, 'commit' | 'part' | 'place'>): string =>
  `${commit}/${part}/${place}`;

export const createChallengeBook = (undo: UndoLog): ChallengeBook => {
  const challenges = undo.map<string, DataChallenge>();
  return {
    all: () => [...challenges.values()],
    apply: (event) => {
      if (event.type === 'data-challenged') {
        const { type: _, ...challenge } = event;
        challenges.set(keyOf(challenge), { ...challenge, answer: undefined });
      }
      if (event.type !== 'data-answered') return;
      const asked = challenges.get(keyOf(event));
      if (asked !== undefined) challenges.set(keyOf(event), { ...asked, answer: event.transaction });
    },
  };
};
