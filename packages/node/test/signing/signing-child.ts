// A process that signs until it is killed, and tells what it signed: `<duty> <digest>` a line.
import { sha256, tag } from '@mlb/protocol';
import { openGuardHome } from './guard-home.ts';

const home = process.argv[2] ?? '';
const { guard } = await openGuardHome(home);
const run = `${process.pid}-${Date.now()}`;

const signForever = async (lane: number): Promise<void> => {
  for (let i = 0; ; i += 1) {
    const duty = `commit/${run}-${lane}-${i}/0`;
    const digest = sha256(tag(duty));
    await guard.authorize(duty, digest);
    process.stdout.write(`${duty} ${digest}\n`);
  }
};

await Promise.all([0, 1, 2, 3].map(signForever));
