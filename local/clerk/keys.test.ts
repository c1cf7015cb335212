import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadKeys } from './keys';

describe('loadKeys', () => {
  let dataDir: string;
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'rollcall-clerk-keys-'));
  });
  afterEach(() => {
    rmSync(dataDir, { recursive: true, force: true });
  });
  const file = () => join(dataDir, 'keys.json');

  it('makes keys once, in Clerk’s shapes, readable by their owner only', () => {
    const keys = loadKeys(dataDir, Date.now());
    expect(keys.secretKey).toMatch(/^sk_test_[0-9A-Za-z]{42}$/);
    expect(keys.webhookSecret).toMatch(/^whsec_[0-9A-Za-z+/]{32}$/);
    expect(keys.publishableKey).toMatch(/^pk_test_[0-9A-Za-z]+$/);
    expect(keys.instanceId).toMatch(/^ins_/);
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect(loadKeys(dataDir, Date.now())).toEqual(keys);
  });

  it('names a damaged file and the way out instead of making new keys', () => {
    writeFileSync(file(), '{');
    expect(() => loadKeys(dataDir, 0)).toThrow(/keys\.json is not readable JSON.*npm run reset/);
    writeFileSync(file(), '{"instanceId":"ins_1"}');
    expect(() => loadKeys(dataDir, 0)).toThrow(/keys\.json lacks .*secretKey/);
  });
});
