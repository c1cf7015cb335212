import type { Json, JsonObject, UserIdentity } from '../engine/contract';
import { AuthError } from './auth-error';

type ClaimType = 'string' | 'boolean' | 'object' | 'time';

/** OIDC standard claims: their type, and their name in Convex's `UserIdentity`. */
const standardClaims: Record<string, { field: string; type: ClaimType }> = {
  name: { field: 'name', type: 'string' },
  given_name: { field: 'givenName', type: 'string' },
  family_name: { field: 'familyName', type: 'string' },
  nickname: { field: 'nickname', type: 'string' },
  preferred_username: { field: 'preferredUsername', type: 'string' },
  profile: { field: 'profileUrl', type: 'string' },
  picture: { field: 'pictureUrl', type: 'string' },
  website: { field: 'websiteUrl', type: 'string' },
  email: { field: 'email', type: 'string' },
  email_verified: { field: 'emailVerified', type: 'boolean' },
  gender: { field: 'gender', type: 'string' },
  birthdate: { field: 'birthday', type: 'string' },
  zoneinfo: { field: 'timezone', type: 'string' },
  locale: { field: 'language', type: 'string' },
  phone_number: { field: 'phoneNumber', type: 'string' },
  phone_number_verified: { field: 'phoneNumberVerified', type: 'boolean' },
  address: { field: 'address', type: 'object' },
  updated_at: { field: 'updatedAt', type: 'time' },
};

/** Claims about the token, not about the person. */
const protocolClaims = new Set(
  'iss sub aud exp nbf iat jti auth_time nonce acr amr azp at_hash c_hash'.split(' '),
);

/**
 * Verified claims in the shape of `ctx.auth.getUserIdentity()`.
 * OIDC: standard claims renamed, others kept as they are. customJwt: every claim keeps its name
 * and nested fields get dotted names (`identity["properties.email"]`).
 */
export function userIdentityFromClaims(
  claims: JsonObject & { iss: string; sub: string },
  kind: 'oidc' | 'customJwt',
): UserIdentity {
  const about = kind === 'oidc' ? oidcFields(claims) : customFields(claims);
  return {
    ...about,
    tokenIdentifier: `${claims.iss}|${claims.sub}`,
    issuer: claims.iss,
    subject: claims.sub,
  };
}

function oidcFields(claims: JsonObject): JsonObject {
  const fields: JsonObject = {};
  for (const [claim, value] of Object.entries(claims)) {
    if (protocolClaims.has(claim)) continue;
    const standard = standardClaims[claim];
    if (!standard) fields[claim] = value;
    else if (value !== null) fields[standard.field] = standardValue(claim, standard.type, value);
  }
  return fields;
}

/** Convex refuses an ID token whose standard claims have the wrong type; so does this. */
function standardValue(claim: string, type: ClaimType, value: Json): Json {
  if (type === 'time') {
    if (typeof value === 'string') return value;
    if (typeof value === 'number' && Math.abs(value) <= 8.64e12) {
      return new Date(value * 1000).toISOString();
    }
  } else if (type === 'object') {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return typeof value.formatted === 'string' ? value.formatted : JSON.stringify(value);
    }
  } else if (typeof value === type) {
    return value;
  }
  const expected = type === 'time' ? 'a number of seconds' : `of type ${type}`;
  throw new AuthError(
    'InvalidAuthHeader',
    `Could not parse as OIDC ID token: the standard claim "${claim}" must be ${expected}. ` +
      'Rename it if it carries something of your own.',
  );
}

function customFields(claims: JsonObject): JsonObject {
  const fields: JsonObject = {};
  const add = (prefix: string, object: JsonObject): void => {
    for (const [key, value] of Object.entries(object)) {
      const name = prefix + key;
      if (prefix === '' && protocolClaims.has(key)) continue;
      if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
        add(`${name}.`, value);
      } else {
        fields[name] = value;
      }
    }
  };
  add('', claims);
  return fields;
}
