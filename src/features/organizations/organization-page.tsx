import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ArrowLeftIcon, Building2Icon, HistoryIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import { Entry } from '../../components/audit/entry';
import { Instant } from '../../components/instant';
import { LoadError } from '../../components/load-error';
import { LoadingList } from '../../components/loading-list';
import { Notice } from '../../components/notice';
import { Permitted, useMay } from '../../components/permitted';
import { Avatar } from '../../components/ui/avatar';
import { buttonVariants } from '../../components/ui/button';
import { Card } from '../../components/ui/card';
import { Skeleton } from '../../components/ui/skeleton';
import { Members } from './members';
import { StatusBadge } from './organizations-page';
import { historyQuery, organizationQuery, type OrganizationRow } from './queries';
import type { OrganizationSearch } from './search';

interface OrganizationPageProps {
  id: string;
  search: OrganizationSearch;
  onSearch: (search: OrganizationSearch) => void;
  /** What belongs to it beside its members; a part of another feature. */
  vault: (organization: OrganizationRow) => ReactNode;
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-xs text-muted-foreground">{label}</dt>
      <dd className="wrap-anywhere">{children}</dd>
    </div>
  );
}

function pretty(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json), null, 2);
  } catch {
    return json;
  }
}

function Facts({ organization }: { organization: OrganizationRow }) {
  const { publicMetadata } = organization;
  return (
    <Card aria-label="What Clerk says about it" className="mb-8">
      <dl className="grid gap-x-6 gap-y-3 text-sm sm:grid-cols-2 lg:grid-cols-[1.5fr_0.75fr_1fr_1fr]">
        <Fact label="Clerk id">
          <span className="font-mono text-xs">{organization.externalId}</span>
        </Fact>
        <Fact label="Members">{organization.members.toLocaleString('en')}</Fact>
        <Fact label="Created">
          <Instant at={organization.createdAt} />
        </Fact>
        <Fact label={organization.deletedAt === undefined ? 'Last changed' : 'Deleted'}>
          <Instant at={organization.deletedAt ?? organization.updatedAt} />
        </Fact>
      </dl>
      <div className="grid gap-1.5 text-sm">
        <h2 className="text-xs text-muted-foreground">Public metadata</h2>
        {publicMetadata === undefined ? (
          <p className="text-muted-foreground">None</p>
        ) : (
          <pre
            // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a region that scrolls must take focus
            tabIndex={0}
            aria-label="Public metadata"
            className="max-h-56 overflow-auto rounded-lg bg-muted/60 p-3 font-mono text-xs outline-none focus-visible:ring-[3px] focus-visible:ring-ring/50"
          >
            {pretty(publicMetadata)}
          </pre>
        )}
      </div>
    </Card>
  );
}

function History({ organization: { externalId } }: { organization: OrganizationRow }) {
  const { data, error } = useQuery(historyQuery(externalId));
  const content = () => {
    if (error) return <LoadError what="history" error={error} className="py-8" />;
    if (!data) return <LoadingList label="Loading the history" rows={3} />;
    if (data.page.length === 0) {
      return (
        <Notice
          icon={<HistoryIcon aria-hidden />}
          title="Nothing is written down"
          className="py-8"
        />
      );
    }
    return (
      <ol aria-label="History">
        {data.page.map((entry) => (
          <Entry key={entry._id} entry={entry} />
        ))}
      </ol>
    );
  };
  return (
    <section aria-labelledby="history-title" className="mb-8">
      <div className="mb-3 flex flex-wrap items-center justify-between gap-2">
        <h2 id="history-title" className="text-lg font-semibold">
          History
        </h2>
        <Link
          to="/admin/audit"
          search={{ target: `organization:${externalId}` }}
          className={buttonVariants({ variant: 'outline', size: 'sm' })}
        >
          All of it in the audit log
        </Link>
      </div>
      <div className="overflow-hidden rounded-xl border bg-card shadow-xs">{content()}</div>
    </section>
  );
}

function Organization({ id, search, onSearch, vault }: OrganizationPageProps) {
  const { data: organization, error } = useQuery(organizationQuery(id));
  const mayReadAudit = useMay('audit:read');
  if (error) {
    return <LoadError what="organization" error={error} level={1} />;
  }
  if (organization === null) {
    return (
      <Notice
        level={1}
        icon={<Building2Icon aria-hidden />}
        title="There is no such organization"
      />
    );
  }
  if (!organization) return <Skeleton className="h-64 rounded-xl" />;
  return (
    <>
      <header className="mb-6 flex min-w-0 items-center gap-4">
        <Avatar
          name={organization.name}
          {...(organization.imageUrl && { imageUrl: organization.imageUrl })}
          className="size-12 text-sm"
        />
        <div className="grid min-w-0 gap-1">
          <h1 className="flex flex-wrap items-center gap-2 text-2xl font-semibold tracking-tight wrap-anywhere">
            {organization.name} <StatusBadge status={organization.status} />
          </h1>
          {organization.slug && (
            <p className="text-sm wrap-anywhere text-muted-foreground">{organization.slug}</p>
          )}
        </div>
      </header>
      <Facts organization={organization} />
      <Members id={id} search={search} onSearch={onSearch} />
      {vault(organization)}
      {mayReadAudit && <History organization={organization} />}
    </>
  );
}

/** E5, E6: one organization: what Clerk says, who belongs to it, its credentials, its history. */
export function OrganizationPage(props: OrganizationPageProps) {
  return (
    <Permitted to="organizations:read">
      <Link
        to="/admin/organizations"
        className="mb-4 inline-flex items-center gap-1.5 rounded-sm text-sm text-muted-foreground outline-none hover:text-foreground focus-visible:ring-[3px] focus-visible:ring-ring/50"
      >
        <ArrowLeftIcon className="size-4" aria-hidden /> Organizations
      </Link>
      <Organization {...props} />
    </Permitted>
  );
}
