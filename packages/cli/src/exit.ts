/** Exit codes of every verb: part of the interface. */
export const EXIT_OK: number = 0;
export const EXIT_FAILED: number = 1;
export const EXIT_USAGE: number = 2;
/** No consensus: the task is refundable or refunded. */
export const EXIT_NO_CONSENSUS: number = 3;
/** A result or receipt was rejected. */
export const EXIT_REJECTED: number = 4;
/** Daemon, peer or L2 unreachable. */
const EXIT_UNREACHABLE = 69;
/** Safety stop: signing guard, corrupt store, full disk. */
const EXIT_SAFETY = 70;
/** Timeout: try again. */
export const EXIT_TIMEOUT: number = 75;
const EXIT_AUTH = 77;
const EXIT_CONFIG = 78;
export const EXIT_INTERRUPTED: number = 130;

const CODES: readonly (readonly [exit: number, codes: readonly string[]])[] = [
  [
    EXIT_USAGE,
    ['USAGE', 'BAD_REQUEST', 'BAD_MULTIADDR', 'BAD_INPUT', 'BAD_ACCOUNT_NAME', 'BAD_AMOUNT', 'FILE_UNREADABLE'],
  ],
  [EXIT_REJECTED, ['RECEIPT_REJECTED', 'BAD_RECEIPT']],
  [EXIT_UNREACHABLE, ['DAEMON_UNREACHABLE', 'NOT_A_DAEMON', 'CHAIN_UNREACHABLE', 'WRONG_CHAIN', 'PEER_UNREACHABLE']],
  [
    EXIT_SAFETY,
    [
      'SAFETY_STOP',
      'DISK_FULL',
      'DUTY_CONFLICT',
      'GUARD_CORRUPT',
      'GUARD_UNAVAILABLE',
      'STORE_CORRUPT',
      'STORE_FULL',
      'STORE_MISSING',
    ],
  ],
  [EXIT_TIMEOUT, ['TIMEOUT', 'OVERLOADED', 'SHUTTING_DOWN', 'NOT_READY', 'MODEL_UNAVAILABLE']],
  [
    EXIT_AUTH,
    [
      'UNAUTHORIZED',
      'HOST_REFUSED',
      'ACCOUNT_LOCKED',
      'FILE_FORBIDDEN',
      'WRONG_PASSWORD',
      'SECRET_FILE_MISSING',
      'SECRET_FILE_OPEN',
      'SECRET_FILE_EMPTY',
      'SECRET_FILE_BROKEN',
    ],
  ],
  [
    EXIT_CONFIG,
    [
      'CONFIG_BAD_VALUE',
      'CONFIG_UNKNOWN_KEY',
      'CONFIG_UNREADABLE',
      'HOME_EXISTS',
      'HOME_MISSING',
      'NETWORK_MISSING',
      'NETWORK_BROKEN',
      'API_BIND_REFUSED',
    ],
  ],
  [EXIT_INTERRUPTED, ['INTERRUPTED']],
];

const EXIT_OF_CODE: ReadonlyMap<string, number> = new Map(
  CODES.flatMap(([exit, codes]) => codes.map((code) => [code, exit] as const)),
);

/** Exit code of an error's stable code. */
export const exitOf = (code: string): number => EXIT_OF_CODE.get(code) ?? EXIT_FAILED;
