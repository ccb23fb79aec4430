import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { TaskView } from '@mlb/node/client';
import { failureOf, startHome, type TestHome } from './run-mlb.ts';

const IMAGE = '[[[[0, 1], [2, 3]]]]';
const PEER = '/ip4/127.0.0.1/tcp/4101/p2p/12D3KooWPeer';

/** Lets every task of the daemon go straight through to `agreed`, as four of four seats would. */
const agreeAtOnce = ({ daemon }: TestHome): void => {
  daemon.onSubmit = ({ taskId }) => {
    daemon.advance(taskId, 'seeded');
    daemon.advance(taskId, 'agreed', { confidenceBps: 10_000 });
  };
};

const ordered = async (home: TestHome): Promise<string> => {
  const { stdout } = await home.mlb(['task', 'submit', 'mnist', '--input', `image=${IMAGE}`, '--id-only']);
  return stdout.trim();
};

const jsonVerbs = [
  { args: ['node', 'status'], schema: 'mlb.node/1' },
  { args: ['peer', 'id'], schema: 'mlb.peer-identity/1' },
  { args: ['peer', 'ls'], schema: 'mlb.peers/1' },
  { args: ['peer', 'dial', PEER], schema: 'mlb.peer/1' },
  { args: ['peer', 'ping', '12D3KooWPeer'], schema: 'mlb.ping/1' },
  { args: ['model', 'ls'], schema: 'mlb.models/1' },
  { args: ['model', 'show', 'mnist'], schema: 'mlb.model/1' },
  { args: ['task', 'ls'], schema: 'mlb.tasks/1' },
  { args: ['task', 'submit', 'mnist', '-i', `image=${IMAGE}`], schema: 'mlb.task/1' },
  { args: ['stake', 'status'], schema: 'mlb.stake/1' },
  { args: ['stake', 'deposit', '50000mlb'], schema: 'mlb.stake/1' },
  { args: ['escrow', 'status'], schema: 'mlb.escrow/1' },
  { args: ['escrow', 'deposit', '1.5mlb'], schema: 'mlb.escrow/1' },
  { args: ['settle', 'status'], schema: 'mlb.settlement/1' },
  { args: ['evidence', 'ls'], schema: 'mlb.evidence-list/1' },
  { args: ['evidence', 'show', '0xe1e1'], schema: 'mlb.evidence/1' },
  { args: ['evidence', 'submit', '0xe1e1'], schema: 'mlb.evidence/1' },
  { args: ['key', 'ls'], schema: 'mlb.keys/1' },
] as const;

describe('with --json', () => {
  for (const { args, schema } of jsonVerbs) {
    it(`mlb ${args.join(' ')} prints one object of ${schema} and nothing else`, async (t) => {
      const { mlb } = await startHome(t);
      const { exit, stdout, stderr } = await mlb([...args, '--json', '--quiet']);
      assert.equal(exit, 0, stderr);
      assert.equal(stdout.trim().split('\n').length, 1);
      assert.equal((JSON.parse(stdout) as { readonly schema: string }).schema, schema);
      assert.equal(stderr, '');
    });
  }
});

