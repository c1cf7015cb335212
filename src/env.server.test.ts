import { describe, expect, it } from 'vitest';
import { EnvironmentError, parseServerEnv } from './env.server';

const publishableKey = `pk_test_${Buffer.from('happy-stub-42.clerk.accounts.dev$').toString('base64').replace(/=+$/, '')}`;

const complete = {
  CLERK_PUBLISHABLE_KEY: publishableKey,
  CLERK_SECRET_KEY: 'sk_test_abc123',
  CONVEX_URL: 'http://127.0.0.1:3210',
  CONVEX_SITE_URL: 'http://127.0.0.1:3211/',
};

function problemsOf(source: Record<string, string | undefined>): EnvironmentError {
  try {
    parseServerEnv(source);
  } catch (error) {
    if (error instanceof EnvironmentError) return error;
    throw error;
  }
  throw new Error('the environment was accepted');
}

describe('the environment of the web server', () => {
  it('B9: names everything that is missing at once, and the way out', () => {
    const error = problemsOf({});
    expect(error.problems.map(({ name }) => name).toSorted()).toEqual([
      'CLERK_PUBLISHABLE_KEY',
      'CLERK_SECRET_KEY',
      'CONVEX_SITE_URL',
      'CONVEX_URL',
    ]);
    expect(error.message).toContain('.env.local');
    expect(error.message).toContain('npm run doctor');
  });

  it('B9: tells malformed from missing and never repeats a value', () => {
    const error = problemsOf({
      ...complete,
      CLERK_SECRET_KEY: 'hunter2-the-secret',
      CONVEX_URL: 'localhost:3210',
      LOG_LEVEL: 'loud',
      CONVEX_SITE_URL: '',
    });
    const byName = Object.fromEntries(error.problems.map(({ name, problem }) => [name, problem]));
    expect(byName).toMatchObject({
      CLERK_SECRET_KEY: expect.stringContaining('malformed'),
      CONVEX_URL: expect.stringContaining('malformed'),
      LOG_LEVEL: expect.stringContaining('malformed'),
      CONVEX_SITE_URL: 'missing',
    });
    expect(error.message).not.toContain('hunter2');
  });

  it.each([
    'pk_test_',
    'pk_test_!!!',
    'sk_test_abc',
    `pk_prod_${publishableKey.slice(8)}`,
    'pk_test_aGVsbG8',
  ])('B9: does not take %s for a publishable key', (key) => {
    const error = problemsOf({ ...complete, CLERK_PUBLISHABLE_KEY: key });
    expect(error.problems.map(({ name }) => name)).toEqual(['CLERK_PUBLISHABLE_KEY']);
  });

  it('takes what is well-formed, without slashes at the end, and defaults the rest', () => {
    const env = parseServerEnv(complete);
    expect(env.CONVEX_SITE_URL).toBe('http://127.0.0.1:3211');
    expect(env.LOG_LEVEL).toBe('info');
    expect(env.CLERK_PROXY_URL).toBeUndefined();
  });
});
