import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadInstanceKeys, sameSecret } from './instance-keys';

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'convex-keys-'));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

describe('instance keys', () => {
  it('are made once per data folder and stay the same over restarts', async () => {
    const folder = join(dataDir, 'new', 'folder');
    const first = await loadInstanceKeys(folder);
    expect(await loadInstanceKeys(folder)).toEqual(first);
    expect(first.adminKey).toMatch(new RegExp(`^${first.instanceName}\\|[0-9a-f]{64}$`));
  });

  it('differ between data folders', async () => {
    const [a, b] = [
      await loadInstanceKeys(join(dataDir, 'a')),
      await loadInstanceKeys(join(dataDir, 'b')),
    ];
    expect(a.adminKey.split('|')[1]).not.toBe(b.adminKey.split('|')[1]);
    expect(a.instanceName).not.toBe(b.instanceName);
  });

  it('are readable by their owner only, and the file does not hold the admin key', async () => {
    const { adminKey } = await loadInstanceKeys(dataDir);
    const path = join(dataDir, 'keys.json');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readFile(path, 'utf8')).not.toContain(adminKey.split('|')[1]);
  });

  it.each(['not json', '{}', '{"instanceName":"x","instanceSecret":"short"}'])(
    'refuse a damaged key file and say what to do: %s',
    async (text) => {
      await writeFile(join(dataDir, 'keys.json'), text);
      await expect(loadInstanceKeys(dataDir)).rejects.toThrow(
        /Restore .*keys\.json from a backup, or delete it/,
      );
    },
  );
});

describe('sameSecret', () => {
  it('accepts only the exact secret', () => {
    expect(sameSecret('a|bc', 'a|bc')).toBe(true);
    expect(sameSecret('a|bd', 'a|bc')).toBe(false);
    expect(sameSecret('a|bc ', 'a|bc')).toBe(false);
    expect(sameSecret('', 'a|bc')).toBe(false);
  });
});
