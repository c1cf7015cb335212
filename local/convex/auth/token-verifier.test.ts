import fc from 'fast-check';
import { base64url, UnsecuredJWT } from 'jose';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { AuthProvider } from '../engine/contract';
import { newSigningKey, signToken, TokenProvider, type SigningKey } from './testing/token-provider';
import { TokenVerifier } from './token-verifier';

let rsa: SigningKey;
let ec: SigningKey;
let stranger: SigningKey;
let oidc: TokenProvider;
let providers: AuthProvider[];
let verifier: TokenVerifier;

const custom = 'https://custom.example';
const dataUrl = (keys: SigningKey[]) =>
  `data:text/plain;charset=utf-8;base64,${Buffer.from(JSON.stringify({ keys: keys.map((key) => key.publicJwk) })).toString('base64')}`;

beforeAll(async () => {
  [rsa, ec, stranger] = await Promise.all([
    newSigningKey('rsa-1', 'RS256'),
    newSigningKey('ec-1', 'ES256'),
    newSigningKey('rsa-1', 'RS256'),
  ]);
});
beforeEach(async () => {
  oidc = await TokenProvider.start(rsa, ec);
  providers = [
    { kind: 'oidc', issuer: oidc.issuer, applicationId: 'convex' },
    {
      kind: 'customJwt',
      issuer: custom,
      jwksUrl: dataUrl([ec]),
      algorithm: 'ES256',
      applicationId: 'app',
    },
  ];
  verifier = new TokenVerifier(() => providers);
});
afterEach(async () => {
  vi.useRealTimers();
  await oidc.close();
});
afterAll(() => undefined);

const oidcClaims = () => ({ iss: oidc.issuer, aud: 'convex' });

