import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ModelId } from '@mlb/protocol';
import { createWorkload } from '../../src/engine/workload.ts';

const MODEL = ModelId(`0x${'01'.repeat(32)}`);
const OTHER = ModelId(`0x${'02'.repeat(32)}`);

describe('the workload', () => {
  it('takes an unknown model for quick', () => {
    const workload = createWorkload();
    workload.begin(MODEL);
    assert.equal(workload.estimateMs(MODEL), 0);
  });

  it('reckons that executions of one model wait for each other, and not for those of another', () => {
    const workload = createWorkload();
    workload.begin(MODEL)(100);
    assert.equal(workload.estimateMs(MODEL), 100);
    const ends = [workload.begin(MODEL), workload.begin(MODEL)];
    workload.begin(OTHER);
    assert.equal(workload.estimateMs(MODEL), 300);
    for (const end of ends) end(100);
    assert.equal(workload.estimateMs(MODEL), 100);
  });

  it('learns nothing from an execution that failed, and is rid of it', () => {
    const workload = createWorkload();
    workload.begin(MODEL)(100);
    workload.begin(MODEL)(undefined);
    assert.equal(workload.estimateMs(MODEL), 100);
  });
});
