import type { DaemonControl } from '../api/daemon.ts';
import type { EventLog } from '../api/event-log.ts';
import { createAccountControl } from '../control/account-control.ts';
import { createAdmittedModels } from '../control/admitted-models.ts';
import { createEscrowControl } from '../control/escrow-control.ts';
import { createEvidenceControl } from '../control/evidence-control.ts';
import { createModelControl } from '../control/model-control.ts';
import { createNodeControl } from '../control/node-control.ts';
import { createPeerControl } from '../control/peer-control.ts';
import { createSettlementControl } from '../control/settlement-control.ts';
import { createStakeControl } from '../control/stake-control.ts';
import { createTaskControl } from '../control/task-control.ts';
import type { EngineDeps } from '../engine/deps.ts';
import type { Engine } from '../engine/engine.ts';
import { createEvidenceStore } from '../settlement/evidence-store.ts';
import { type Accounts, createAccounts } from './accounts.ts';
import type { Base } from './base.ts';
import type { Keyring } from './operator.ts';

/** L2 seconds an order lives unless its submission says otherwise: three rounds, an audit and a batch fit in. */
const DEADLINE_SEC = { devnet: 120, mainnet: 600 } as const;

export interface ControlParts {
  readonly base: Base;
  readonly deps: EngineDeps;
  readonly engine: Engine;
  readonly keyring: Keyring;
  readonly events: EventLog;
}

/** What the API does to a running daemon, noun by noun. */
export const createControl = ({
  base,
  deps,
  engine,
  keyring,
  events,
}: ControlParts): { readonly daemon: DaemonControl; readonly accounts: Accounts } => {
  const accounts = createAccounts(base, keyring);
  const admitted = createAdmittedModels(deps.models);
  const { config, peer, chainState: view } = base;
  const daemon: DaemonControl = {
    node: createNodeControl({ base, deps, engine }),
    peers: createPeerControl(peer, view),
    models: createModelControl({ base, deps, accounts, admitted }),
    tasks: createTaskControl({
      deps,
      engine,
      admitted,
      requesterKey: (name) => accounts.use('requester', name),
      defaultDeadlineSec: DEADLINE_SEC[config.network.params],
    }),
    stake: createStakeControl({ base, deps, accounts }),
    escrow: createEscrowControl({ base, deps, engine, accounts }),
    accounts: createAccountControl(config),
    evidence: createEvidenceControl({ evidence: createEvidenceStore(base.store, base.domain), accounts }),
    settlement: createSettlementControl({ base, deps, engine }),
    events,
  };
  return { daemon, accounts };
};
