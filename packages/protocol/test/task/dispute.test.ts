import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DISSENT_DIFFERS, DISSENT_WITHHELD, isDisputed, isSettleable } from '../../src/index.ts';
import {
  certified,
  certify,
  createBench,
  dissentOf,
  feed,
  namesOf,
  notAudited,
  poolOf,
  refundTimer,
  roundFailOf,
  seated,
  timer,
} from './bench.ts';

describe('a certificate of round 0', () => {
  test('settles after its settle timer and its audit beacon, in either order', () => {
    const pool = poolOf();
    for (const [first, second] of [
      [timer(0, 'settle'), notAudited],
      [notAudited, timer(0, 'settle')],
    ] as const) {
      const bench = createBench(pool);
      feed(bench, seated(pool, 0), certified(certify(pool, 0)));
      assert.deepEqual(namesOf(feed(bench, first)), []);
      assert.deepEqual(namesOf(feed(bench, second)), ['settleable']);
    }
  });

  test('is settleable for whoever asks when its time to object is over, and no more once round 1 has decided', () => {
    const pool = poolOf();
    const bench = createBench(pool);
    const [first, second] = [certify(pool, 0), certify(pool, 1)];
    const answers = () => [first, second].map(({ statement }) => isSettleable(pool.params, bench.state, statement));
    feed(bench, seated(pool, 0), certified(first), notAudited);
    assert.deepEqual(answers(), [false, false]);
    feed(bench, timer(0, 'settle'));
    assert.deepEqual(answers(), [true, false]);
    feed(bench, seated(pool, 1), certified(second));
    assert.deepEqual(answers(), [false, false]);
    feed(bench, timer(1, 'settle'));
    assert.deepEqual(answers(), [false, true]);
  });

  test('is provisional once a locked seat dissents, and round 1 opens', () => {
    const pool = poolOf();
    const bench = createBench(pool);
    const certificate = certify(pool, 0, { signers: [0, 1, 2] });
    feed(bench, seated(pool, 0), certified(certificate));
    assert.deepEqual(namesOf(feed(bench, dissentOf(pool, 3, certificate))), ['disputed 0', 'open-round 1']);
    assert.deepEqual(namesOf(feed(bench, notAudited, timer(0, 'settle'))), []);
    assert.ok(isDisputed(pool.params, bench.state, 0));
  });

  test('is not disputed by a seat outside its lock, nor by a dissent against another certificate', () => {
    const pool = poolOf();
    const bench = createBench(pool);
    const certificate = certify(pool, 0, { signers: [0, 1, 2], locked: [0, 1, 2] });
    feed(bench, seated(pool, 0), certified(certificate));
    const other = certify(pool, 0, { value: 'another' });
    assert.deepEqual(namesOf(feed(bench, dissentOf(pool, 3, certificate), dissentOf(pool, 0, other))), []);
    assert.deepEqual(namesOf(feed(bench, notAudited, timer(0, 'settle'))), ['settleable']);
  });

  test('is disputed by a true dissent after a false one of the same seat, before the certificate or after', () => {
    const pool = poolOf();
    const certificate = certify(pool, 0, { signers: [0, 1, 2] });
    const dissents = [dissentOf(pool, 3, certify(pool, 0, { value: 'another' })), dissentOf(pool, 3, certificate)];
    const ahead = createBench(pool);
    feed(ahead, seated(pool, 0), ...dissents, certified(certificate));
    const after = createBench(pool);
    feed(after, seated(pool, 0), certified(certificate), ...dissents);
    for (const bench of [ahead, after]) assert.ok(isDisputed(pool.params, bench.state, 0));
  });

  test('keeps two dissents of a seat ahead of it, and no third', () => {
    const pool = poolOf();
    const bench = createBench(pool);
    const others = ['a', 'b', 'c'].map((value) => dissentOf(pool, 3, certify(pool, 0, { value })));
    feed(bench, seated(pool, 0), ...others);
    assert.equal(bench.state.dissents.size, 2);
  });

  test('is not disputed by a seat that signed it and says its own execution differs', () => {
    const pool = poolOf();
    const bench = createBench(pool);
    const certificate = certify(pool, 0);
    feed(bench, seated(pool, 0), certified(certificate));
    assert.deepEqual(namesOf(feed(bench, dissentOf(pool, 3, certificate, { reason: DISSENT_DIFFERS }))), []);
    const withheld = dissentOf(pool, 3, certificate, { reason: DISSENT_WITHHELD });
    const other = createBench(pool);
    feed(other, seated(pool, 0), certified(certificate));
    assert.deepEqual(namesOf(feed(other, withheld)), ['disputed 0', 'open-round 1']);
  });

  test('of round 1 stands, whoever objects, where nobody is left to draw for round 2', () => {
    const pool = poolOf(3, 13);
    const bench = createBench(pool);
    const certificate = certify(pool, 1, { signers: [0, 1, 2, 3, 4, 5, 6, 7, 8] });
    feed(bench, seated(pool, 0), timer(0, 'round'), seated(pool, 1), certified(certificate));
    assert.deepEqual(namesOf(feed(bench, dissentOf(pool, 9, certificate))), ['disputed 1', 'open-round 2']);
    feed(bench, { type: 'unseatable', round: 2 });
    assert.deepEqual(namesOf(feed(bench, timer(1, 'settle'))), ['settleable']);
  });

  test('is disputed by a dissent that came before it', () => {
    const pool = poolOf();
    const bench = createBench(pool);
    const certificate = certify(pool, 0);
    assert.deepEqual(namesOf(feed(bench, seated(pool, 0), dissentOf(pool, 3, certificate))), []);
    assert.deepEqual(namesOf(feed(bench, certified(certificate))), ['disputed 0', 'open-round 1']);
  });

  test('is no more disputed after its settle timer', () => {
    const pool = poolOf();
    const bench = createBench(pool);
    const certificate = certify(pool, 0);
    feed(bench, seated(pool, 0), certified(certificate), timer(0, 'settle'));
    assert.deepEqual(namesOf(feed(bench, dissentOf(pool, 3, certificate), notAudited)), ['settleable']);
  });

  test('yields to an undisputed certificate of round 1', () => {
    const pool = poolOf();
    const bench = createBench(pool);
    const certificate = certify(pool, 0);
    feed(bench, seated(pool, 0), certified(certificate), dissentOf(pool, 3, certificate), notAudited);
    feed(bench, seated(pool, 1), timer(0, 'settle'));
    const union = certify(pool, 1);
    assert.deepEqual(namesOf(feed(bench, certified(union))), []);
    const [settleable] = feed(bench, timer(1, 'settle'));
    assert.ok(settleable?.type === 'settleable' && settleable.certificate.statement.round === 1);
  });

  test('stays when round 1 cannot be seated and nobody objects', () => {
    const pool = poolOf();
    const bench = createBench(pool);
    feed(bench, seated(pool, 0), { type: 'unseatable', round: 1 }, certified(certify(pool, 0)), notAudited);
    assert.deepEqual(namesOf(feed(bench, timer(0, 'settle'))), ['settleable']);
  });
});

