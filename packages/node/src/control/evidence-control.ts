import { encodeEvidence, toHex } from '@mlb/protocol';
import { ControlError } from '../api/control-error.ts';
import type { EvidenceControl } from '../api/daemon.ts';
import type { EvidenceView } from '../api/schema/evidence.ts';
import type { Accounts } from '../compose/accounts.ts';
import { slashData } from '../settlement/call-data.ts';
import type { EvidenceStore, KeptEvidence } from '../settlement/evidence-store.ts';
import { asControlError } from './chain-action.ts';

const viewOf = ({ id, evidence, isClosed }: KeptEvidence, transactions: readonly string[] = []): EvidenceView => ({
  schema: 'mlb.evidence/1',
  id,
  operator: evidence.operator,
  kind: evidence.kind,
  state: isClosed ? 'closed' : 'open',
  bytes: toHex(encodeEvidence(evidence)),
  transactions,
});

/** What this daemon can prove against operators. */
export const createEvidenceControl = ({
  evidence,
  accounts,
}: {
  readonly evidence: EvidenceStore;
  readonly accounts: Accounts;
}): EvidenceControl => {
  const find = async (id: string): Promise<KeptEvidence> => {
    const found = (await evidence.all()).filter((kept) => kept.id.startsWith(id.toLowerCase()));
    const [only] = found;
    if (only !== undefined && found.length === 1) return only;
    const text =
      found.length === 0 ? `there is no evidence ${id}` : `${found.length} pieces of evidence begin with ${id}`;
    throw new ControlError('EVIDENCE_UNKNOWN', text, { next: 'mlb evidence ls' });
  };
  return {
    list: async () => (await evidence.all()).map((kept) => viewOf(kept)),
    show: async (id) => viewOf(await find(id)),
    submit: async (id, account) => {
      const kept = await find(id);
      const actions = await accounts.actions('settler', account);
      try {
        const mined = await actions.slash(slashData(kept.evidence), `slash:${kept.id}`);
        await evidence.close(kept.evidence);
        return viewOf({ ...kept, isClosed: true }, [mined.hash]);
      } catch (error) {
        throw asControlError(error);
      }
    },
  };
};
