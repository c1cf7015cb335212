import { Link } from '@tanstack/react-router';
import { Suspense, useEffect, useRef, type ReactNode } from 'react';
import { LoadingList } from '../../components/loading-list';
import { PageHeader } from '../../components/page-header';
import { Permitted } from '../../components/permitted';
import { lazyPart } from '../../lib/lazy-part';
import { actorOf, useViewer } from '../../lib/live';
import { canSometimes, type Permission } from '../../shared/permissions';
import { RolesMatrix } from './roles-matrix';
import type { Section } from './search';

// These talk to the web server, which the rest of the page does not need.
const Health = lazyPart(async () => (await import('./health')).Health);
const Instance = lazyPart(async () => (await import('./instance')).Instance);
const Tokens = lazyPart(async () => (await import('./tokens')).Tokens);
const KeyRotation = lazyPart(async () => (await import('./key-rotation')).KeyRotation);

interface Part {
  section: Section;
  label: string;
  permission: Permission;
  content: ReactNode;
}

const parts: Part[] = [
  {
    section: 'roles',
    label: 'Roles and permissions',
    permission: 'settings:read',
    content: <RolesMatrix />,
  },
  { section: 'tokens', label: 'API tokens', permission: 'tokens:manage', content: <Tokens /> },
  { section: 'health', label: 'Connections', permission: 'settings:read', content: <Health /> },
  {
    section: 'keys',
    label: 'Vault keys',
    permission: 'credentials:write',
    content: <KeyRotation />,
  },
  { section: 'instance', label: 'Instance', permission: 'settings:read', content: <Instance /> },
];

/** Issue 5: how this installation is configured, and whether its connections are sound. */
export function SettingsPage({ section = 'roles' }: { section?: Section }) {
  const actor = actorOf(useViewer());
  const visible = parts.filter(({ permission }) => canSometimes(actor, permission));
  const shown = visible.find((part) => part.section === section);
  const tabs = useRef<HTMLElement>(null);
  // On a phone not all fit beside each other.
  useEffect(() => {
    const current = tabs.current?.querySelector('[aria-current=page]');
    current?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [section]);
  return (
    <Permitted to="settings:read">
      <PageHeader title="Settings" description="How this installation is set up." />
      <nav ref={tabs} aria-label="Settings" className="mb-6 overflow-x-auto border-b">
        <ul className="flex gap-1">
          {visible.map((part) => (
            <li key={part.section}>
              <Link
                to="/admin/settings"
                search={part.section === 'roles' ? {} : { section: part.section }}
                aria-current={part === shown ? 'page' : undefined}
                activeOptions={{ exact: true, includeSearch: true }}
                className="block rounded-t-md border-b-2 border-transparent px-3 py-2 text-sm whitespace-nowrap text-muted-foreground outline-none hover:text-foreground focus-visible:ring-[3px] focus-visible:ring-ring/50 focus-visible:ring-inset aria-[current=page]:border-primary aria-[current=page]:font-medium aria-[current=page]:text-foreground"
              >
                {part.label}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      {shown ? (
        <Suspense fallback={<LoadingList label="Loading" />}>{shown.content}</Suspense>
      ) : (
        <p role="alert" className="text-sm text-muted-foreground">
          Your role does not include this part of the settings.
        </p>
      )}
    </Permitted>
  );
}
