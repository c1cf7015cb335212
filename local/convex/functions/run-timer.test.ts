import { describe, expect, it } from 'vitest';
import { isUnderTimer, underTimer, workUnderTimer } from './run-timer';

describe('the timer around user code', () => {
  it('ends what never ends, and tells only who was at work under it', () => {
    const abandoned: string[] = [];
    const realm = (name: string) => ({ abandon: () => void abandoned.push(name) });
    underTimer(1_000, () => workUnderTimer(realm('earlier')));
    const outcome = underTimer(50, () => {
      workUnderTimer(realm('at work'));
      for (;;);
    });
    expect(outcome).toBeUndefined();
    expect(abandoned).toEqual(['at work']);
    expect(isUnderTimer()).toBe(false);
  });

  it('hands on what the body returns or throws', () => {
    expect(underTimer(1_000, () => (isUnderTimer() ? 'inside' : 'outside'))).toEqual({
      value: 'inside',
    });
    expect(() =>
      underTimer(1_000, () => {
        throw new RangeError('as it was');
      }),
    ).toThrow(new RangeError('as it was'));
    expect(isUnderTimer()).toBe(false);
  });
});
