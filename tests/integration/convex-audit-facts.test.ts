import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { knownActions } from '../../src/components/audit/sentences';
import { lacks, withoutBefore } from '../support/audit-facts';

const backend = path.join(import.meta.dirname, '..', '..', 'convex');

interface Written {
  file: string;
  names: string[];
  /** Names come as an argument. */
  isHelper: boolean;
  before: boolean;
  after: boolean;
}

/** The object literal around a place in the source. */
function objectAround(text: string, at: number): string {
  let [start, depth] = [at, 0];
  for (; start > 0 && depth >= 0; start--) {
    if (text[start - 1] === '}') depth += 1;
    if (text[start - 1] === '{') depth -= 1;
  }
  let end = start + 1;
  for (depth = 1; end < text.length && depth > 0; end++) {
    if (text[end] === '{') depth += 1;
    if (text[end] === '}') depth -= 1;
  }
  return text.slice(start, end);
}

/** Whether the object itself, not one inside of it, has this field. */
function hasField(literal: string, name: string): boolean {
  let depth = 0;
  let own = '';
  for (const char of literal) {
    if (char === '}') depth -= 1;
    if (depth === 1) own += char;
    if (char === '{') depth += 1;
  }
  return new RegExp(`(^|[\\s,(])${name}\\s*(:|,|$|\\})`, 'm').test(own);
}

const files = readdirSync(backend, { recursive: true, encoding: 'utf8' }).filter(
  (file) => file.endsWith('.ts') && !file.includes('_generated') && !file.endsWith('.test.ts'),
);

/** Every entry that the backend writes, as it stands in the source. */
function writtenEntries(): Written[] {
  return files.flatMap((file) => {
    const text = readFileSync(path.join(backend, file), 'utf8');
    return [...text.matchAll(/\baction(:|,)/g)].flatMap(({ 0: word, index }) => {
      const literal = objectAround(text, index);
      const value = word === 'action:' ? text.slice(index, text.indexOf('\n', index)) : '';
      const names = [...value.matchAll(/'([a-zA-Z]+\.[a-zA-Z]+)'/g)].map(([, name]) => name ?? '');
      const templates = [...value.matchAll(/`([^`]+)`/g)].flatMap(([, name]) => expand(name ?? ''));
      const isAppended = /appendAudit\([^;]*$/.test(text.slice(0, index));
      const isHelper = word === 'action,' && isAppended && hasField(literal, 'target');
      if (names.length + templates.length === 0 && !isHelper) return [];
      // A helper may leave out what it was not given; who gives it is looked at as well.
      const says = (name: string) =>
        hasField(literal, name) || (isHelper && literal.includes(name));
      const [before, after] = [says('before'), says('after')];
      return [{ file, names: [...names, ...templates], isHelper, before, after }];
    });
  });
}

/** The actions that a name put together at run time may come to. */
function expand(template: string): string[] {
  const [prefix = '', suffix = ''] = template.split(/\$\{[^}]*\}/);
  const isWhole = template.includes('${') && template.includes('.');
  return isWhole
    ? knownActions.filter((name) => name.startsWith(prefix) && name.endsWith(suffix))
    : [];
}

describe('pain 21: no gaps in what the audit log says', () => {
  const written = writtenEntries();
  const named = new Set(written.flatMap(({ names }) => names));

  test('every entry says what was before and what is after, or why there is nothing to say', () => {
    const bad = written.flatMap(({ file, names, isHelper, before, after }) => {
      const subjects = isHelper ? ['(helper)'] : names;
      return subjects.flatMap((action) => {
        const facts = { action, before: before || undefined, after: after || undefined };
        const missing = lacks(facts);
        return missing === undefined ? [] : [`${file}: ${action} lacks ${missing}`];
      });
    });
    expect(bad).toEqual([]);
  });

  test('all actions that there are were looked at, those of helpers by their helper', () => {
    const helpers = written.filter(({ isHelper }) => isHelper).map(({ file }) => file);
    const elsewhere = knownActions.filter((action) => !named.has(action));
    // A helper's action is named where it is written or by who imports it.
    const texts = files
      .map((file) => ({ file, text: readFileSync(path.join(backend, file), 'utf8') }))
      .filter(({ file, text }) =>
        helpers.some(
          (helper) => file === helper || text.includes(`/${path.basename(helper, '.ts')}'`),
        ),
      )
      .map(({ text }) => text)
      .join('\n');
    expect(elsewhere.filter((action) => !texts.includes(`'${action}'`))).toEqual([]);
    expect(named.size).toBeGreaterThan(60);
    expect(Object.keys(withoutBefore).filter((action) => !knownActions.includes(action))).toEqual(
      [],
    );
  });
});