describe('a certificate of the last round', () => {
  test('stands against a dissent: one seat must not undo what 70 % of everybody agreed on', () => {
    const pool = poolOf();
    const bench = createBench(pool);
    feed(bench, seated(pool, 0), timer(0, 'round'), seated(pool, 1));
    const union = certify(pool, 1);
    assert.deepEqual(namesOf(feed(bench, certified(union), dissentOf(pool, 12, union))), []);
    assert.deepEqual(namesOf(feed(bench, timer(1, 'settle'))), ['settleable']);
  });

  test('of three, round 1 is disputed like round 0 and round 2 decides', () => {
    const pool = poolOf(3);
    assert.equal(pool.params.lastRound, 2);
    const bench = createBench(pool);
    feed(bench, seated(pool, 0), timer(0, 'round'), seated(pool, 1));
    const union = certify(pool, 1);
    assert.deepEqual(namesOf(feed(bench, certified(union), dissentOf(pool, 9, union))), ['disputed 1', 'open-round 2']);
    feed(bench, seated(pool, 2), timer(1, 'settle'));
    assert.deepEqual(namesOf(feed(bench, certified(certify(pool, 2)), timer(2, 'settle'))), ['settleable']);
  });
});

describe('a round without a certificate', () => {
  test('is given up by a seat in public, and the next one opens', () => {
    const pool = poolOf();
    const bench = createBench(pool);
    feed(bench, seated(pool, 0, 1));
    const effects = feed(bench, timer(0, 'round'));
    assert.deepEqual(namesOf(effects), ['sign-round-fail', 'open-round 1']);
    assert.deepEqual(effects[0]?.type === 'sign-round-fail' && effects[0].roundFail.seat, 1);
  });

  test('opens the next one for an observer when more than 30 % give it up, and not before', () => {
    const pool = poolOf(4);
    const bench = createBench(pool);
    feed(bench, seated(pool, 0));
    assert.deepEqual(namesOf(feed(bench, roundFailOf(pool, 0, 0), roundFailOf(pool, 0, 0))), []);
    assert.deepEqual(namesOf(feed(bench, roundFailOf(pool, 0, 1))), ['open-round 1']);
  });

  test('is not given up where its certificate is known', () => {
    const pool = poolOf();
    const bench = createBench(pool);
    feed(bench, seated(pool, 0), certified(certify(pool, 0)));
    assert.deepEqual(namesOf(feed(bench, roundFailOf(pool, 0, 0), roundFailOf(pool, 0, 1))), []);
  });

  test('and no next one ends in a refund, one settle time later', () => {
    const pool = poolOf();
    const bench = createBench(pool);
    feed(bench, seated(pool, 0), timer(0, 'round'), seated(pool, 1));
    const effects = feed(bench, timer(1, 'round'));
    assert.deepEqual(effects, [{ type: 'start-timer', timer: 'refund', delayMs: pool.params.timing.settleMs }]);
    assert.deepEqual(namesOf(feed(bench, refundTimer)), ['refund']);
  });

  test('is saved by a certificate that comes within that time', () => {
    const pool = poolOf();
    const bench = createBench(pool);
    feed(bench, seated(pool, 0), timer(0, 'round'), seated(pool, 1), timer(1, 'round'));
    feed(bench, certified(certify(pool, 1)));
    assert.deepEqual(namesOf(feed(bench, refundTimer, timer(1, 'settle'))), ['settleable']);
  });

  test('is refunded when the next one cannot be seated', () => {
    const pool = poolOf();
    const bench = createBench(pool);
    feed(bench, seated(pool, 0), timer(0, 'round'), { type: 'unseatable', round: 1 });
    assert.deepEqual(namesOf(feed(bench, refundTimer)), ['refund']);
  });
});

