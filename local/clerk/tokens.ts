import {
  createHash,
  createPrivateKey,
  createPublicKey,
  createSign,
  createVerify,
} from 'node:crypto';
import type { Clock } from './clock';
import type { InstanceKeys } from './keys';
import { newToken } from './ids';
import { absoluteUrl } from './resources/view';
import { primaryEmailOf } from './store/table-specs';
import type {
  MembershipEntity,
  OrganizationEntity,
  SessionEntity,
  UserEntity,
} from './store/types';

/** What Clerk's session tokens and template tokens carry in `cat`, so that neither passes as the other. */
const sessionCategory = 'cl_B7d4PD111AAA';
const templateCategory = 'cl_B7d4PD222AAA';
const tokenLifetimeS = 60;
const clockLeewayS = 10;
const minuteMs = 60_000;

export type Claims = Record<string, unknown>;

export interface SessionTokenInput {
  session: SessionEntity;
  user: UserEntity;
  /** Origin of the page that asked: the `azp` claim. */
  authorizedParty: string | null;
  /** Instead of Clerk's 60 s. */
  lifetimeS?: number;
  /** The organization the session is working in, with the person's place in it. */
  active?: { organization: OrganizationEntity; membership: MembershipEntity };
}

export interface TemplateTokenInput {
  user: UserEntity;
  session: SessionEntity;
  authorizedParty: string | null;
  lifetimeS?: number;
}

export interface TokenIssuer {
  /** The 60 s session token (claims version 2). */
  sessionToken(input: SessionTokenInput): string;
  /** The token of the `convex` JWT template. */
  convexToken(input: TemplateTokenInput): string;
  /** Signs any claims with the instance key: handshake payloads, tickets. */
  sign(claims: Claims, category?: string): string;
  /** Claims of a token of this instance that has not been tampered with, expired or not; else null. */
  verify(token: string): Claims | null;
  jwks(): { keys: object[] };
}

export const jwtTemplates = {
  convex: { name: 'convex', lifetimeS: 60, audience: 'convex' },
} as const;

export function createTokenIssuer(
  keys: InstanceKeys,
  issuer: () => string,
  clock: Clock,
): TokenIssuer {
  const privateKey = createPrivateKey(keys.privateKeyPem);
  const publicKey = createPublicKey(keys.publicKeyPem);
  // Verifiers compare with their own clocks, which a moved local clock does not move.
  const nowS = () => Math.floor(clock.machine() / 1000);

  const sign = (claims: Claims, category?: string) => {
    const header = {
      alg: 'RS256',
      ...(category && { cat: category }),
      kid: keys.instanceId,
      typ: 'JWT',
    };
    const content = `${encode(header)}.${encode(claims)}`;
    return `${content}.${createSign('RSA-SHA256').update(content).sign(privateKey, 'base64url')}`;
  };
  const base = (azp: string | null, lifetimeS = tokenLifetimeS) => ({
    ...(azp && { azp }),
    exp: nowS() + lifetimeS,
    iat: nowS(),
    iss: issuer(),
    nbf: nowS() - clockLeewayS,
  });

  return {
    sign,
    sessionToken({ session, user, authorizedParty, active, lifetimeS }) {
      const verifiedMinutesAgo = Math.max(
        0,
        Math.floor((clock.now() - session.firstFactorVerifiedAt) / minuteMs),
      );
      const claims = {
        ...base(authorizedParty, lifetimeS),
        fva: [verifiedMinutesAgo, -1],
        jti: newToken(10),
        ...(active && { o: organizationClaim(active) }),
        sid: session.id,
        sts: session.status === 'pending' ? 'pending' : 'active',
        sub: user.id,
        v: 2,
      };
      return sign(claims, sessionCategory);
    },
    convexToken({ user, authorizedParty, lifetimeS }) {
      const claims = {
        ...base(authorizedParty, lifetimeS ?? jwtTemplates.convex.lifetimeS),
        jti: newToken(10),
        sub: user.id,
      };
      return sign({ ...claims, ...convexTemplateClaims(user, issuer()) }, templateCategory);
    },
    verify(token) {
      const [header, payload, signature, ...rest] = token.split('.');
      if (!header || !payload || !signature || rest.length > 0) return null;
      const check = createVerify('RSA-SHA256').update(`${header}.${payload}`);
      try {
        if (!check.verify(publicKey, signature, 'base64url')) return null;
        return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as Claims;
      } catch {
        return null;
      }
    },
    jwks: () => ({
      keys: [
        { use: 'sig', kid: keys.instanceId, alg: 'RS256', ...publicKey.export({ format: 'jwk' }) },
      ],
    }),
  };
}

/** The `convex` template as Clerk's dashboard shows it, in its shortcodes. */
export const convexTemplateShape = {
  aud: jwtTemplates.convex.audience,
  name: '{{user.full_name}}',
  nickname: '{{user.username}}',
  given_name: '{{user.first_name}}',
  family_name: '{{user.last_name}}',
  email: '{{user.primary_email_address}}',
  email_verified: '{{user.email_verified}}',
  picture: '{{user.image_url}}',
  phone_number: '{{user.primary_phone_number}}',
  phone_number_verified: '{{user.phone_number_verified}}',
  updated_at: '{{user.updated_at}}',
} as const;

/** The claims of Clerk's own "Convex" template, as its dashboard fills them in. */
function convexTemplateClaims(user: UserEntity, url: string): Claims {
  const primary = user.emails.find((email) => email.id === user.primaryEmailId);
  const name = [user.firstName, user.lastName].filter(Boolean).join(' ');
  return {
    aud: jwtTemplates.convex.audience,
    name,
    nickname: user.username,
    given_name: user.firstName,
    family_name: user.lastName,
    email: primaryEmailOf(user),
    email_verified: primary?.verification?.status === 'verified',
    picture: absoluteUrl(user.imageUrl, { url }),
    phone_number:
      user.phones.find((phone) => phone.id === user.primaryPhoneId)?.phoneNumber ?? null,
    phone_number_verified: user.phones.some(
      (phone) => phone.id === user.primaryPhoneId && phone.verification?.status === 'verified',
    ),
    updated_at: new Date(user.updatedAt).toISOString(),
  };
}

function organizationClaim(active: NonNullable<SessionTokenInput['active']>): Claims {
  return {
    id: active.organization.id,
    rol: active.membership.role.replace(/^org:/, ''),
    slg: active.organization.slug,
  };
}

/** First 8 characters of base64url(sha1(publishable key)): the suffix of Clerk's cookies. */
export function cookieSuffix(publishableKey: string): string {
  return createHash('sha1').update(publishableKey).digest('base64url').slice(0, 8);
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}
