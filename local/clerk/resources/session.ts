import type { SessionActivity, SessionEntity, SessionStatus } from '../store/types';

/** Sessions end by the passing of time as well as by acts; this is what the state is now. */
export function sessionStatusAt(session: SessionEntity, now: number): SessionStatus {
  if (session.status !== 'active' && session.status !== 'pending') return session.status;
  if (now >= session.expireAt) return 'expired';
  if (now >= session.abandonAt) return 'abandoned';
  return session.status;
}

export function sessionResource(session: SessionEntity, now: number): Record<string, unknown> {
  return {
    object: 'session',
    id: session.id,
    user_id: session.userId,
    client_id: session.clientId,
    actor: null,
    status: sessionStatusAt(session, now),
    last_active_organization_id: session.lastActiveOrganizationId,
    last_active_at: session.lastActiveAt,
    latest_activity: session.activity && activityResource(session.activity),
    expire_at: session.expireAt,
    abandon_at: session.abandonAt,
    created_at: session.createdAt,
    updated_at: session.updatedAt,
  };
}

function activityResource(activity: SessionActivity): Record<string, unknown> {
  const known = {
    device_type: activity.deviceType,
    browser_name: activity.browserName,
    browser_version: activity.browserVersion,
    ip_address: activity.ipAddress,
  };
  return {
    object: 'session_activity',
    id: activity.id,
    is_mobile: activity.isMobile,
    ...Object.fromEntries(Object.entries(known).filter(([, value]) => value !== null)),
  };
}
