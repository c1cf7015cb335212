import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type IncomingRole,
  mergeRole,
  type OurRole,
  type RoleMerge,
} from '../../convex/model/mergeRole';
import { judgeVersion } from '../../convex/model/versionRegister';
import { defaultRole, isRole, roleNames } from '../../src/shared/roles';

const role = fc.constantFrom(...roleNames);
const time = fc.integer({ min: 0, max: 20 });
const rev = fc.integer({ min: 0, max: 4 });
const raw = fc.option(fc.oneof(role, fc.constantFrom('czar', 'json:7', 'Admin')), {
  nil: undefined,
});
const ours: fc.Arbitrary<OurRole> = fc.record({
  role,
  rev,
  decidedAt: time,
  unsettled: fc.boolean(),
});
const incoming: fc.Arbitrary<IncomingRole> = fc.record({
  raw,
  rev: fc.option(rev, { nil: undefined }),
  pushedRole: fc.option(role, { nil: undefined }),
  updatedAt: time,
});

/** The role a row holds after a merge. */
function roleAfter(before: OurRole, merge: RoleMerge): string {
  if (merge.kind === 'external') return merge.role;
  if (merge.kind === 'conflict' && merge.winner === 'theirs') return merge.theirs;
  return before.role;
}

describe('rule 6: the three-way merge of roles', () => {
  test('is a function of its input: the same winner every time', () => {
    fc.assert(
      fc.property(ours, raw, incoming, (o, seen, i) => {
        expect(mergeRole(o, seen, i)).toEqual(mergeRole({ ...o }, seen, { ...i }));
      }),
    );
  });

  test('the outcome is always a role we know, ours or theirs', () => {
    fc.assert(
      fc.property(ours, raw, incoming, (o, seen, i) => {
        const after = roleAfter(o, mergeRole(o, seen, i));
        expect(isRole(after)).toBe(true);
        expect([o.role, i.raw ?? defaultRole]).toContain(after);
      }),
    );
  });

  test('an unknown role never changes ours', () => {
    fc.assert(
      fc.property(ours, raw, incoming, (o, seen, i) => {
        fc.pre(i.raw !== undefined && !isRole(i.raw));
        expect(mergeRole(o, seen, i)).toEqual({ kind: 'unknown', raw: i.raw });
      }),
    );
  });

  test('the same role on both sides is in sync, whatever the history', () => {
    fc.assert(
      fc.property(ours, raw, incoming, (o, seen, i) => {
        expect(mergeRole(o, seen, { ...i, raw: o.role }).kind).toBe('inSync');
      }),
    );
  });

  test('the echo of our current decision puts both sides in sync', () => {
    fc.assert(
      fc.property(ours, raw, time, (o, seen, updatedAt) => {
        fc.pre(o.rev > 0);
        const echo = { raw: o.role, rev: o.rev, pushedRole: o.role, updatedAt };
        expect(mergeRole(o, seen, echo)).toEqual({ kind: 'inSync', echo: true });
      }),
    );
  });

  test('the echo of an older push of ours never changes the role, whenever it comes', () => {
    const older = fc.record({ pushed: role, rev: fc.nat(3), updatedAt: time });
    fc.assert(
      fc.property(ours, raw, older, (o, seen, { pushed, rev: echoRev, updatedAt }) => {
        fc.pre(echoRev < o.rev);
        const echo = { raw: pushed, rev: echoRev, pushedRole: pushed, updatedAt };
        const merge = mergeRole(o, seen, echo);
        expect(roleAfter(o, merge)).toBe(o.role);
        expect(['inSync', 'oldNews', 'overwritten']).toContain(merge.kind);
      }),
    );
  });

  test('an older push that lands after our newest one has settled is pushed over again', () => {
    const settled = { role: 'admin', rev: 3, decidedAt: 5, unsettled: false } as const;
    const late = { raw: 'staff', rev: 2, pushedRole: 'staff', updatedAt: 9 } as const;
    expect(mergeRole(settled, 'admin', late)).toEqual({ kind: 'overwritten' });
    expect(mergeRole({ ...settled, unsettled: true }, 'admin', late).kind).toBe('oldNews');
  });

  test('what Clerk said before never beats a decision of ours that is under way', () => {
    fc.assert(
      fc.property(ours, raw, incoming, (o, seen, i) => {
        fc.pre(o.unsettled && (i.rev ?? 0) < o.rev);
        expect(roleAfter(o, mergeRole(o, seen, { ...i, raw: seen }))).toBe(o.role);
      }),
    );
  });

  test('an edit that carries our current revision is taken', () => {
    fc.assert(
      fc.property(ours, raw, role, time, (o, seen, edited, updatedAt) => {
        fc.pre(edited !== o.role && o.rev > 0);
        const edit = { raw: edited, rev: o.rev, pushedRole: undefined, updatedAt };
        expect(mergeRole(o, seen, edit)).toEqual({ kind: 'external', role: edited });
      }),
    );
  });

  test('in a conflict the later side wins, ours on a tie', () => {
    fc.assert(
      fc.property(ours, raw, incoming, (o, seen, i) => {
        const merge = mergeRole(o, seen, i);
        fc.pre(merge.kind === 'conflict');
        expect(merge).toMatchObject({ winner: i.updatedAt > o.decidedAt ? 'theirs' : 'ours' });
        expect(o.unsettled).toBe(true);
      }),
    );
  });

  test('before any decision of ours Clerk decides', () => {
    fc.assert(
      fc.property(role, raw, role, (current, seen, named) => {
        fc.pre(named !== seen);
        const untouched = { role: current, rev: 0, decidedAt: 0, unsettled: false };
        const merge = mergeRole(untouched, seen, {
          raw: named,
          rev: undefined,
          pushedRole: undefined,
          updatedAt: 1,
        });
        expect(roleAfter(untouched, merge)).toBe(named);
      }),
    );
  });
});

describe('rule 2: the version register', () => {
  const version = fc.record({ updatedAt: time, content: fc.constantFrom('a', 'b') });

  test('newer applies, older is stale, equal is a duplicate or a tie', () => {
    fc.assert(
      fc.property(version, version, (known, next) => {
        const order = Math.sign(next.updatedAt - known.updatedAt);
        const tie = next.content === known.content ? 'duplicate' : 'refetch';
        const expected = order > 0 ? 'apply' : order < 0 ? 'stale' : tie;
        expect(judgeVersion(known, next)).toBe(expected);
      }),
    );
  });

  test('any order of payloads of different instants ends with the newest', () => {
    const payloads = fc.uniqueArray(version, { selector: (v) => v.updatedAt, minLength: 1 });
    fc.assert(
      fc.property(payloads, (arrivals) => {
        let known = { updatedAt: -1, content: '' };
        for (const next of arrivals) if (judgeVersion(known, next) === 'apply') known = next;
        const newest = arrivals.reduce((a, b) => (b.updatedAt > a.updatedAt ? b : a));
        expect(known).toEqual(newest);
      }),
    );
  });
});
