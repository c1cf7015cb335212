import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { rootDir } from './steps';

/** Titles of all tests, as they stand in the source. */
function titles(): string[] {
  const folder = path.join(rootDir, 'tests');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => file.endsWith('.test.ts'))
    .flatMap((file) => {
      const text = readFileSync(path.join(folder, file), 'utf8');
      const named = text.matchAll(/\b(?:it|test|describe)\b[^'"`]*?\(\s*(['"`])(.+?)\1/g);
      return [...named].map(([, , title]) => title ?? '');
    });
}

/** `pain 4`, `pains 1 and 16`. */
function painsIn(title: string): number[] {
  const named = [...title.matchAll(/\bpains? ((?:\d+(?:, | and )?)+)/g)];
  return named.flatMap(([, numbers = '']) => (numbers.match(/\d+/g) ?? []).map(Number));
}

describe('the checklist of known pains', () => {
  const proofs = readFileSync(path.join(rootDir, 'docs/proofs.md'), 'utf8');
  const listed = [...proofs.matchAll(/^\| (\d+) /gm)].map(([, number]) => Number(number));

  it('lists all of them', () => {
    expect(listed).toEqual(Array.from({ length: 23 }, (_, i) => i + 1));
  });

  it('each is named in the title of a test that shows it', () => {
    const shown = new Set(titles().flatMap(painsIn));
    expect(listed.filter((pain) => !shown.has(pain))).toEqual([]);
  });
});
