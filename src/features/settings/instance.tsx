import type { ReactNode } from 'react';
import { appConfig } from '../../../app.config';
import { LoadError } from '../../components/load-error';
import { Card } from '../../components/ui/card';
import { Skeleton } from '../../components/ui/skeleton';
import { useCheck } from './commands';

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-xs text-muted-foreground">{label}</dt>
      <dd className="wrap-anywhere">{children}</dd>
    </div>
  );
}

/** Which system this is, and in which version. */
export function Instance() {
  const check = useCheck();
  if (check.error) {
    return <LoadError what="instance" error={check.error} onRetry={() => void check.refetch()} />;
  }
  if (!check.data) return <Skeleton className="h-40 rounded-xl" />;
  const { instance } = check.data;
  return (
    <Card aria-label="Instance">
      <dl className="grid gap-x-6 gap-y-4 text-sm sm:grid-cols-2">
        <Fact label="Product">
          {appConfig.name} {instance.version}
        </Fact>
        <Fact label="Web server">Node {instance.node}</Fact>
        <Fact label="Public address">{instance.publicUrl ?? 'as requests say'}</Fact>
        <Fact label="Clerk instance">
          {instance.clerkInstanceId ?? 'learnt from the first webhook'}
        </Fact>
        <Fact label="Convex">{instance.convexUrl}</Fact>
        <Fact label="Convex HTTP actions">{instance.convexSiteUrl}</Fact>
        <Fact label="Entries in the audit log">{instance.auditEntries.toLocaleString('en')}</Fact>
        <Fact label="Deleted people are">
          {(appConfig.deletedUsers as string) === 'erase' ? 'erased' : 'kept as tombstones'}
        </Fact>
      </dl>
    </Card>
  );
}
