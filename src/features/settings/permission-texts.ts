import type { Permission } from '../../shared/permissions';

/** What each permission lets somebody do, for the matrix and for the scopes of API tokens. */
export const permissionTexts: Record<Permission, string> = {
  'directory:read': 'See who works here',
  'users:read': 'See people with their addresses, states and pushes',
  'users:setRole': 'Change roles',
  'users:update': 'Change names',
  'users:invite': 'Invite people',
  'users:deactivate': 'Deactivate people',
  'users:reactivate': 'Reactivate people',
  'users:delete': 'Delete people for good',
  'pushes:retry': 'Send failed changes to Clerk again',
  'sync:read': 'See sync runs and their results',
  'sync:run': 'Run a sync with Clerk',
  'audit:read': 'Read the audit log and check its chain',
  'audit:export': 'Export the audit log',
  'deliveries:read': 'See webhooks and what became of them',
  'deliveries:replay': 'Replay webhooks and read their metadata',
  'alarms:acknowledge': 'Mark alarms as seen',
  'brakes:decide': 'Confirm or reject too many changes at once',
  'organizations:read': 'See organizations and their members',
  'credentials:write': 'Store, test and replace credentials of organizations',
  'tokens:manage': 'Make and revoke API tokens',
  'settings:read': 'See these settings and the health of the connections',
};
