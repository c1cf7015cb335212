import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Instant } from '../../components/instant';
import { LoadError } from '../../components/load-error';
import { Avatar } from '../../components/ui/avatar';
import { Button } from '../../components/ui/button';
import { Card, CardTitle } from '../../components/ui/card';
import { Skeleton } from '../../components/ui/skeleton';
import { pageSizeMax } from '../../shared/people';
import { membershipsQuery, rowsPerSection, type Membership } from './person-queries';
import type { UserRow } from './queries';

function MembershipItem({ membership }: { membership: Membership }) {
  const { organization, role, joinedAt } = membership;
  const name = organization?.name ?? 'An organization that has not arrived';
  return (
    <li className="flex items-center gap-3 py-2">
      <Avatar name={name} imageUrl={organization?.imageUrl} className="size-8 rounded-md" />
      <span className="grid min-w-0 flex-1">
        <span className="truncate text-sm font-medium">{name}</span>
        <span className="text-xs text-muted-foreground">
          {role.replace(/^org:/, '')}, since <Instant at={joinedAt} />
        </span>
      </span>
    </li>
  );
}

/** The organizations a person belongs to. */
export function PersonMemberships({ user }: { user: UserRow }) {
  const [shown, setShown] = useState(rowsPerSection);
  const { data, error } = useQuery(membershipsQuery(user._id, shown));
  return (
    <Card aria-label="Organizations" className="gap-2">
      <CardTitle>Organizations</CardTitle>
      {error && <LoadError error={error} what="organizations" className="py-4" />}
      {!data && !error && <Skeleton className="h-10" />}
      {data?.page.length === 0 && <p className="text-sm text-muted-foreground">Member of none.</p>}
      <ul className="divide-y">
        {data?.page.map((membership) => (
          <MembershipItem key={membership.externalId} membership={membership} />
        ))}
      </ul>
      {data && !data.isDone && shown < pageSizeMax && (
        <Button size="sm" variant="outline" onClick={() => setShown(pageSizeMax)}>
          Show more
        </Button>
      )}
    </Card>
  );
}
