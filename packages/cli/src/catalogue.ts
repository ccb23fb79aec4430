import type { Noun, Verb } from './command.ts';

/** Every command, without loading any. */
export const CATALOGUE: Readonly<Record<string, Noun | Verb>> = {
  init: { summary: 'make a home: configuration, peer key, token, accounts', load: () => import('./commands/init.ts') },
  node: {
    summary: 'run the daemon and look at it',
    verbs: {
      start: { summary: 'run the daemon of a home', load: () => import('./commands/node/start.ts') },
      status: {
        summary: 'what the daemon does and whether it is healthy',
        load: () => import('./commands/node/status.ts'),
      },
    },
  },
  peer: {
    summary: 'the libp2p network',
    verbs: {
      id: { summary: "the daemon's peer id and addresses", load: () => import('./commands/peer/id.ts') },
      ls: { summary: 'connected peers', load: () => import('./commands/peer/ls.ts') },
      dial: { summary: 'connect to a peer', load: () => import('./commands/peer/dial.ts') },
      ping: { summary: 'measure the round trip to a peer', load: () => import('./commands/peer/ping.ts') },
    },
  },
  model: {
    summary: 'models of the registry',
    verbs: {
      publish: { summary: 'publish an ONNX model', load: () => import('./commands/model/publish.ts') },
      ls: { summary: 'registered models', load: () => import('./commands/model/ls.ts') },
      show: { summary: 'one model, its inputs and outputs', load: () => import('./commands/model/show.ts') },
    },
  },
  task: {
    summary: 'inference tasks: order, follow, prove',
    verbs: {
      submit: { summary: 'order an inference', load: () => import('./commands/task/submit.ts') },
      watch: { summary: 'follow a task until it is settled', load: () => import('./commands/task/watch.ts') },
      show: { summary: 'one task', load: () => import('./commands/task/show.ts') },
      ls: { summary: 'tasks this daemon knows', load: () => import('./commands/task/ls.ts') },
      output: { summary: 'the agreed output', load: () => import('./commands/task/output.ts') },
      receipt: { summary: 'the proof of an agreed task', load: () => import('./commands/task/receipt.ts') },
      verify: { summary: 'check a receipt, offline', load: () => import('./commands/task/verify.ts') },
    },
  },
  run: { summary: 'order an inference, wait, print the output', load: () => import('./commands/run.ts') },
  stake: {
    summary: 'stake of an operator',
    verbs: {
      deposit: { summary: 'bond stake for roles', load: () => import('./commands/stake/deposit.ts') },
      status: { summary: 'stake, roles, reputation, earnings', load: () => import('./commands/stake/status.ts') },
    },
  },
  escrow: {
    summary: 'money of a requester',
    verbs: {
      deposit: { summary: 'fund the escrow that pays for tasks', load: () => import('./commands/escrow/deposit.ts') },
      status: { summary: 'balance and what is free of it', load: () => import('./commands/escrow/status.ts') },
    },
  },
  key: {
    summary: 'accounts of the keystore',
    verbs: {
      new: { summary: 'make an account', load: () => import('./commands/key/new.ts') },
      ls: { summary: 'accounts and their addresses', load: () => import('./commands/key/ls.ts') },
    },
  },
  evidence: {
    summary: 'what can be proven against operators',
    verbs: {
      ls: { summary: 'offenses this daemon can prove', load: () => import('./commands/evidence/ls.ts') },
      show: { summary: 'one of them', load: () => import('./commands/evidence/show.ts') },
      submit: { summary: 'bring it to the L2', load: () => import('./commands/evidence/submit.ts') },
    },
  },
  settle: {
    summary: 'settlement on the L2',
    verbs: {
      run: { summary: 'run the bot that posts certified batches', load: () => import('./commands/settle/run.ts') },
      status: { summary: 'batches on the L2 and what waits', load: () => import('./commands/settle/status.ts') },
    },
  },
  devnet: {
    summary: 'a whole network on this machine',
    verbs: {
      up: { summary: 'an embedded L2, operators, a settlement bot', load: () => import('./commands/devnet/up.ts') },
    },
  },
  sim: { summary: 'simulated networks, seeded faults, oracles', load: () => import('./commands/sim.ts') },
  demo: { summary: 'the main job, end to end, with its checks', load: () => import('./commands/demo.ts') },
};
