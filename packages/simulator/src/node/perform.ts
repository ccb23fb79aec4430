import {
  DISSENT,
  encodeCertifiedVerdict,
  encodeDissent,
  encodeRoundFail,
  ROUND_FAIL,
  type TaskEffect,
  VERDICT,
} from '@mlb/protocol';
import { after, note, type World } from '../world.ts';
import { tick } from './crash.ts';
import { dispatch } from './drive.ts';
import { execute, recommit } from './execute.ts';
import { hearOwn } from './gossip.ts';
import { signOnce } from './guard.ts';
import { isHonest, type Node, type TaskRecord } from './node.ts';
import { openRound } from './open-round.ts';
import { performRound } from './perform-round.ts';
import { say } from './say.ts';
import { gossip } from './speak.ts';

type EffectOf<Type extends TaskEffect['type']> = Extract<TaskEffect, { readonly type: Type }>;

const publishOwn = (world: World, node: Node, kind: 'dissent' | 'round-fail', bytes: Uint8Array): void => {
  tick(world, node);
  gossip(world, node, { kind, bytes });
  hearOwn(world, node, { kind, bytes });
};

const signDissent = (world: World, node: Node, { dissent: body }: EffectOf<'sign-dissent'>): void => {
  const duty = `dissent/${body.taskId}/${body.round}/${body.seat}`;
  const dissent = signOnce(world, node, { duty, schema: DISSENT, body });
  if (dissent !== undefined) publishOwn(world, node, 'dissent', encodeDissent(dissent));
};

const signRoundFail = (world: World, node: Node, { roundFail: body }: EffectOf<'sign-round-fail'>): void => {
  const duty = `round-fail/${body.taskId}/${body.round}/${body.seat}`;
  const roundFail = signOnce(world, node, { duty, schema: ROUND_FAIL, body });
  if (roundFail !== undefined) publishOwn(world, node, 'round-fail', encodeRoundFail(roundFail));
};

const signVerdict = (world: World, node: Node, task: TaskRecord, effect: EffectOf<'sign-verdict'>): void => {
  const { verdict: body, seat } = effect;
  const duty = `verdict/${body.taskId}/${body.round}`;
  const verdict = signOnce(world, node, { duty, schema: VERDICT, body });
  if (verdict === undefined) return;
  say(world, node, task, { round: body.round, message: { type: 'verdict-vote', seat, verdict } });
};

const settle = (world: World, node: Node, task: TaskRecord, effect: EffectOf<'settleable'>): void => {
  const { certificate, declines, audit, verdict } = effect;
  task.settled = { certificate, declines, audit, verdict };
  if (isHonest(node)) world.journal.settleable.set(`${node.index}/${task.taskId}`, certificate);
  note(world, `${node.index} settleable r${certificate.statement.round} ${task.taskId.slice(2, 8)}`);
};

const startRefundTimer = (world: World, node: Node, task: TaskRecord, effect: EffectOf<'start-timer'>): void => {
  const { machine } = task;
  const run = (): void => {
    if (task.machine === machine) dispatch(world, node, task, { type: 'timer', timer: effect.timer });
  };
  after(world, effect.delayMs, { label: `timer ${effect.timer} of ${node.index}`, node, run });
};

/** Effects are data; this is where they become events of the virtual world. Nothing is decided here. */
export const perform = (world: World, node: Node, task: TaskRecord, effect: TaskEffect): void => {
  switch (effect.type) {
    case 'round':
      performRound(world, node, task, effect);
      break;
    case 'execute':
      execute(world, node, task, effect.round);
      break;
    case 'recommit':
      recommit(world, node, task, effect);
      break;
    case 'open-round':
      task.wanted.add(effect.round);
      openRound(world, node, task, effect.round);
      break;
    case 'sign-dissent':
      signDissent(world, node, effect);
      break;
    case 'sign-round-fail':
      signRoundFail(world, node, effect);
      break;
    case 'sign-verdict':
      signVerdict(world, node, task, effect);
      break;
    case 'judged':
      world.journal.verdicts.add(task.taskId);
      gossip(world, node, { kind: 'verdict', bytes: encodeCertifiedVerdict(effect.verdict) });
      break;
    case 'disputed':
      task.disputed.add(effect.round);
      world.journal.disputes.add(task.taskId);
      note(world, `${node.index} disputed r${effect.round} ${task.taskId.slice(2, 8)}`);
      break;
    case 'settleable':
      settle(world, node, task, effect);
      break;
    case 'start-timer':
      if (world.mutation !== 'drops-refund') startRefundTimer(world, node, task, effect);
      break;
    case 'refund':
      task.isRefundable = true;
      if (isHonest(node)) world.journal.refunds.add(`${node.index}/${task.taskId}`);
      note(world, `${node.index} refund ${task.taskId.slice(2, 8)}`);
      break;
    default:
      effect satisfies never;
  }
};
