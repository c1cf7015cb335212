import { useViewer } from '../lib/live';
import { roleVocabulary } from '../shared/roles';
import { Instant } from './instant';
import { RoleBadge } from './role-badge';
import { Avatar } from './ui/avatar';
import { Card } from './ui/card';

/** The viewer's own row, as the database has it. */
export function ViewerCard() {
  const viewer = useViewer();
  return (
    <Card className="flex-row flex-wrap items-center gap-x-4 gap-y-3" aria-label="Your account">
      <Avatar name={viewer.name} imageUrl={viewer.imageUrl} className="size-12 text-sm" />
      <div className="grid min-w-0 flex-1 gap-0.5">
        <p className="flex flex-wrap items-center gap-2 font-semibold">
          <span className="truncate">{viewer.name}</span>
          <RoleBadge role={viewer.role} />
        </p>
        <p className="truncate text-sm text-muted-foreground">{viewer.email ?? 'No email'}</p>
      </div>
      <dl className="grid grid-cols-[auto_auto] gap-x-3 gap-y-0.5 text-xs">
        <dt className="text-muted-foreground">Role</dt>
        <dd>{roleVocabulary.definitions[viewer.role].description}</dd>
        <dt className="text-muted-foreground">Last here</dt>
        <dd>
          <Instant at={viewer.lastLoginAt} />
        </dd>
        <dt className="text-muted-foreground">Member since</dt>
        <dd>
          <Instant at={viewer.createdAt} />
        </dd>
      </dl>
    </Card>
  );
}
