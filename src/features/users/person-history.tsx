import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ArrowRightIcon } from 'lucide-react';
import { useState } from 'react';
import { Entry, sourceLabel } from '../../components/audit/entry';
import { partyName } from '../../components/audit/sentences';
import { Instant } from '../../components/instant';
import { LoadError } from '../../components/load-error';
import { LoadingList } from '../../components/loading-list';
import { OutcomeBadge } from '../../components/outcome-badge';
import { RoleBadge } from '../../components/role-badge';
import { Badge } from '../../components/ui/badge';
import { Button } from '../../components/ui/button';
import { Card, CardTitle } from '../../components/ui/card';
import { pageSizeMax } from '../../shared/people';
import { isRole } from '../../shared/roles';
import { deliveriesQuery, historyQuery, rowsPerSection } from './person-queries';
import type { UserRow } from './queries';
import { roleChanges } from './role-changes';

function RoleOrText({ role }: { role: unknown }) {
  if (isRole(role)) return <RoleBadge role={role} />;
  return <Badge variant="outline">{typeof role === 'string' ? role : 'None'}</Badge>;
}

/** The newest entries were looked through only: what came before them is not said to be nothing. */
function OlderRoles({ user }: { user: UserRow }) {
  return (
    <p className="text-sm text-muted-foreground">
      Of the newest {pageSizeMax} audit entries about this person.{' '}
      <Link
        to="/admin/audit"
        search={{ target: `user:${user.externalId}` }}
        className="underline underline-offset-4"
      >
        Older changes are in the audit log
      </Link>
    </p>
  );
}

/** Every role the person had, who gave it and when. */
export function RoleHistory({ user }: { user: UserRow }) {
  const { data, error } = useQuery(historyQuery(user.externalId, pageSizeMax));
  const changes = roleChanges(data?.page ?? []);
  return (
    <Card aria-label="Role history" className="gap-3">
      <CardTitle>Role history</CardTitle>
      {error && <LoadError error={error} what="role history" className="py-4" />}
      {!data && !error && <LoadingList label="Loading the role history" rows={2} />}
      {data?.isDone && changes.length === 0 && (
        <p className="text-sm text-muted-foreground">The role has never changed.</p>
      )}
      <ol className="grid gap-2.5">
        {changes.map((entry) => (
          <li key={entry._id} className="flex flex-wrap items-center gap-x-2 gap-y-1 text-sm">
            <RoleOrText role={entry.before?.['role']} />
            <ArrowRightIcon className="size-3.5 text-muted-foreground" aria-label="became" />
            <RoleOrText role={entry.after?.['role']} />
            <span className="text-xs text-muted-foreground">
              {partyName(entry.actor)}, {sourceLabel(entry.source)}, <Instant at={entry.at} />
            </span>
          </li>
        ))}
      </ol>
      {data && !data.isDone && <OlderRoles user={user} />}
    </Card>
  );
}

/** What the audit log says about the person. */
export function PersonAudit({ user }: { user: UserRow }) {
  const [shown, setShown] = useState(rowsPerSection);
  const { data, error } = useQuery(historyQuery(user.externalId, shown));
  return (
    <Card aria-label="Audit" className="gap-3 pb-2">
      <CardTitle>Audit</CardTitle>
      {error && <LoadError error={error} what="audit entries" className="py-4" />}
      {!data && !error && <LoadingList label="Loading the audit entries" rows={4} />}
      <ul className="-mx-5 border-t">
        {data?.page.map((entry) => (
          <Entry key={entry._id} entry={entry} />
        ))}
      </ul>
      {data && !data.isDone && shown < pageSizeMax && (
        <Button
          size="sm"
          variant="outline"
          className="mb-3 w-fit"
          onClick={() => setShown(pageSizeMax)}
        >
          Show more
        </Button>
      )}
    </Card>
  );
}

/** The webhooks about the person and what became of each. */
export function PersonDeliveries({ user }: { user: UserRow }) {
  const { data, error } = useQuery(deliveriesQuery(user.externalId, rowsPerSection));
  return (
    <Card aria-label="Webhooks about this person" className="gap-3">
      <CardTitle>Webhooks</CardTitle>
      {error && <LoadError error={error} what="webhooks" className="py-4" />}
      {!data && !error && <LoadingList label="Loading the webhooks" rows={2} />}
      {data?.page.length === 0 && (
        <p className="text-sm text-muted-foreground">None arrived about this person.</p>
      )}
      <ul className="grid gap-2.5">
        {data?.page.map((delivery) => (
          <li key={delivery._id} className="grid gap-0.5 text-sm">
            <span className="flex flex-wrap items-center justify-between gap-2">
              <span className="font-mono text-xs">{delivery.type}</span>
              <OutcomeBadge outcome={delivery.outcome} />
            </span>
            <span className="text-xs text-muted-foreground">
              <Instant at={delivery.receivedAt} />
              {delivery.why && `: ${delivery.why}`}
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );
}
