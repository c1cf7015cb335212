import { describe, expect, it } from 'vitest';
import { createLogger, errorField, scrub, writeRequestEvent } from './log';

function capture(level = 'info') {
  const lines: string[] = [];
  const log = createLogger(level, { write: (line: string) => void lines.push(line) });
  return { log, lines };
}

const event = { requestId: 'r1', method: 'GET', path: '/dashboard' };

describe('the log', () => {
  it('redacts what can hold a secret', () => {
    const { log, lines } = capture();
    log.info(
      { headers: { authorization: 'Bearer abc', cookie: '__session=x' }, token: 'tok-1' },
      'x',
    );
    expect(lines.join('')).not.toMatch(/Bearer abc|__session=x|tok-1/);
  });

  it('cuts keys and tokens out of free text', () => {
    const text = 'bad key sk_test_SECRETsecret and whsec_MfKQ9 and eyJhbGciOi.eyJzdWIi.c2ln';
    expect(scrub(text)).toBe('bad key sk_test_[redacted] and whsec_[redacted] and [redacted jwt]');
    expect(errorField(new Error(text)).message).not.toContain('SECRETsecret');
  });

  it('writes one event per request: expected failures at info, unexpected ones at error', () => {
    const { log, lines } = capture();
    writeRequestEvent(log, { ...event, code: 'FORBIDDEN' }, { status: 403, durationMs: 4 });
    writeRequestEvent(
      log,
      { ...event, error: errorField(new Error('boom')) },
      { status: 500, durationMs: 4 },
    );
    const [expected, unexpected] = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(expected).toMatchObject({
      level: 30,
      code: 'FORBIDDEN',
      status: 403,
      path: '/dashboard',
    });
    expect(unexpected).toMatchObject({ level: 50, status: 500 });
  });

  it('E10: obeys LOG_LEVEL', () => {
    const { log, lines } = capture('error');
    writeRequestEvent(log, event, { status: 200, durationMs: 1 });
    expect(lines).toEqual([]);
  });
});