describe('token verification', () => {
  it('B6: accepts tokens of the configured issuer and audience, RS256 and ES256', async () => {
    for (const key of [rsa, ec]) {
      const { user } = await verifier.verify(
        await signToken(key, { ...oidcClaims(), sub: 'user_x' }),
      );
      expect(user).toEqual({
        tokenIdentifier: `${oidc.issuer}|user_x`,
        issuer: oidc.issuer,
        subject: 'user_x',
      });
    }
  });

  it('B6: a token known already still ends with its time and with the configuration', async () => {
    const token = await signToken(rsa, { ...oidcClaims(), expiresInS: 20 });
    const first = await verifier.verify(token);
    expect(await verifier.verify(token)).toBe(first);
    const tampered = `${token.slice(0, -4)}AAAA`;
    await expect(verifier.verify(tampered)).rejects.toMatchObject({ code: 'Unauthenticated' });
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 30_000 });
    await expect(verifier.verify(token)).rejects.toThrow('expired');
    vi.useRealTimers();
    expect(await verifier.verify(token)).toEqual(first);
    providers = providers.slice(1);
    await expect(verifier.verify(token)).rejects.toMatchObject({ code: 'NoAuthProvider' });
  });

  it('renames standard claims as UserIdentity has them and keeps custom ones', async () => {
    const token = await signToken(rsa, {
      ...oidcClaims(),
      name: 'Ada L',
      given_name: 'Ada',
      email: 'ada@x.test',
      email_verified: true,
      picture: 'https://x.test/a.png',
      phone_number: null,
      updated_at: 1_700_000_000,
      org: { id: 'org_1', tags: ['a'] },
      role: 'admin',
      azp: 'https://app.test',
    });
    const { user } = await verifier.verify(token);
    expect(user).toEqual({
      tokenIdentifier: `${oidc.issuer}|user_1`,
      issuer: oidc.issuer,
      subject: 'user_1',
      name: 'Ada L',
      givenName: 'Ada',
      email: 'ada@x.test',
      emailVerified: true,
      pictureUrl: 'https://x.test/a.png',
      updatedAt: '2023-11-14T22:13:20.000Z',
      org: { id: 'org_1', tags: ['a'] },
      role: 'admin',
    });
  });

  it('refuses an ID token with a standard claim of the wrong type, naming the claim', async () => {
    const token = await signToken(rsa, { ...oidcClaims(), address: 'Main Street 1' });
    await expect(verifier.verify(token)).rejects.toThrow(/"address" must be of type object/);
  });

  it('customJwt: keys from a data: URL, nested claims under dotted names', async () => {
    const claims = {
      iss: custom,
      aud: ['other', 'app'],
      properties: { id: '1', deep: { x: 2 } },
      email: 'a@b',
    };
    const { user } = await verifier.verify(await signToken(ec, claims));
    expect(user).toMatchObject({ 'properties.id': '1', 'properties.deep.x': 2, email: 'a@b' });
  });

  it('says until when the token counts', async () => {
    const { expiresAtMs } = await verifier.verify(
      await signToken(rsa, { ...oidcClaims(), expiresInS: 60 }),
    );
    expect(Math.abs(expiresAtMs - Date.now() - 60_000)).toBeLessThan(2_000);
  });

  it('tolerates 5 s of clock difference and no more', async () => {
    await verifier.verify(await signToken(rsa, { ...oidcClaims(), expiresInS: -3 }));
    const late = await signToken(rsa, { ...oidcClaims(), expiresInS: -8 });
    await expect(verifier.verify(late)).rejects.toThrow('the token has expired');
  });

  it.each<[string, () => Promise<string>, RegExp]>([
    [
      'another issuer',
      () => signToken(rsa, { iss: 'https://evil.test', aud: 'convex' }),
      /No auth provider found.*https:\/\/evil\.test.*auth\.config\.ts/,
    ],
    [
      'another audience',
      () => signToken(rsa, { ...oidcClaims(), aud: 'other' }),
      /No auth provider found.*"other"/,
    ],
    ['no audience', () => signToken(rsa, { iss: oidc.issuer }), /No auth provider found/],
    [
      'a key of somebody else under the same id',
      () => signToken(stranger, oidcClaims()),
      /signature does not match/,
    ],
    [
      'an unknown key id',
      () => signToken(rsa, oidcClaims(), { kid: 'gone', typ: 'JWT' }),
      /no key with the id/,
    ],
    [
      'the key of another provider',
      () => signToken(rsa, { iss: custom, aud: 'app' }),
      /algorithm is not the one/,
    ],
    [
      'no algorithm',
      async () =>
        new UnsecuredJWT({ ...oidcClaims(), sub: 'x' })
          .setExpirationTime('1h')
          .setIssuedAt()
          .encode(),
      /signed with none/,
    ],
    ['not a token', async () => 'abc.def', /Could not parse the token/],
    ['an empty subject', () => signToken(rsa, { ...oidcClaims(), sub: '' }), /no "sub"/],
    [
      'no key id (customJwt)',
      () => signToken(ec, { iss: custom, aud: 'app' }, { typ: 'JWT' }),
      /no "kid"/,
    ],
    [
      'not yet valid',
      () => signToken(rsa, { ...oidcClaims(), nbf: Math.floor(Date.now() / 1000) + 60 }),
      /nbf/,
    ],
  ])('refuses %s', async (_name, make, message) => {
    await expect(verifier.verify(await make())).rejects.toThrow(message);
  });

  it('property: no changed bit of a token is accepted as another identity', async () => {
    const token = await signToken(rsa, { ...oidcClaims(), sub: 'user_good' });
    const good = await verifier.verify(token);
    await fc.assert(
      fc.asyncProperty(
        fc.nat(token.length - 1),
        fc.constantFrom('A', 'B', 'x', 'y', 'z', '0', '9', '-', '_', '.'),
        async (at, character) => {
          const tampered = token.slice(0, at) + character + token.slice(at + 1);
          const verified = await verifier.verify(tampered).catch(() => undefined);
          // The last character of a base64url part has unused bits: the same bytes may come out.
          expect(verified ?? good).toEqual(good);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('property: no claims are accepted that the signature does not cover', async () => {
    const [header, , signature] = (await signToken(rsa, oidcClaims())).split('.');
    await fc.assert(
      fc.asyncProperty(fc.record({ sub: fc.string(), role: fc.string() }), async (claims) => {
        const exp = Math.floor(Date.now() / 1000) + 60;
        const payload = base64url.encode(
          JSON.stringify({ ...oidcClaims(), iat: 1, exp, ...claims }),
        );
        await expect(verifier.verify(`${header}.${payload}.${signature}`)).rejects.toThrow(/token/);
      }),
    );
  });

  it('property: an RSA public key never serves as an HMAC secret', async () => {
    const secret = Buffer.from(JSON.stringify(rsa.publicJwk));
    const { SignJWT } = await import('jose');
    const token = await new SignJWT({ ...oidcClaims(), sub: 'x' })
      .setProtectedHeader({ alg: 'HS256', kid: 'rsa-1' })
      .setIssuedAt()
      .setExpirationTime('1h')
      .sign(secret);
    await expect(verifier.verify(token)).rejects.toThrow(/signed with HS256/);
  });
});

describe('keys of a provider', () => {
  it('are fetched once for many tokens', async () => {
    const tokens = await Promise.all(
      Array.from({ length: 20 }, () => signToken(rsa, oidcClaims())),
    );
    await Promise.all(tokens.map((token) => verifier.verify(token)));
    expect(oidc.asked.toSorted()).toEqual(['/.well-known/openid-configuration', '/jwks']);
  });

  it('are fetched again for an unknown key id, but only so often', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    await verifier.verify(await signToken(rsa, oidcClaims()));
    const rotated = await newSigningKey('rsa-2', 'RS256');
    oidc.keys = [rotated];
    const token = await signToken(rotated, oidcClaims());
    await expect(verifier.verify(token)).rejects.toThrow(/no key with the id/);
    vi.setSystemTime(Date.now() + 6_000);
    await verifier.verify(token);
    const fetches = oidc.asked.filter((path) => path === '/jwks').length;
    for (let i = 0; i < 10; i += 1) {
      const unknown = await signToken(rsa, oidcClaims(), { kid: `unknown${i}`, typ: 'JWT' });
      await expect(verifier.verify(unknown)).rejects.toThrow(/no key with the id/);
    }
    expect(oidc.asked.filter((path) => path === '/jwks').length).toBe(fetches);
  });

  it('recover after the provider was away, and the error says what to check', async () => {
    oidc.status = 503;
    const token = await signToken(rsa, oidcClaims());
    await expect(verifier.verify(token)).rejects.toThrow(/answered 503.*provider is running/);
    oidc.status = 200;
    vi.useFakeTimers({ toFake: ['Date'] });
    vi.setSystemTime(Date.now() + 1_500);
    await verifier.verify(token);
  });

  it('are not taken from a document that names another issuer', async () => {
    oidc.namedIssuer = 'https://other.test';
    await expect(verifier.verify(await signToken(rsa, oidcClaims()))).rejects.toThrow(
      /names another issuer/,
    );
  });

  it('follow the configuration: a provider that was removed is refused at once', async () => {
    const token = await signToken(rsa, oidcClaims());
    await verifier.verify(token);
    providers = [];
    await expect(verifier.verify(token)).rejects.toThrow(/no providers are configured/);
  });
});