const humanVerbs = [
  { args: ['node', 'status'], text: /12D3KooWSelf[\s\S]*block 42 of 42, epoch 3[\s\S]*ok\s+chain/ },
  { args: ['peer', 'id'], text: /^12D3KooWSelf\n\/ip4\/127\.0\.0\.1\/tcp\/4001/ },
  { args: ['peer', 'ls'], text: /no peer is connected; try `mlb peer dial/ },
  { args: ['peer', 'dial', PEER], text: /connected to 12D3KooWPeer at/ },
  { args: ['peer', 'ping', '12D3KooWPeer'], text: /answered in 1\.5 ms/ },
  { args: ['model', 'ls'], text: /NAME\s+MODE.*\n\s*mnist\s+tolerance\s+53 KiB\s+4\.5 MLB\s+active/ },
  { args: ['model', 'show', 'mnist'], text: /input\s+image FP32 \[\?, 1, 2, 2\]/ },
  {
    args: ['stake', 'deposit', '100000mlb', '--role', 'compute,model'],
    text: /active\s+100000 MLB[\s\S]*roles\s+compute, model[\s\S]*lots\s+2/,
  },
  { args: ['escrow', 'deposit', '1.5mlb'], text: /balance\s+1\.5 MLB/ },
  { args: ['evidence', 'ls'], text: /EVIDENCE\s+OPERATOR\s+KIND\s+STATE[\s\S]*commit\s+open/ },
  { args: ['evidence', 'submit', '0xe1e1'], text: /state\s+closed[\s\S]*transaction\s+0x/ },
  { args: ['settle', 'status'], text: /next batch\s+4[\s\S]*BATCH\s+TASKS/ },
] as const;

describe('for people', () => {
  for (const { args, text } of humanVerbs) {
    it(`mlb ${args.join(' ')} prints text without colours into a pipe`, async (t) => {
      const { mlb } = await startHome(t);
      const { exit, stdout, stderr } = await mlb(args);
      assert.equal(exit, 0, stderr);
      assert.match(stdout, text);
      assert.equal(stdout.includes('\u001B'), false);
    });
  }
});

describe('mlb task submit', () => {
  const image = new Float32Array([0, 1, 2, 3]);
  const nested = { args: [`image=${IMAGE}`], stdin: '' };
  const forms = [
    { name: 'nested arrays', ...nested },
    { name: 'stdin with JSON', args: ['image=-'], stdin: IMAGE },
    { name: 'stdin with raw bytes', args: ['image=@-'], stdin: new Uint8Array(image.buffer) },
    { name: 'a KServe tensor', args: ['image={"datatype":"FP32","shape":[1,1,2,2],"data":[0,1,2,3]}'], stdin: '' },
    { name: 'a .json file', args: ['image=@nested.json'], stdin: '' },
    { name: 'a file of raw bytes', args: ['image=@image.raw'], stdin: '' },
  ];
  for (const { name, args, stdin } of forms) {
    it(`reads an input from ${name}`, async (t) => {
      const { mlb, daemon, home } = await startHome(t);
      await writeFile(join(home, 'nested.json'), IMAGE);
      await writeFile(join(home, 'image.raw'), new Uint8Array(image.buffer));
      const { exit, stderr } = await mlb(['task', 'submit', 'mnist', '--input', ...args], { stdin, cwd: home });
      assert.equal(exit, 0, stderr);
      const [tensor] = daemon.submissions[0]?.inputs ?? [];
      assert.deepEqual(tensor, {
        name: 'image',
        type: 'float32',
        dims: [1, 1, 2, 2],
        bytes: new Uint8Array(image.buffer),
      });
    });
  }

  it('passes its options on in the API’s units', async (t) => {
    const { mlb, daemon } = await startHome(t);
    const options = [
      '--redundancy',
      '5',
      '--max-fee',
      '2.5mlb',
      '--tip',
      '3gwei',
      '--deadline',
      '10m',
      '--account',
      'alice',
    ];
    const { exit, stderr } = await mlb(['task', 'submit', 'mnist', '-i', `image=${IMAGE}`, ...options]);
    assert.equal(exit, 0, stderr);
    const { inputs: _, ...rest } = daemon.submissions[0] ?? { inputs: [] };
    assert.deepEqual(rest, {
      model: 'mnist',
      redundancy: 5,
      maxFeeWei: '2500000000000000000',
      tipPerSeatWei: '3000000000',
      deadlineInSec: 600,
      account: 'alice',
    });
  });

  it('waits until the task is agreed', async (t) => {
    const home = await startHome(t);
    agreeAtOnce(home);
    const { exit, stdout } = await home.mlb([
      'task',
      'submit',
      'mnist',
      '-i',
      `image=${IMAGE}`,
      '--wait',
      'agreed',
      '--json',
    ]);
    assert.equal(exit, 0);
    const task = JSON.parse(stdout) as TaskView;
    assert.equal(task.state, 'agreed');
    assert.equal(task.confidenceBps, 10_000);
  });

  it('exits 3 when the network does not agree', async (t) => {
    const home = await startHome(t);
    home.daemon.onSubmit = ({ taskId }) => home.daemon.advance(taskId, 'refundable', { reason: 'no quorum' });
    const { exit, stderr } = await home.mlb(['task', 'submit', 'mnist', '-i', `image=${IMAGE}`, '--wait', 'agreed']);
    assert.equal(exit, 3);
    assert.match(stderr, /no consensus.*no quorum.*submit it again/);
  });

  it('exits 75 when --timeout passes first', async (t) => {
    const { mlb } = await startHome(t);
    const args = [
      'task',
      'submit',
      'mnist',
      '-i',
      `image=${IMAGE}`,
      '--wait',
      'settled',
      '--timeout',
      '300ms',
      '--json',
    ];
    const ran = await mlb(args);
    assert.equal(ran.exit, 75);
    assert.equal(failureOf(ran).code, 'TIMEOUT');
  });
});

describe('mlb run', () => {
  it('prints the agreed output and says how to prove it', async (t) => {
    const home = await startHome(t);
    agreeAtOnce(home);
    const { exit, stdout, stderr } = await home.mlb(['run', 'mnist', '--input', `image=${IMAGE}`]);
    assert.equal(exit, 0, stderr);
    assert.equal(stdout, 'logits FP32 [1, 3]\n  0.5 7.25 -1\n  greatest at 1\n');
    assert.match(stderr, /agreed, confidence 100 %; mlb task receipt 0x0+1 proves it/);
  });

  it('exits 3 and prints no output when the network does not agree', async (t) => {
    const home = await startHome(t);
    home.daemon.onSubmit = ({ taskId }) => home.daemon.advance(taskId, 'failed', { reason: 'no executors' });
    const { exit, stdout } = await home.mlb(['run', 'mnist', '-i', `image=${IMAGE}`, '--json']);
    assert.equal(exit, 3);
    assert.deepEqual((JSON.parse(stdout) as { readonly outputs: unknown }).outputs, []);
  });
});

describe('mlb task', () => {
  it('watch follows a task from step to step and ends when it is settled', async (t) => {
    const home = await startHome(t);
    const taskId = await ordered(home);
    const { daemon } = home;
    const running = home.mlb(['task', 'watch', taskId, '--json', '--timeout', '60s']);
    // Each step only once the watcher has seen the one before: it asks for the task after every event.
    const { show } = daemon.control.tasks;
    const states = ['seeded', 'agreed', 'settled'] as const;
    let next = 0;
    Object.assign(daemon.control.tasks, {
      show: async (id: Parameters<typeof show>[0]) => {
        const task = await show(id);
        const state = states[next];
        if (state !== undefined) {
          next += 1;
          daemon.advance(taskId, state);
        }
        return task;
      },
    });
    const { exit, stdout, stderr } = await running;
    assert.equal(exit, 0, stderr);
    const seen = stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as TaskView).state);
    assert.equal(seen[0], 'admitted');
    assert.equal(seen.at(-1), 'settled');
    assert.equal(new Set(seen).size, seen.length);
  });

  it('show and ls print a task with its steps, seats and money', async (t) => {
    const home = await startHome(t);
    const taskId = await ordered(home);
    home.daemon.advance(taskId, 'settled', {
      confidenceBps: 7500,
      fees: { maxFeeWei: '5000000000000000000', chargedWei: '4000000000000000000' },
      seats: [{ seat: 0, operator: '0xaa', weight: '1', signed: true, paidWei: '1000000000000000000' }],
    });
    const shown = await home.mlb(['task', 'show', taskId]);
    assert.match(
      shown.stdout,
      /settled[\s\S]*confidence\s+75\.00 %[\s\S]*charged\s+4 MLB[\s\S]*0\s+0xaa\s+yes\s+1 MLB/,
    );
    const listed = await home.mlb(['task', 'ls', '--state', 'settled']);
    assert.match(listed.stdout, new RegExp(`${taskId}\\s+settled\\s+mnist\\s+75 %`));
    assert.match((await home.mlb(['task', 'ls', '--state', 'agreed'])).stdout, /no task is known here/);
  });

  it('output and receipt say to try again while the task is not agreed', async (t) => {
    const home = await startHome(t);
    const taskId = await ordered(home);
    for (const verb of ['output', 'receipt']) {
      const ran = await home.mlb(['task', verb, taskId, '--json']);
      assert.equal(ran.exit, 75);
      assert.deepEqual(failureOf(ran), {
        code: 'NOT_READY',
        message: `task ${taskId} is admitted, not agreed`,
        next: `mlb task watch ${taskId}`,
      });
    }
  });

  it('receipt writes exactly what the daemon sent', async (t) => {
    const home = await startHome(t);
    agreeAtOnce(home);
    home.daemon.receipt = '{"schema":"mlb.receipt/1","x":1}';
    const taskId = await ordered(home);
    const path = join(home.home, 'r.json');
    assert.equal((await home.mlb(['task', 'receipt', taskId, '-o', path])).exit, 0);
    assert.equal(await readFile(path, 'utf8'), home.daemon.receipt);
    assert.equal((await home.mlb(['task', 'receipt', taskId])).stdout, `${home.daemon.receipt}\n`);
  });

  it('verify exits 4 for what is no receipt, without a daemon', async (t) => {
    const { mlb, server } = await startHome(t);
    await server.close();
    const ran = await mlb(['task', 'verify', '-', '--json'], { stdin: '{"schema":"mlb.receipt/9"}' });
    assert.equal(ran.exit, 4);
    assert.equal(failureOf(ran).code, 'BAD_RECEIPT');
  });
});

describe('mlb model publish', () => {
  it('sends the file with its price and mode', async (t) => {
    const { mlb, home, daemon } = await startHome(t);
    const path = join(home, 'small.onnx');
    await writeFile(path, Uint8Array.of(8, 1, 2));
    const args = ['model', 'publish', path, '--price', '0.25mlb', '--mode', 'exact', '--json'];
    const { exit, stdout, stderr } = await mlb(args);
    assert.equal(exit, 0, stderr);
    const model = JSON.parse(stdout);
    assert.deepEqual(
      [model.name, model.priceWei, model.mode, model.sizeBytes],
      ['small', '250000000000000000', { type: 'exact' }, 3],
    );
    assert.equal((await daemon.control.models.list()).length, 2);
  });

  it('shows the daemon’s refusal of a file that is no model', async (t) => {
    const { mlb, home } = await startHome(t);
    const path = join(home, 'cat.onnx');
    await writeFile(path, 'GIF89a');
    const ran = await mlb(['model', 'publish', path, '--json']);
    assert.equal(ran.exit, 1);
    assert.equal(failureOf(ran).code, 'MODEL_REFUSED');
  });
});
