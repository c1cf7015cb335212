import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { actionStarted, onRunningActions } from './running-actions';

describe('which actions run', () => {
  let told: string[][];
  let undo: () => void;

  beforeEach(() => {
    vi.useFakeTimers();
    told = [];
    undo = onRunningActions((names) => told.push(names));
  });
  afterEach(() => {
    undo();
    vi.runAllTimers();
    vi.useRealTimers();
  });

  it('tells each name once, the newest first, and nothing of more calls of the same', () => {
    const names = ['a', ...Array<string>(1_000).fill('b'), 'a'];
    const ends = names.map((name) => actionStarted(name));
    expect(told).toEqual([['a'], ['b', 'a'], ['a', 'b']]);
    for (const end of ends) end();
    vi.runAllTimers();
    expect(told.at(-1)).toEqual([]);
  });

  it('keeps a name for a minute after the last of its calls has ended', () => {
    const first = actionStarted('a');
    const second = actionStarted('a');
    first();
    vi.advanceTimersByTime(120_000);
    expect(told).toEqual([['a']]);
    second();
    vi.advanceTimersByTime(59_000);
    expect(told).toEqual([['a']]);
    vi.advanceTimersByTime(1_000);
    expect(told).toEqual([['a'], []]);
    actionStarted('a')();
    expect(told).toEqual([['a'], [], ['a']]);
  });
});
