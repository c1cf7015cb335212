import { Card, CardDescription, CardHeader, CardTitle } from '../../components/ui/card';
import type { Viewer } from '../../lib/live';
import { ownerRole, roleLabel } from '../../shared/roles';

/** For a new installation: what to do next. */
export function FirstSteps({ viewer }: { viewer: Viewer }) {
  const owner = roleLabel(ownerRole).toLowerCase();
  const email = viewer.email ?? '<your email>';
  const isOwner = viewer.role === ownerRole;
  return (
    <Card aria-label="First steps">
      <CardHeader>
        <CardTitle>So far you are the only one here</CardTitle>
        <CardDescription>Three things make this installation useful:</CardDescription>
      </CardHeader>
      <ol className="grid list-decimal gap-2 pl-5 text-sm marker:text-muted-foreground">
        <li className={isOwner ? 'text-muted-foreground line-through' : undefined}>
          Make yourself {owner}: run{' '}
          <code className="rounded bg-muted px-1.5 py-0.5 text-xs break-all">
            npm run rollcall -- promote {email}
          </code>{' '}
          on the server.
        </li>
        <li>
          Let people in: whoever signs up appears here by itself, with the default role. Clerk's
          webhooks must reach <code className="text-xs break-all">/api/webhooks/clerk</code>.
        </li>
        <li>
          Give out roles: as {owner}, on the users page, or in Clerk's public metadata. Both ends up
          the same.
        </li>
      </ol>
    </Card>
  );
}
