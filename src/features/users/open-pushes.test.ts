import { describe, expect, it } from 'vitest';
import { openPushes } from './open-pushes';

const synced = { state: 'synced' } as const;
const reason = "Clerk's plan does not include this (402); access here is cut all the same";

describe('what has not reached Clerk yet', () => {
  it('is nothing where both have arrived or access was never decided', () => {
    expect(openPushes({ state: 'active', push: synced })).toEqual([]);
    expect(openPushes({ state: 'deactivated', push: synced, access: synced })).toEqual([]);
  });

  it('rule 9: names a refused ban with its reason', () => {
    const access = { state: 'failed', reason } as const;
    expect(openPushes({ state: 'deactivated', push: synced, access })).toEqual([
      { about: 'access', state: 'failed', label: 'Ban failed', reason },
    ]);
  });

  it.each([
    ['active', 'Unban pending'],
    ['deactivated', 'Ban pending'],
  ] as const)('C8: shows role and access side by side: %s, %s', (state, label) => {
    const push = { state: 'pending' } as const;
    const labels = openPushes({ state, push, access: push }).map((one) => one.label);
    expect(labels).toEqual(['Role pending', label]);
  });

  it('leaves out the role of somebody deleted', () => {
    const push = { state: 'failed', reason } as const;
    const labels = openPushes({ state: 'deleted', push, access: push }).map((one) => one.label);
    expect(labels).toEqual(['Deletion failed']);
  });
});
