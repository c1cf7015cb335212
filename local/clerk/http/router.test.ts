import { describe, expect, it } from 'vitest';
import { createRouter, route } from './router';

const handler = () => ({ status: 204 });
const router = createRouter([
  route('GET', '/v1/users/:userId', handler),
  route('GET', '/v1/users/count', handler),
  route('POST', '/v1/users', handler),
  route('GET', '/npm/*file', handler),
  route('GET', '/npm/special/:name', handler),
]);
const found = (method: string, path: string) => {
  const match = router.match(method, path);
  return match && [match.route.pattern, match.params];
};

describe('createRouter', () => {
  it('prefers literal segments to parameters, whatever the order of the list', () => {
    expect(found('GET', '/v1/users/count')).toEqual(['/v1/users/count', {}]);
    expect(found('GET', '/v1/users/user_1')).toEqual(['/v1/users/:userId', { userId: 'user_1' }]);
  });

  it('prefers anything to a rest', () => {
    expect(found('GET', '/npm/special/x')?.[0]).toBe('/npm/special/:name');
    expect(found('GET', '/npm/@clerk/clerk-js@1/dist/a.js')).toEqual([
      '/npm/*file',
      { file: '@clerk/clerk-js@1/dist/a.js' },
    ]);
  });

  it('tells methods and lengths apart', () => {
    expect(found('GET', '/v1/users')).toBeNull();
    expect(found('DELETE', '/v1/users/user_1')).toBeNull();
    expect(found('GET', '/v1/users/user_1/ban')).toBeNull();
  });

  it('decodes parameters once and survives malformed escapes', () => {
    expect(found('GET', '/v1/users/a%2Fb%2520')?.[1]).toEqual({ userId: 'a/b%20' });
    expect(found('GET', '/v1/users/%zz')?.[1]).toEqual({ userId: '%zz' });
  });
});
