import {
  Building2Icon,
  ContactIcon,
  LayoutDashboardIcon,
  RefreshCwIcon,
  ScrollTextIcon,
  SettingsIcon,
  UsersIcon,
  WebhookIcon,
  type LucideIcon,
} from 'lucide-react';
import { canSometimes, type Actor, type Permission } from '../shared/permissions';

/** A page that people go to by itself. */
interface Item {
  to:
    | '/dashboard'
    | '/dashboard/users'
    | '/admin/users'
    | '/admin/sync'
    | '/admin/organizations'
    | '/admin/webhooks'
    | '/admin/audit'
    | '/admin/settings';
  label: string;
  icon: LucideIcon;
  permission?: Permission;
  exact?: boolean;
  /** Follows `g` on the keyboard. */
  key: string;
}

const administration = 'Administration';

const sections: { label: string; items: Item[] }[] = [
  {
    label: 'Overview',
    items: [
      { to: '/dashboard', key: 'd', label: 'Dashboard', icon: LayoutDashboardIcon, exact: true },
      {
        to: '/dashboard/users',
        key: 'y',
        label: 'Directory',
        icon: ContactIcon,
        permission: 'directory:read',
      },
    ],
  },
  {
    label: administration,
    items: [
      { to: '/admin/users', key: 'u', label: 'Users', icon: UsersIcon, permission: 'users:read' },
      {
        to: '/admin/organizations',
        key: 'o',
        label: 'Organizations',
        icon: Building2Icon,
        permission: 'organizations:read',
      },
      { to: '/admin/sync', key: 's', label: 'Sync', icon: RefreshCwIcon, permission: 'sync:read' },
      {
        to: '/admin/webhooks',
        key: 'w',
        label: 'Webhooks',
        icon: WebhookIcon,
        permission: 'deliveries:read',
      },
      {
        to: '/admin/audit',
        key: 'a',
        label: 'Audit log',
        icon: ScrollTextIcon,
        permission: 'audit:read',
      },
      {
        to: '/admin/settings',
        key: 't',
        label: 'Settings',
        icon: SettingsIcon,
        permission: 'settings:read',
      },
    ],
  },
];

/** Whether any page of the administration has a use for an actor's role. */
export function mayEnterAdministration(actor: Actor): boolean {
  return firstAdminPage(actor) !== undefined;
}

/** The first page of the administration that an actor's role includes. */
export function firstAdminPage(actor: Actor): Item['to'] | undefined {
  return visibleSections(actor).find(({ label }) => label === administration)?.items[0]?.to;
}

/** What an actor's role has a use for, for the navigation, the palette and the keyboard. */
export function visibleSections(actor: Actor): typeof sections {
  return sections
    .map(({ label, items }) => ({
      label,
      items: items.filter(({ permission }) => !permission || canSometimes(actor, permission)),
    }))
    .filter(({ items }) => items.length > 0);
}
