import { describe, expect, it } from 'vitest';
import { isOwnOrigin, needsOriginCheck } from './csrf';

function question(
  path: string,
  options: { method?: string; authorization?: string; handlerType?: 'serverFn' | 'router' } = {},
) {
  const { method = 'POST', authorization, handlerType = 'router' } = options;
  const headers = authorization ? { authorization } : undefined;
  const request = new Request(`http://rollcall.test${path}`, { method, headers });
  return { request, pathname: path, handlerType };
}

describe('which requests must prove that they come from our pages', () => {
  it.each([
    ['commands', question('/api/trpc/users.setRole'), true],
    [
      'server functions, also by GET',
      question('/_serverFn/x', { method: 'GET', handlerType: 'serverFn' }),
      true,
    ],
    ['posts to pages', question('/dashboard'), true],
    ['deletes under /api', question('/api/v1/x', { method: 'DELETE' }), true],
    ['an empty bearer', question('/api/v1/x', { authorization: 'Bearer ' }), true],
    ['basic authorization', question('/api/v1/x', { authorization: 'Basic eDp5' }), true],
    [
      'a server function with a bearer',
      question('/f', { authorization: 'Bearer a', handlerType: 'serverFn' }),
      true,
    ],
    ['addresses that only look like the webhook', question('/api/webhooks/clerk/x'), true],
    ['the webhook', question('/api/webhooks/clerk'), false],
    [
      'API calls with a bearer token',
      question('/api/v1/x', { authorization: 'Bearer abc' }),
      false,
    ],
    ['reading pages', question('/dashboard', { method: 'GET' }), false],
  ])('%s: %s', (_name, asked, expected) => {
    expect(needsOriginCheck(asked)).toBe(expected);
  });

  it('knows the own origin, also behind a proxy', () => {
    const request = new Request('http://10.0.0.5:3000/api/trpc/x');
    expect(isOwnOrigin('http://10.0.0.5:3000', request, undefined)).toBe(true);
    expect(isOwnOrigin('https://rollcall.test', request, 'https://rollcall.test')).toBe(true);
    expect(
      isOwnOrigin('https://rollcall.test.evil.example', request, 'https://rollcall.test'),
    ).toBe(false);
    expect(isOwnOrigin('null', request, undefined)).toBe(false);
  });
});
