import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { errorCodes } from '../../shared/error-codes';
import { blocksOf } from './guide-blocks';

test('D4: every error code has a heading of its own, which messages link to', () => {
  const guide = readFileSync(new URL('../../../docs/guides/errors.md', import.meta.url), 'utf8');
  const blocks = blocksOf(guide);
  const headings = blocks.flatMap((block) => (block.kind === 'heading' ? [block.text] : []));
  for (const code of Object.keys(errorCodes)) expect(headings).toContain(code);
  const after = blocks.flatMap((block, at) => (block.kind === 'heading' ? [blocks[at + 1]] : []));
  for (const block of after) expect(block?.kind).toBe('paragraph');
});

test('reads headings, lists, code and paragraphs, and nothing as HTML', () => {
  expect(blocksOf('# T\n\n## A\n\none\ntwo <b>\n\n- x\n- y\n  z\n\n```sh\nrun\n```\n')).toEqual([
    { kind: 'title', text: 'T' },
    { kind: 'heading', text: 'A' },
    { kind: 'paragraph', text: 'one two <b>' },
    { kind: 'list', items: ['x', 'y z'] },
    { kind: 'code', text: 'run' },
  ]);
});
