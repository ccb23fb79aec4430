import { DISSENT, DISSENT_DIFFERS, encodeDissent, statementHashOf } from '@mlb/protocol';
import type { Strategy } from './conduct.ts';

export const griefingDissenter: Strategy = {
  summary: 'agrees with every certificate and objects to it',
  conduct: {
    certified: (view, { statement }) => {
      const { taskId, round, mySeat: seat } = view;
      const body = { taskId, round, seat, reason: DISSENT_DIFFERS, statementHash: statementHashOf(statement) };
      return [{ kind: 'dissent', bytes: encodeDissent(view.signBody(DISSENT, body)) }];
    },
  },
};
