import { Link } from '@tanstack/react-router';
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
import { actorOf, type Viewer } from '../../lib/live';
import { canSometimes, type Permission } from '../../shared/permissions';

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
}

const sections: { label: string; items: Item[] }[] = [
  {
    label: 'Overview',
    items: [
      { to: '/dashboard', label: 'Dashboard', icon: LayoutDashboardIcon, exact: true },
      {
        to: '/dashboard/users',
        label: 'Directory',
        icon: ContactIcon,
        permission: 'directory:read',
      },
    ],
  },
  {
    label: 'Administration',
    items: [
      { to: '/admin/users', label: 'Users', icon: UsersIcon, permission: 'users:read' },
      {
        to: '/admin/organizations',
        label: 'Organizations',
        icon: Building2Icon,
        permission: 'organizations:read',
      },
      { to: '/admin/sync', label: 'Sync', icon: RefreshCwIcon, permission: 'sync:read' },
      {
        to: '/admin/webhooks',
        label: 'Webhooks',
        icon: WebhookIcon,
        permission: 'deliveries:read',
      },
      { to: '/admin/audit', label: 'Audit log', icon: ScrollTextIcon, permission: 'audit:read' },
      { to: '/admin/settings', label: 'Settings', icon: SettingsIcon, permission: 'settings:read' },
    ],
  },
];

interface NavigationProps {
  viewer: Viewer;
  onNavigate?: () => void;
}

/** What the viewer's role has a use for; follows the row. */
export function Navigation({ viewer, onNavigate }: NavigationProps) {
  const actor = actorOf(viewer);
  const visible = sections
    .map(({ label, items }) => ({
      label,
      items: items.filter(({ permission }) => !permission || canSometimes(actor, permission)),
    }))
    .filter(({ items }) => items.length > 0);
  return (
    <nav aria-label="Main" className="flex-1 overflow-y-auto px-3 py-2">
      {visible.map((section) => (
        <div key={section.label} className="mb-4">
          <p className="px-2 pb-1 text-xs font-medium text-muted-foreground">{section.label}</p>
          <ul className="grid gap-0.5">
            {section.items.map(({ to, label, icon: Icon, exact }) => (
              <li key={to}>
                <Link
                  to={to}
                  activeOptions={{ exact: exact ?? false, includeSearch: false }}
                  onClick={onNavigate}
                  className="flex items-center gap-2.5 rounded-md px-2 py-1.5 text-sm text-foreground/80 outline-none hover:bg-accent hover:text-accent-foreground focus-visible:ring-[3px] focus-visible:ring-ring/50 data-[status=active]:bg-accent data-[status=active]:font-medium data-[status=active]:text-accent-foreground"
                >
                  <Icon className="size-4 shrink-0" aria-hidden />
                  {label}
                </Link>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </nav>
  );
}
