import {
  type AcceptedCertificate,
  type Certificate,
  decodeCertificate,
  digestOf,
  encodeCertificate,
  mergeCertificates,
  RESULT_STATEMENT,
  type TaskId,
  type Verdict,
  type Verified,
  validateCertificate,
} from '@mlb/protocol';
import type { GossipVerdict } from '../port/gossip.ts';
import { type BoundedMap, createBoundedMap } from './bounded-map.ts';
import { type AskCommittee, askCommittee, askWithSubstitutes, hasSubstitutes } from './committee-knowledge.ts';
import type { EngineDeps } from './deps.ts';
import type { Driver } from './driver.ts';
import { type RoundKey, roundKeyOf } from './seat-duty.ts';
import type { TaskRecord } from './task.ts';
import type { Tasks } from './tasks.ts';

/** Seat i waits i times this long before it gossips a certificate, and not at all when a fuller one was heard. */
const ANNOUNCE_STAGGER_MS = 150;
const MAX_PARKED = 1024;

export interface Certificates {
  /** Gossips the certificate of a round, staggered by seat, unless somebody gossips at least as many signatures first. */
  readonly announce: (task: TaskRecord, round: number) => void;
  /** Feeds a certificate that came before its round was seated, or before its substitutes were. */
  readonly release: (task: TaskRecord, round: number) => Promise<void>;
  /** Forgets what was heard: it was of other committees. */
  readonly forget: (task: TaskRecord) => void;
}

export interface CertificatesParts {
  readonly tasks: Tasks;
  readonly driver: Driver;
  /** A round that we have not opened is certified: it must be seated, to see whether that is true. */
  readonly request: (task: TaskRecord, round: number) => void;
}

/** Seats whose signature is their substitute's. */
const seatsOfSubstitutes = (
  { domain, secp256k1 }: EngineDeps,
  task: TaskRecord | undefined,
  { statement, signatures }: Certificate,
): ReadonlySet<number> => {
  const digest = digestOf(domain, RESULT_STATEMENT, statement);
  const substitutes = task?.seatings.get(0)?.firstDraw?.substitutes ?? [];
  const passed = signatures.filter(({ seat, signature }) => {
    const key = substitutes[seat]?.sessionKey;
    return key !== undefined && secp256k1.recover(digest, signature) === key;
  });
  return new Set(passed.map(({ seat }) => seat));
};

/** What everybody learns of a round: the quorum certificate, merged over all who announce it. */
export const createCertificates = (deps: EngineDeps, parts: CertificatesParts): Certificates => {
  const { tasks, driver } = parts;
  const heard: BoundedMap<RoundKey, Certificate> = createBoundedMap(MAX_PARKED);
  const parked: BoundedMap<RoundKey, Uint8Array> = createBoundedMap(MAX_PARKED);
  const keyOf = ({ taskId, round }: { readonly taskId: TaskId; readonly round: number }): RoundKey =>
    roundKeyOf(taskId, round);

  const hear = (certificate: Verified<Certificate>): void => {
    const key = keyOf(certificate.statement);
    const before = heard.get(key);
    heard.set(key, before === undefined ? certificate : (mergeCertificates(before, certificate) ?? before));
  };

  const validate = (message: Uint8Array, committee: AskCommittee): Verdict<AcceptedCertificate> =>
    validateCertificate(message, {
      ...{ domain: deps.domain, secp256k1: deps.secp256k1, committee },
      held: (statement) => heard.get(keyOf(statement)),
      snapshot: deps.view.snapshotOf,
    });

  /**
   * A certificate with signatures of substitutes whose declines we have not heard holds as soon as we have. In a later
   * round even the fresh seats are others for us then.
   */
  const aheadOfDeclines = (message: Uint8Array): 'no' | 'perhaps' | 'certainly' => {
    const certificate = decodeCertificate(message);
    const task = tasks.get(certificate.statement.taskId);
    if (!hasSubstitutes(task)) return 'no';
    const passed = seatsOfSubstitutes(deps, task, certificate);
    const asDeclined = validate(
      message,
      askWithSubstitutes(tasks, (seat) => passed.has(seat)),
    );
    if (asDeclined.type === 'accept') return 'certainly';
    return certificate.statement.round === 0 ? 'no' : 'perhaps';
  };

  const park = (message: Uint8Array, { statement }: Certificate): void => {
    parked.set(keyOf(statement), message);
    const task = tasks.get(statement.taskId);
    if (task !== undefined) parts.request(task, statement.round);
  };

  const judge = async (message: Uint8Array): Promise<GossipVerdict> => {
    const verdict = validate(message, askCommittee(tasks));
    const isOfOthers = verdict.type === 'reject' && verdict.code !== 'MALFORMED';
    const ahead = isOfOthers ? aheadOfDeclines(message) : 'no';
    if (ahead === 'certainly') {
      park(message, decodeCertificate(message));
      return 'accept';
    }
    if (ahead === 'perhaps') return 'ignore';
    if (verdict.type !== 'accept') {
      deps.meter.count('mlb_rejections_total', { source: 'certificate', code: verdict.code });
      return verdict.type;
    }
    const { certificate } = verdict.value;
    if (verdict.value.type === 'parked') {
      park(message, certificate);
      return 'accept';
    }
    hear(verdict.value.certificate);
    const { taskId, round } = certificate.statement;
    const task = tasks.get(taskId);
    const event = { type: 'certificate', certificate: verdict.value.certificate } as const;
    if (task !== undefined) await driver.dispatch(task, { type: 'round', round, event });
    return 'accept';
  };
  deps.gossip.handle('certificate', judge);

  const publish = (task: TaskRecord, round: number): void => {
    task.timers.delete(`${round}/announce`);
    const certificate = task.certificates.get(round);
    const before = heard.get(roundKeyOf(task.taskId, round))?.signatures.length ?? 0;
    if (certificate === undefined || certificate.signatures.length <= before) return;
    hear(certificate);
    deps.gossip
      .publish('certificate', encodeCertificate(certificate))
      .catch((error) => deps.log.warn({ taskId: task.taskId, error: String(error) }, 'certificate not gossiped'));
  };

  return {
    announce: (task, round) => {
      const seat = task.seatings.get(round)?.params.mySeat;
      const name = `${round}/announce`;
      if (seat === undefined || task.timers.has(name)) return;
      task.timers.set(
        name,
        deps.clock.after(seat * ANNOUNCE_STAGGER_MS, () => publish(task, round)),
      );
    },
    forget: ({ taskId, seatings }) => {
      for (const round of seatings.keys()) heard.take(roundKeyOf(taskId, round));
    },
    release: async (task, round) => {
      const message = parked.take(roundKeyOf(task.taskId, round));
      if (message !== undefined) await judge(message);
    },
  };
};
