import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { actionLabel, knownActions, partyName, sentenceOf, type Spoken } from './sentences';

const backend = path.join(import.meta.dirname, '..', '..', '..', 'convex');

/** Every action that the backend writes by name; those put together at run time are not among them. */
function writtenActions(): string[] {
  const files = readdirSync(backend, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !file.includes('_generated') && !file.endsWith('.test.ts'),
  );
  const text = files.map((file) => readFileSync(path.join(backend, file), 'utf8')).join('\n');
  const lines = text.split('\n').filter((line) => /\baction:/.test(line));
  // Helpers that append an entry take its action as an argument.
  const helpers = [...text.matchAll(/function (\w+)\([^)]*\baction: string\b[^)]*\)/g)];
  const calls = helpers.flatMap(([, helper]) => [
    ...(text.match(new RegExp(`\\b${helper}\\([^;]*;`, 'g')) ?? []),
  ]);
  const names = [...lines, ...calls].flatMap((code) => [
    ...code.matchAll(/'([a-zA-Z]+\.[a-zA-Z]+)'/g),
  ]);
  return [...new Set(names.map(([, name]) => name ?? ''))];
}

describe('issue 5: entries of the audit log as sentences', () => {
  it('tells every action that the backend writes', () => {
    const written = writtenActions();
    expect(written.length).toBeGreaterThan(30);
    // One that a helper is told to write.
    expect(written).toContain('sweep.done');
    expect(written.filter((action) => !knownActions.includes(action))).toEqual([]);
  });

  it('names roles by their labels, with what was before', () => {
    const entry = { action: 'role.changed', before: { role: 'staff' }, after: { role: 'admin' } };
    expect(sentenceOf(entry)).toEqual({
      verb: 'changed the role of',
      rest: 'from Staff to Admin',
    });
  });

  it('tells an action of a newer build by its name, and never fails on odd facts', () => {
    expect(sentenceOf({ action: 'moon.landed' })).toEqual({ verb: 'did "moon.landed" to' });
    for (const action of knownActions) {
      const odd: Spoken['after'][] = [{}, { role: null, fields: [], reason: 3 }];
      for (const after of odd) {
        expect(sentenceOf({ action, before: after, after }).verb).not.toBe('');
      }
    }
  });

  it('calls parties by name, by kind and id, or by what they are', () => {
    expect(partyName({ ref: 'user:user_1', name: 'Ann' })).toBe('Ann');
    expect(partyName({ ref: 'user:user_1' })).toBe('user_1');
    expect(partyName({ ref: 'token:abc' })).toBe('token abc');
    expect(partyName({ ref: 'clerk' })).toBe('Clerk');
    expect(actionLabel('role.changedInClerk')).toBe('Role: changed in Clerk');
  });
});
