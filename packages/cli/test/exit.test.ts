import assert from 'node:assert/strict';
import { it } from 'node:test';
import { exitOf } from '../src/exit.ts';

for (const [exit, codes] of [
  [1, ['MODEL_REFUSED', 'NOT_ENOUGH_STAKE', 'TASK_UNKNOWN', 'INTERNAL', 'API_PORT_IN_USE', 'a code of a newer daemon']],
  [2, ['USAGE', 'BAD_REQUEST', 'BAD_INPUT']],
  [4, ['BAD_RECEIPT']],
  [69, ['DAEMON_UNREACHABLE', 'CHAIN_UNREACHABLE', 'PEER_UNREACHABLE']],
  [70, ['SAFETY_STOP', 'DISK_FULL']],
  [75, ['TIMEOUT', 'NOT_READY', 'OVERLOADED']],
  [77, ['UNAUTHORIZED', 'WRONG_PASSWORD', 'SECRET_FILE_OPEN']],
  [78, ['CONFIG_UNKNOWN_KEY', 'NETWORK_MISSING', 'HOME_EXISTS']],
] as const)
  it(`${codes.join(', ')} exit with ${exit}`, () => {
    for (const code of codes) assert.equal(exitOf(code), exit, code);
  });
