import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mergeName, sameName } from '../../convex/model/mergeName';

const part = fc.option(fc.constantFrom('Ann', 'Bob', 'Cid'), { nil: undefined });
const name = fc.record({ firstName: part, lastName: part });
const edit = fc.record({
  state: fc.constantFrom(
    'synced' as const,
    'pending' as const,
    'failed' as const,
    'differs' as const,
  ),
  decidedAt: fc.nat(20),
  base: name,
  proven: fc.boolean(),
  answeredAt: fc.option(fc.nat(20), { nil: undefined }),
});
const theirs = fc
  .record({ parts: name, updatedAt: fc.nat(20), pushedBefore: fc.boolean() })
  .map(({ parts, ...rest }) => ({ ...parts, ...rest }));

describe('the merge of names', () => {
  test('is total, and agrees where both sides do', () => {
    fc.assert(
      fc.property(name, fc.option(edit, { nil: undefined }), theirs, (ours, known, incoming) => {
        const merge = mergeName(ours, known, incoming);
        expect(merge.kind === 'inSync').toBe(sameName(ours, incoming));
      }),
    );
  });

  test('nobody decided here: Clerk’s name counts', () => {
    fc.assert(
      fc.property(name, theirs, (ours, incoming) => {
        fc.pre(!sameName(ours, incoming));
        expect(mergeName(ours, undefined, incoming)).toEqual({ kind: 'theirs', external: false });
      }),
    );
  });

  test('what Clerk said before never undoes a decision that it has not shown yet', () => {
    fc.assert(
      fc.property(name, edit, theirs, (ours, known, incoming) => {
        fc.pre(!sameName(ours, incoming));
        const before = { ...known, proven: false, base: incoming, answeredAt: undefined };
        expect(mergeName(ours, before, incoming).kind).toBe('oldNews');
      }),
    );
  });

  test('the former name, newer than the answer to our push, is an edit back', () => {
    fc.assert(
      fc.property(name, edit, theirs, fc.nat(20), (ours, known, incoming, answeredAt) => {
        fc.pre(!sameName(ours, incoming) && !incoming.pushedBefore);
        const before = { ...known, state: 'synced' as const, proven: false, base: incoming };
        const merge = mergeName(ours, { ...before, answeredAt }, incoming);
        expect(merge.kind).toBe(incoming.updatedAt > answeredAt ? 'theirs' : 'oldNews');
      }),
    );
  });

  test('in a conflict the later one wins, a tie is ours', () => {
    fc.assert(
      fc.property(name, edit, theirs, (ours, known, incoming) => {
        const merge = mergeName(ours, known, incoming);
        if (merge.kind !== 'conflict') return;
        expect(known.state).not.toBe('synced');
        expect(merge.winner).toBe(incoming.updatedAt > known.decidedAt ? 'theirs' : 'ours');
      }),
    );
  });

  test('once Clerk has shown our name, another one there is an edit', () => {
    fc.assert(
      fc.property(name, edit, theirs, (ours, known, incoming) => {
        fc.pre(!sameName(ours, incoming) && !incoming.pushedBefore);
        const proven = { ...known, state: 'synced' as const, proven: true };
        expect(mergeName(ours, proven, incoming)).toEqual({ kind: 'theirs', external: true });
      }),
    );
  });
});
