import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { errorCodes } from '../../src/shared/error-codes';

test('F1: every error code has its entry in the guide, and the guide has no others', async () => {
  const guide = await readFile(new URL('../../docs/guides/errors.md', import.meta.url), 'utf8');
  const entries = [...guide.matchAll(/^## (\w+)$/gm)].map((match) => match[1]);
  expect(new Set(entries)).toEqual(new Set(Object.keys(errorCodes)));
  expect(entries).toHaveLength(Object.keys(errorCodes).length);
});
