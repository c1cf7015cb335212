import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { defaultPorts, readSettings, rootDir } from './settings';
import { StackError } from './stack-error';

describe('settings of the local stack', () => {
  it('are the documented defaults when nothing is said', () => {
    expect(readSettings([], {})).toEqual({
      mode: 'production',
      dataDir: path.join(rootDir, '.rollcall'),
      ports: defaultPorts,
      seedUsers: 0,
      verbose: false,
      forceLocal: false,
      clerkRateLimits: 'production',
    });
  });

  it('come from the environment, and a flag wins over it', () => {
    const env = { PORT: '0', CLERK_PORT: '4500', ROLLCALL_DATA_DIR: '/tmp/a' };
    const settings = readSettings(['--data', '/tmp/b', '--users', '1000', '--dev'], env);
    expect(settings).toMatchObject({
      mode: 'development',
      dataDir: '/tmp/b',
      seedUsers: 1000,
      ports: { ...defaultPorts, PORT: 0, CLERK_PORT: 4500 },
    });
  });

  it.each([
    ['a port that is no number', [], { PORT: 'web' }, 'PORT is "web"'],
    ['a port out of range', [], { CONVEX_PORT: '65536' }, 'CONVEX_PORT is "65536"'],
    ['a negative number of people', ['--users=-5'], {}, '--users is "-5"'],
    ['an unknown flag', ['--user', '5'], {}, "Unknown option '--user'"],
    ['an unknown rate limit', [], { CLERK_RATE_LIMITS: 'fast' }, 'CLERK_RATE_LIMITS is "fast"'],
  ])('refuse %s, with the way out', (_what, argv, env, message) => {
    const read = () => readSettings(argv, env);
    expect(read).toThrow(StackError);
    expect(read).toThrow(message);
  });
});
