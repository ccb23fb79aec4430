import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createDeclineBudget } from '../../src/engine/decline-budget.ts';
import { createMemoryStore } from '../../src/store/memory.ts';

describe('the decline budget', () => {
  it('lets a newcomer pass on one seat, and then one in ten', async () => {
    const budget = createDeclineBudget(createMemoryStore());
    assert.equal(budget.mayDecline(), true);
    await budget.count('declined');
    for (let served = 0; served < 9; served += 1) {
      assert.equal(budget.mayDecline(), false, `after ${served} served`);
      await budget.count('served');
    }
    assert.equal(budget.mayDecline(), true);
    await budget.count('declined');
    assert.equal(budget.mayDecline(), false);
  });

  it('is not filled up again by a restart', async () => {
    const store = createMemoryStore();
    await createDeclineBudget(store).count('declined');
    const restarted = createDeclineBudget(store);
    await restarted.load();
    assert.equal(restarted.mayDecline(), false);
  });

  it('forgets what was declined long ago', async () => {
    const budget = createDeclineBudget(createMemoryStore());
    for (let declined = 0; declined < 30; declined += 1) await budget.count('declined');
    for (let served = 0; served < 170; served += 1) await budget.count('served');
    assert.equal(budget.mayDecline(), false);
    for (let served = 0; served < 10; served += 1) await budget.count('served');
    assert.equal(budget.mayDecline(), true);
  });
});
