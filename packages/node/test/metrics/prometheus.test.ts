import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { noopMeter } from '../../src/metrics/noop.ts';
import { createPrometheusMeter } from '../../src/metrics/prometheus.ts';

const exposed = async (use: (meter: ReturnType<typeof createPrometheusMeter>['meter']) => void): Promise<string> => {
  const { meter, exposition } = createPrometheusMeter({ version: '1.2.3' });
  use(meter);
  const { contentType, body } = await exposition();
  assert.match(contentType, /^text\/plain/);
  return body;
};

describe('the Prometheus meter', () => {
  it('counts by label with the prefix mlb_ and the suffix _total', async () => {
    const body = await exposed((meter) => {
      meter.count('gossip_refused', { topic: 'order', code: 'BAD_SIGNATURE' });
      meter.count('gossip_refused', { topic: 'order', code: 'BAD_SIGNATURE' }, 2);
    });
    assert.match(body, /^mlb_gossip_refused_total\{topic="order",code="BAD_SIGNATURE"\} 3$/m);
  });

  it('exposes milliseconds as seconds', async () => {
    const body = await exposed((meter) => {
      meter.observe('execution_ms', 250, {});
      meter.gauge('settlement_lag_ms', 1500, {});
    });
    assert.match(body, /^mlb_execution_seconds_sum 0\.25$/m);
    assert.match(body, /^mlb_execution_seconds_bucket\{le="0\.25"\} 1$/m);
    assert.match(body, /^mlb_settlement_lag_seconds 1\.5$/m);
  });

  it('exposes the version, event loop lag and RSS', async () => {
    const body = await exposed(() => {});
    assert.match(body, /^mlb_build_info\{version="1\.2\.3"\} 1$/m);
    assert.match(body, /^nodejs_eventloop_lag_p99_seconds /m);
    assert.match(body, /^process_resident_memory_bytes /m);
  });

  it('keeps two daemons of one process apart', async () => {
    const busy = await exposed((meter) => meter.count('dissents', {}));
    const idle = await exposed(() => {});
    assert.match(busy, /^mlb_dissents_total 1$/m);
    assert.match(idle, /^mlb_dissents_total 0$/m);
  });
});

describe('the noop meter', () => {
  it('takes every call and does nothing', () => {
    noopMeter.count('dissents', {});
    noopMeter.gauge('epoch', 1, {});
    noopMeter.observe('seed_wait_ms', 1, {});
  });
});
