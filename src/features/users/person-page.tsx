import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ArrowLeftIcon, EllipsisIcon, ExternalLinkIcon, UserRoundXIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import { Instant } from '../../components/instant';
import { LoadError } from '../../components/load-error';
import { MenuOnDemand } from '../../components/menu-on-demand';
import { Notice } from '../../components/notice';
import { RoleBadge } from '../../components/role-badge';
import { Avatar } from '../../components/ui/avatar';
import { buttonVariants } from '../../components/ui/button';
import { Card, CardDescription, CardTitle } from '../../components/ui/card';
import { Permitted } from '../../components/permitted';
import { Skeleton } from '../../components/ui/skeleton';
import { clerkUserUrl } from '../../lib/clerk-dashboard';
import { lazyPart, preloading } from '../../lib/lazy-part';
import { actorOf, useViewer } from '../../lib/live';
import { canSometimes } from '../../shared/permissions';
import { roleLabel } from '../../shared/roles';
import { PersonAudit, PersonDeliveries, RoleHistory } from './person-history';
import { PersonMemberships } from './person-memberships';
import { personQuery } from './person-queries';
import { provenanceOf, type Provenance } from './provenance';
import { PushStatus } from './push-status';
import type { UserRow } from './queries';
import { useExpected } from './expected';
import { RowDialogs } from './row-dialogs';
import { MarkText, roleMark, StateBadge, stateLabels, stateMark } from './row-marks';

const loadMenu = () => import('./row-menu-content');
const RowMenuContent = lazyPart(async () => (await loadMenu()).RowMenuContent);

function LoadingPerson() {
  return (
    <output aria-label="Loading the person" className="grid gap-6">
      <span className="flex items-center gap-4">
        <Skeleton className="size-16 rounded-full" />
        <Skeleton className="h-8 w-56" />
      </span>
      <Skeleton className="h-72 rounded-xl" />
      <Skeleton className="h-40 rounded-xl" />
    </output>
  );
}

function Value({ value }: Pick<Provenance, 'value'>) {
  if (value.kind === 'instant') return <Instant at={value.at} />;
  return value.text === undefined ? (
    <span className="text-muted-foreground">None</span>
  ) : (
    <span className="wrap-anywhere">{value.text}</span>
  );
}

/** Each field with who said so and when. */
function Profile({ user }: { user: UserRow }) {
  const fields = provenanceOf(user, roleLabel(user.role), stateLabels[user.state]);
  return (
    <Card aria-label="Profile" className="gap-3">
      <CardTitle>Profile, and where each field comes from</CardTitle>
      <dl className="grid text-sm">
        {fields.map(({ field, value, source, at }) => (
          <div
            key={field}
            className="grid gap-x-4 gap-y-0.5 border-t py-2 first:border-t-0 sm:grid-cols-[8rem_minmax(0,1fr)_minmax(0,1fr)]"
          >
            <dt className="text-muted-foreground">{field}</dt>
            <dd className="font-medium">
              <Value value={value} />
            </dd>
            <dd className="text-xs text-muted-foreground sm:pt-0.5">
              {source}
              {at !== undefined && (
                <>
                  , <Instant at={at} />
                </>
              )}
            </dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}

/** Where the person stands against Clerk, with what can be done about it. */
function Standing({ user }: { user: UserRow }) {
  const [role, state] = [roleMark(user), stateMark(user)];
  return (
    <Card aria-label="In step with Clerk" className="gap-3">
      <CardTitle>In step with Clerk</CardTitle>
      <div className="grid justify-items-start gap-2 text-sm">
        <PushStatus user={user} />
        {role && <MarkText mark={role} />}
        {state && <MarkText mark={state} />}
      </div>
      <CardDescription className="font-mono text-xs break-all">{user.externalId}</CardDescription>
      <a
        href={clerkUserUrl(user.externalId)}
        target="_blank"
        rel="noreferrer"
        className={buttonVariants({ variant: 'outline', size: 'sm' })}
      >
        <ExternalLinkIcon aria-hidden /> Open in Clerk
      </a>
    </Card>
  );
}

function Head({ user }: { user: UserRow }) {
  return (
    <header className="mb-6 flex flex-wrap items-center gap-4">
      <Avatar name={user.name} imageUrl={user.imageUrl} className="size-16 text-lg" />
      <div className="grid min-w-0 flex-1 gap-1">
        <h1 className="text-2xl font-semibold tracking-tight wrap-anywhere">{user.name}</h1>
        <p className="text-sm wrap-anywhere text-muted-foreground">{user.email ?? 'No email'}</p>
        <p className="flex flex-wrap items-center gap-1.5">
          <RoleBadge role={user.role} />
          <StateBadge state={user.state} />
        </p>
      </div>
      <MenuOnDemand
        label={`Actions for ${user.name}`}
        icon={
          <>
            <EllipsisIcon aria-hidden /> <span className="max-sm:hidden">Actions</span>
          </>
        }
        className="border sm:w-auto sm:px-3"
        preload={preloading(loadMenu)}
        menu={(trigger) => <RowMenuContent user={user} trigger={trigger} onPage />}
      />
    </header>
  );
}

function PersonSections({ user }: { user: UserRow }) {
  const actor = actorOf(useViewer());
  return (
    <div className="grid gap-6 lg:grid-cols-[minmax(0,1fr)_18rem]">
      <div className="grid content-start gap-6">
        <Profile user={user} />
        {canSometimes(actor, 'audit:read') && <RoleHistory user={user} />}
        {canSometimes(actor, 'audit:read') && <PersonAudit user={user} />}
      </div>
      <div className="grid content-start gap-6">
        <Standing user={user} />
        {canSometimes(actor, 'organizations:read') && <PersonMemberships user={user} />}
        {canSometimes(actor, 'deliveries:read') && <PersonDeliveries user={user} />}
      </div>
    </div>
  );
}

function Frame({ children }: { children: ReactNode }) {
  return (
    <RowDialogs>
      <Link
        to="/admin/users"
        className="mb-4 inline-flex items-center gap-1.5 rounded-sm text-sm text-muted-foreground outline-none hover:text-foreground focus-visible:ring-[3px] focus-visible:ring-ring/50"
      >
        <ArrowLeftIcon className="size-4" aria-hidden /> Users
      </Link>
      {children}
    </RowDialogs>
  );
}

/** Requirement D2: one person, whole and live. */
export function PersonPage({ id }: { id: string }) {
  return (
    <Permitted to="users:read">
      <PersonOf id={id} />
    </Permitted>
  );
}

function PersonOf({ id }: { id: string }) {
  const { data: user, error } = useQuery(personQuery(id));
  if (error) {
    return (
      <Frame>
        <LoadError error={error} what="person" level={1} />
      </Frame>
    );
  }
  if (user === undefined) {
    return (
      <Frame>
        <LoadingPerson />
      </Frame>
    );
  }
  if (user === null) {
    return (
      <Frame>
        <Notice level={1} icon={<UserRoundXIcon aria-hidden />} title="There is no such person">
          <p>The link may be mistyped, or the person was erased.</p>
        </Notice>
      </Frame>
    );
  }
  return (
    <Frame>
      <Person live={user} />
    </Frame>
  );
}

function Person({ live }: { live: UserRow }) {
  const user = useExpected(live);
  return (
    <>
      <Head user={user} />
      <PersonSections user={user} />
    </>
  );
}
