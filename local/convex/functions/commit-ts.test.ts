import { describe, expect, it } from 'vitest';
import { fromJson } from '../values/convex-json';
import { resolveCommitTs, storedValidators } from './commit-ts';

describe('commit timestamps', () => {
  it('every placeholder becomes the int64 above the snapshot, and nothing else changes', () => {
    const json = {
      at: { $commitTs: null },
      list: [{ deep: { $commitTs: null } }, 'text', null, 1.5],
    };
    const resolved = fromJson(resolveCommitTs(json, 41n));
    expect(resolved).toEqual({ at: 42n, list: [{ deep: 42n }, 'text', null, 1.5] });
  });

  it('validators are stored as int64, literals of the same text are left alone', () => {
    const literal = { type: 'literal', value: '{"type":"commitTs"}' };
    const validator = { type: 'union', value: [{ type: 'commitTs' }, literal] };
    expect(storedValidators(validator)).toEqual({
      type: 'union',
      value: [{ type: 'bigint' }, literal],
    });
  });
});
