import { useQuery } from '@tanstack/react-query';
import { KeyRoundIcon, LockIcon } from 'lucide-react';
import { Suspense } from 'react';
import type { Id } from '../../../convex/_generated/dataModel';
import { Instant } from '../../components/instant';
import { LoadError } from '../../components/load-error';
import { useMay } from '../../components/permitted';
import { Badge } from '../../components/ui/badge';
import { Card, CardTitle } from '../../components/ui/card';
import { Skeleton } from '../../components/ui/skeleton';
import { lazyPart } from '../../lib/lazy-part';
import {
  credentialServiceInfo,
  credentialServices,
  type CredentialService,
} from '../../shared/credentials';
import { credentialsQuery, type Credential } from './queries';

// Brings the command client along, which reading the page does not need.
const CredentialActions = lazyPart(
  async () => (await import('./credential-actions')).CredentialActions,
);

function Standing({ current }: { current: Credential }) {
  const { active, test } = current;
  return (
    <span className="flex flex-wrap items-center gap-1.5">
      {active ? (
        <Badge variant="success">Active</Badge>
      ) : (
        <Badge variant="warning">Deactivated</Badge>
      )}
      {test && (
        <Badge variant={test.ok ? 'success' : 'destructive'}>
          {test.ok ? 'Connection works' : 'Connection fails'}
        </Badge>
      )}
    </span>
  );
}

function Story({ credential }: { credential: Credential }) {
  const { createdBy, createdAt, origin, test, usedAt } = credential;
  return (
    <div className="grid gap-0.5 text-xs text-muted-foreground">
      <p>
        {origin === 'fernet' ? 'Imported' : 'Stored'} by {createdBy?.name ?? 'somebody unknown'},{' '}
        <Instant at={createdAt} />
      </p>
      <p>
        Last used <Instant at={usedAt} fallback="never" />
      </p>
      {test && (
        <p>
          Tested <Instant at={test.at} />: {test.detail}
        </p>
      )}
    </div>
  );
}

function Older({ versions }: { versions: Credential[] }) {
  if (versions.length === 0) return null;
  return (
    <details className="text-xs text-muted-foreground">
      <summary className="w-fit cursor-pointer rounded-sm outline-none hover:text-foreground focus-visible:ring-[3px] focus-visible:ring-ring/50">
        {versions.length === 1 ? 'One earlier version' : `${versions.length} earlier versions`}
      </summary>
      <ul className="mt-1 grid gap-1">
        {versions.map(({ _id, lastFour, createdBy, createdAt }) => (
          <li key={_id}>
            <span className="font-mono">•••• {lastFour}</span>, by{' '}
            {createdBy?.name ?? 'somebody unknown'}, <Instant at={createdAt} />; destroyed
          </li>
        ))}
      </ul>
    </details>
  );
}

interface ServiceCardProps {
  organizationId: string;
  service: CredentialService;
  versions: Credential[];
  closed: boolean;
}

function ServiceCard({ organizationId, service, versions, closed }: ServiceCardProps) {
  const { label } = credentialServiceInfo[service];
  const [current, ...older] = versions;
  return (
    <Card aria-label={`${label} credential`} className="gap-3">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <CardTitle className="text-base">{label}</CardTitle>
        {current && <Standing current={current} />}
      </div>
      {current ? (
        <>
          <p className="font-mono text-sm" aria-label={`Ends in ${current.lastFour}`}>
            •••• •••• {current.lastFour}
          </p>
          <Story credential={current} />
        </>
      ) : (
        <p className="text-sm text-muted-foreground">Nothing is stored.</p>
      )}
      <Older versions={older} />
      {!closed && (
        <Suspense fallback={<Skeleton className="h-8 w-48" />}>
          <CredentialActions organizationId={organizationId} service={service} current={current} />
        </Suspense>
      )}
    </Card>
  );
}

function Cards({ organizationId, closed }: VaultProps) {
  const { data, error } = useQuery(credentialsQuery(organizationId));
  if (error) return <LoadError what="credentials" error={error} className="py-8" />;
  if (!data) return <Skeleton className="h-40 rounded-xl" />;
  return (
    <div className="grid gap-4 md:grid-cols-2">
      {credentialServices.map((service) => (
        <ServiceCard
          key={service}
          organizationId={organizationId}
          service={service}
          closed={closed}
          // Newest first, as the query has them within a service.
          versions={data.filter((one) => one.service === service)}
        />
      ))}
    </div>
  );
}

interface VaultProps {
  organizationId: Id<'organizations'>;
  /** The organization is gone: there is nothing to store any more. */
  closed: boolean;
}

/** E6: keys of other services, write-only: what there is, who stored it and when, and no more. */
export function Vault(props: VaultProps) {
  const may = useMay('credentials:write');
  return (
    <section aria-labelledby="credentials-title" className="mb-8">
      <h2 id="credentials-title" className="mb-3 flex items-center gap-2 text-lg font-semibold">
        <KeyRoundIcon className="size-4.5" aria-hidden /> Credentials
      </h2>
      {may ? (
        <Cards {...props} />
      ) : (
        <p className="flex items-center gap-2 rounded-xl border bg-card px-4 py-3 text-sm text-muted-foreground">
          <LockIcon className="size-4 shrink-0" aria-hidden /> Credentials are for those who may
          manage them (credentials:write).
        </p>
      )}
    </section>
  );
}
