import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { credentialKeysOf, dotenvText } from './environment';

const values = {
  CLERK_SECRET_KEY: 'sk_test_abc',
  CLERK_PUBLISHABLE_KEY: 'pk_test_aGFwcHk',
  CLERK_WEBHOOK_SECRET: 'whsec_one/two+three== whsec_four',
  CONVEX_SELF_HOSTED_ADMIN_KEY: 'local|01ab/cd+ef==',
  ROLLCALL_URL: 'http://127.0.0.1:3000',
  ODD: 'a $HOME # \\ "b"',
};
const pem = '-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----\n';

const folder = mkdtempSync(path.join(tmpdir(), 'rollcall-env-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('<data>/env', () => {
  it('reads back the same in dotenv and in a shell', () => {
    const text = dotenvText(values);
    expect(parseEnv(text)).toEqual(values);
    const file = path.join(folder, 'env');
    writeFileSync(file, text);
    const script = `set -a; . ${file}; node -p 'JSON.stringify(process.env)'`;
    expect(JSON.parse(execFileSync('sh', ['-c', script], { encoding: 'utf8' }))).toMatchObject(
      values,
    );
  });

  it('E6: the keys of the vault are made once, for their owner alone, and stay', () => {
    const first = credentialKeysOf(folder);
    expect(Buffer.from(first, 'base64')).toHaveLength(32);
    expect(credentialKeysOf(folder)).toBe(first);
    const file = path.join(folder, 'credentials.keys');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    writeFileSync(file, `second\n${first}\n`);
    expect(credentialKeysOf(folder)).toBe(`second ${first}`);
  });

  it('holds a PEM on one line, which double quotes open again', () => {
    const text = dotenvText({ CLERK_JWT_KEY: pem });
    expect(text.trim().split('\n')).toHaveLength(1);
    expect(parseEnv(text).CLERK_JWT_KEY).toBe(pem.trimEnd());
  });
});
