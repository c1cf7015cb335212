import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { convexAccess, loadSettings, redactor } from './settings';

let root: string;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'rollcall-cli-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(file: string, text: string): void {
  mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
  writeFileSync(path.join(root, file), text);
}

const local =
  'CLERK_SECRET_KEY=sk_test_local\nCONVEX_URL=http://127.0.0.1:1\nCONVEX_SELF_HOSTED_ADMIN_KEY=local-admin-key\n';

describe('settings of the command line', () => {
  it("are the local stack's when nothing else is said", () => {
    write('.rollcall/env', local);
    const settings = loadSettings({ root, env: {} });
    expect(settings.source).toBe('.rollcall/env');
    expect(settings.values.CLERK_SECRET_KEY).toBe('sk_test_local');
  });

  it('are never half of .env.local and half of the local stack', () => {
    write('.rollcall/env', local);
    write('.env.local', 'CLERK_SECRET_KEY=sk_live_real\n');
    const settings = loadSettings({ root, env: {} });
    expect(settings.source).toBe('.env.local');
    expect(settings.values).toEqual({ CLERK_SECRET_KEY: 'sk_live_real' });
  });

  it('leave an .env.local alone that names no service', () => {
    write('.rollcall/env', local);
    write('.env.local', 'LOG_LEVEL=debug\n');
    expect(loadSettings({ root, env: {} }).source).toBe('.rollcall/env');
  });

  it('are overridden name by name from the environment, and another data folder is found', () => {
    write('elsewhere/env', local);
    const env = { ROLLCALL_DATA_DIR: 'elsewhere', CONVEX_URL: 'http://127.0.0.1:2' };
    const settings = loadSettings({ root, env });
    expect(settings.values.CONVEX_URL).toBe('http://127.0.0.1:2');
    expect(settings.values.CLERK_SECRET_KEY).toBe('sk_test_local');
    expect(settings.source).toBe('elsewhere/env and the environment');
  });

  it('that lack address and key are all named at once, with the way out', () => {
    const access = () => convexAccess(loadSettings({ root, env: {} }));
    expect(access).toThrow(/CONVEX_URL.*CONVEX_DEPLOY_KEY.*CONVEX_SELF_HOSTED_ADMIN_KEY/);
  });

  it('prefer the self-hosted address over the public one, without a trailing slash', () => {
    const env = {
      CONVEX_URL: 'http://public',
      CONVEX_SELF_HOSTED_URL: 'http://inner/',
      CONVEX_SELF_HOSTED_ADMIN_KEY: 'k',
    };
    expect(convexAccess(loadSettings({ root, env }))).toEqual({ url: 'http://inner', key: 'k' });
  });
});

describe('secrets', () => {
  it('are taken out of every text, each of a ring alone too', () => {
    const values = {
      CLERK_SECRET_KEY: 'sk_test_0123456789',
      CLERK_WEBHOOK_SECRET: 'whsec_first00000 whsec_second0000',
      CONVEX_DEPLOY_KEY: 'prod:x|0123456789',
    };
    const redact = redactor({ values, source: 'test' });
    const text = redact(
      'sk_test_0123456789 whsec_second0000 prod:x|0123456789 whsec_first00000 whsec_second0000',
    );
    expect(text).toBe('[secret] [secret] [secret] [secret]');
  });
});
