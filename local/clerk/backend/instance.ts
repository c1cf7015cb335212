import { flagParam } from './params';
import { newId, newToken } from '../ids';
import { route, type Reply, type RequestContext, type Route } from '../http/router';
import { convexTemplateShape, jwtTemplates } from '../tokens';

function getInstance(ctx: RequestContext): Reply {
  return {
    json: {
      object: 'instance',
      id: ctx.services.keys.instanceId,
      environment_type: 'development',
      allowed_origins: null,
      workspace_id: null,
    },
  };
}

function getJwks(ctx: RequestContext): Reply {
  return { json: ctx.services.tokens.jwks() };
}

function listJwtTemplates(ctx: RequestContext): Reply {
  const { keys } = ctx.services;
  const { name, lifetimeS } = jwtTemplates.convex;
  const template = {
    object: 'jwt_template',
    id: keys.jwtTemplateId,
    name,
    claims: convexTemplateShape,
    lifetime: lifetimeS,
    allowed_clock_skew: 5,
    custom_signing_key: false,
    signing_algorithm: 'RS256',
    created_at: keys.createdAt,
    updated_at: keys.createdAt,
  };
  const paginated = flagParam(ctx.query, 'paginated');
  return { json: paginated ? { data: [template], total_count: 1 } : [template] };
}

function listDomains(ctx: RequestContext): Reply {
  const { keys, url } = ctx.services;
  const domain = {
    object: 'domain',
    id: keys.instanceId.replace('ins_', 'dmn_'),
    name: keys.frontendHost,
    is_satellite: false,
    frontend_api_url: url,
    accounts_portal_url: null,
    development_origin: '',
  };
  return { json: { data: [domain], total_count: 1 } };
}

const testingTokenLifeS = 60 * 60;

/** There is no bot protection here to pass, so any token does. */
function createTestingToken(ctx: RequestContext): Reply {
  const now = ctx.services.clock.now();
  return {
    json: {
      object: 'testing_token',
      token: `${newId('mail', now)}-${newToken(12)}`,
      expires_at: Math.floor(now / 1000) + testingTokenLifeS,
    },
  };
}

export const instanceRoutes: readonly Route[] = [
  route('GET', '/v1/instance', getInstance),
  route('GET', '/v1/jwt_templates', listJwtTemplates),
  route('GET', '/v1/domains', listDomains),
  route('POST', '/v1/testing_tokens', createTestingToken),
];

/** OpenID Connect discovery: what verifiers of the issuer's tokens read, without any key. */
function getOpenIdConfiguration(ctx: RequestContext): Reply {
  const { url } = ctx.services;
  return {
    json: {
      issuer: url,
      authorization_endpoint: `${url}/oauth/authorize`,
      token_endpoint: `${url}/oauth/token`,
      userinfo_endpoint: `${url}/oauth/userinfo`,
      jwks_uri: `${url}/.well-known/jwks.json`,
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
      scopes_supported: ['openid', 'profile', 'email'],
      claims_supported: ['aud', 'email', 'email_verified', 'exp', 'iat', 'iss', 'name', 'sub'],
    },
  };
}

export const wellKnownRoutes: readonly Route[] = [
  route('GET', '/.well-known/openid-configuration', getOpenIdConfiguration),
  route('GET', '/.well-known/jwks.json', getJwks),
  route('GET', '/v1/jwks', getJwks),
];