test('a disputed task whose next round cannot be seated is refunded', () => {
  const pool = poolOf();
  const bench = createBench(pool);
  const certificate = certify(pool, 0);
  feed(bench, seated(pool, 0), certified(certificate), dissentOf(pool, 2, certificate));
  feed(bench, { type: 'unseatable', round: 1 }, notAudited, timer(0, 'settle'));
  assert.deepEqual(namesOf(feed(bench, refundTimer)), ['refund']);
});

test('after the refund nothing settles and nothing is signed, whatever comes', () => {
  const pool = poolOf();
  const bench = createBench(pool);
  feed(bench, seated(pool, 0, 0), timer(0, 'round'), { type: 'unseatable', round: 1 }, refundTimer);
  const before = bench.state;
  const late = [certified(certify(pool, 0)), notAudited, timer(0, 'settle'), seated(pool, 1, 0)];
  assert.deepEqual(feed(bench, ...late), []);
  assert.equal(bench.state, before);
});

test('a certificate of a later round is followed by a node that did not know why the round was opened', () => {
  const pool = poolOf();
  const bench = createBench(pool);
  feed(bench, seated(pool, 0), seated(pool, 1), certified(certify(pool, 1)));
  assert.deepEqual(namesOf(feed(bench, timer(1, 'settle'))), ['settleable']);
});

describe('a later round that nothing calls for', () => {
  const pool = poolOf(3, 13);

  test('is seated to judge what is said of it, and nobody executes or commits again', () => {
    for (const mySeat of [0, 7]) {
      const bench = createBench(pool);
      feed(bench, seated(pool, 0), certified(certify(pool, 0)), notAudited, timer(0, 'settle'));
      assert.deepEqual(namesOf(feed(bench, seated(pool, 1, mySeat))), []);
      assert.deepEqual(namesOf(feed(bench, timer(1, 'round'))), ['sign-round-fail']);
      // A round that never took place is not followed by another one, though it failed.
      assert.deepEqual(namesOf(feed(bench, seated(pool, 2, mySeat))), []);
    }
  });

  test('is executed once its cause is known: a dissent, or more than 30 % that gave round 0 up', () => {
    const certificate = certify(pool, 0);
    const disputed = createBench(pool);
    feed(disputed, seated(pool, 0), seated(pool, 1, 7), certified(certificate));
    assert.deepEqual(namesOf(feed(disputed, dissentOf(pool, 2, certificate))), ['execute 1', 'disputed 0']);
    const failed = createBench(pool);
    feed(failed, seated(pool, 0), seated(pool, 1, 7));
    assert.deepEqual(namesOf(feed(failed, roundFailOf(pool, 0, 1))), ['execute 1']);
  });
});
