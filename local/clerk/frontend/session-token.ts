import type { RequestContext } from '../http/router';
import type { SessionEntity, UserEntity } from '../store/types';

/**
 * The origin a token is for: of the page that asks, or of the page a handshake returns to. It ends
 * up in `azp`, which servers compare with their own address.
 */
export function authorizedParty(ctx: RequestContext): string | null {
  if (ctx.headers.origin) return ctx.headers.origin;
  const redirectUrl = ctx.query.get('redirect_url');
  if (redirectUrl === null || !URL.canParse(redirectUrl)) return null;
  return new URL(redirectUrl).origin;
}

/** A fresh session token, with the organization the session works in where it has one. */
export function mintSessionToken(
  ctx: RequestContext,
  session: SessionEntity,
  user: UserEntity,
): string {
  const { store, tokens } = ctx.services;
  const organizationId = session.lastActiveOrganizationId;
  const input = { session, user, authorizedParty: authorizedParty(ctx) };
  if (organizationId === null) return tokens.sessionToken(input);
  const organization = store.get('organizations', organizationId);
  const membership = store.first('memberships', { organizationId, userId: user.id });
  if (!organization || !membership) return tokens.sessionToken(input);
  return tokens.sessionToken({ ...input, active: { organization, membership } });
}
