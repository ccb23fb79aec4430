import { assembleCertificate, encodeCertificate, RESULT_STATEMENT } from '@mlb/protocol';
import type { Strategy } from './conduct.ts';

/** Its own node would object to the certificate it signs. */
const OBJECTIONS: readonly string[] = ['dissent', 'round-fail'];

export const freeRider: Strategy = {
  summary: 'commits to nothing in particular, never opens it, and adds its signature to what the others certify',
  conduct: {
    execute: ({ wrongOutput }, { delayMs }) => ({ output: wrongOutput(50, 'anything'), delayMs }),
    speak: (_view, message) => (message.type === 'commit' || message.type === 'lock-vote' ? [{ message }] : []),
    certified: (view, { statement, signatures, locked }) => {
      const isLocked = locked.some(({ seat }) => seat === view.mySeat);
      if (!isLocked || signatures.some(({ seat }) => seat === view.mySeat)) return [];
      const { signature } = view.signBody(RESULT_STATEMENT, statement);
      const grown = assembleCertificate({
        statement,
        signatures: [...signatures, { seat: view.mySeat, signature }],
        locked,
      });
      return [{ kind: 'certificate', bytes: encodeCertificate(grown) }];
    },
    publish: (rumour) => (OBJECTIONS.includes(rumour.kind) ? [] : [rumour]),
  },
};
