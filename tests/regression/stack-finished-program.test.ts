import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runToEnd } from '../../local/stack/child';
import { StackError } from '../../local/stack/stack-error';

const folder = mkdtempSync(path.join(tmpdir(), 'rollcall-finished-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The hook that ends a program with its supervisor listened on the channel and so kept it alive. */
describe('a program that the stack runs to its end (build, push)', () => {
  it('ends when its work is done, although it is tied to the supervisor', async () => {
    const file = path.join(folder, 'done.mjs');
    writeFileSync(file, 'export {};');
    const options = { name: 'build', args: [file], env: process.env, logDir: folder };
    const failure = () => new StackError('failed', 'never');
    await expect(runToEnd(options, failure)).resolves.toBeUndefined();
  });
});
