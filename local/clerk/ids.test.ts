import { describe, expect, it } from 'vitest';
import { idPrefixes, newId, newToken, type IdKind } from './ids';

describe('newId', () => {
  it('gives every kind its prefix and 27 base-62 digits, never the same twice', () => {
    const kinds = Object.keys(idPrefixes) as IdKind[];
    const ids = kinds.flatMap((kind) => Array.from({ length: 200 }, () => newId(kind, Date.now())));
    for (const id of ids) expect(id).toMatch(/^[a-z_]+_[0-9A-Za-z]{27}$/);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('sorts by the second', () => {
    const times = [1_500_000_000_000, 1_500_000_001_000, 1_790_000_000_000, 4_000_000_000_000];
    const ids = times.map((time) => newId('user', time));
    expect([...ids].sort()).toEqual(ids);
  });
});

describe('newToken', () => {
  it('is as long as asked and never the same twice', () => {
    expect(Buffer.from(newToken(24), 'base64url')).toHaveLength(24);
    expect(newToken()).not.toBe(newToken());
  });
});
