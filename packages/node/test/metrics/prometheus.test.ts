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
  it('counts by label', async () => {
    const body = await exposed((meter) => {
      meter.count('mlb_rejections_total', { source: 'order', code: 'BAD_SIGNATURE' });
      meter.count('mlb_rejections_total', { source: 'order', code: 'BAD_SIGNATURE' }, 2);
    });
    assert.match(body, /^mlb_rejections_total\{source="order",code="BAD_SIGNATURE"\} 3$/m);
  });

  it('sets gauges and fills histogram buckets', async () => {
    const body = await exposed((meter) => {
      meter.gauge('mlb_peers', 4, { direction: 'inbound' });
      meter.observe('mlb_execution_seconds', 0.25, {});
    });
    assert.match(body, /^mlb_peers\{direction="inbound"\} 4$/m);
    assert.match(body, /^mlb_execution_seconds_bucket\{le="0\.25"\} 1$/m);
    assert.match(body, /^mlb_execution_seconds_bucket\{le="0\.1"\} 0$/m);
  });

  it('exposes the version, event loop lag and RSS', async () => {
    const body = await exposed(() => {});
    assert.match(body, /^mlb_build_info\{version="1\.2\.3"\} 1$/m);
    assert.match(body, /^nodejs_eventloop_lag_p99_seconds /m);
    assert.match(body, /^process_resident_memory_bytes /m);
  });

  it('keeps two daemons of one process apart', async () => {
    const busy = await exposed((meter) => meter.count('mlb_tx_bumps_total', {}));
    const idle = await exposed(() => {});
    assert.match(busy, /^mlb_tx_bumps_total 1$/m);
    assert.match(idle, /^mlb_tx_bumps_total 0$/m);
  });
});

describe('the noop meter', () => {
  it('takes every call and does nothing', () => {
    noopMeter.count('mlb_tx_bumps_total', {});
    noopMeter.gauge('mlb_epoch', 1, {});
    noopMeter.observe('mlb_seed_wait_seconds', 1, {});
  });
});
