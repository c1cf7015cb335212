import { Link } from '@tanstack/react-router';
import { CircleCheckIcon, CircleIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import { Card, CardDescription, CardTitle } from '../../components/ui/card';
import type { Viewer } from '../../lib/live';
import { defaultRole, ownerInText, ownerRole, roleNames } from '../../shared/roles';
import type { Health, Stats } from './queries';

interface Step {
  done: boolean;
  title: string;
  /** What to do, as long as it is not done. */
  how: ReactNode;
}

const code = 'rounded bg-muted px-1.5 py-0.5 text-xs break-all';

/** What a new installation needs, each checked against what is there. */
function stepsOf({ viewer, stats, health }: FirstStepsProps): Step[] {
  const others = roleNames.filter((role) => role !== defaultRole && role !== ownerRole);
  return [
    {
      done: (stats.byRole[ownerRole] ?? 0) > 0,
      title: `Somebody is ${ownerInText}`,
      how: (
        <>
          On the server, run{' '}
          <code className={code}>npm run rollcall -- promote {viewer.email ?? '<your email>'}</code>
          .
        </>
      ),
    },
    ...(health
      ? [
          {
            done: health.lastDeliveryAt !== undefined,
            title: 'Webhooks of Clerk arrive',
            how: (
              <>
                {health.remedy ??
                  "Add one of these addresses as an endpoint in Clerk's dashboard, with user, organization and organizationMembership events:"}{' '}
                {health.endpoints.map((endpoint) => (
                  <code key={endpoint} className={code}>
                    {endpoint}
                  </code>
                ))}
              </>
            ),
          },
        ]
      : []),
    {
      done: stats.total > 1,
      title: 'You are not the only one here',
      how: (
        <>
          Whoever signs up appears by itself.{' '}
          <Link to="/admin/users" search={{ do: 'invite' }} className="underline">
            Invite somebody
          </Link>
          .
        </>
      ),
    },
    ...(others.length > 0
      ? [
          {
            done: others.some((role) => (stats.byRole[role] ?? 0) > 0),
            title: 'Roles are given out',
            how: (
              <>
                In the menu of a person on the{' '}
                <Link to="/admin/users" className="underline">
                  users page
                </Link>
                , or in Clerk&apos;s public metadata. Both ends up the same.
              </>
            ),
          },
        ]
      : []),
  ];
}

interface FirstStepsProps {
  viewer: Viewer;
  stats: Stats;
  /** Absent for viewers who may not know. */
  health: Health | undefined;
}

/** For a new installation: what is there and what to do next; gone once all of it is there. */
export function FirstSteps(props: FirstStepsProps) {
  const steps = stepsOf(props);
  const done = steps.filter((step) => step.done).length;
  if (done === steps.length) return null;
  return (
    <Card aria-label="First steps">
      <div className="grid gap-1">
        <CardTitle>Set up this installation</CardTitle>
        <CardDescription>
          {done} of {steps.length} done, as this page sees it right now.
        </CardDescription>
      </div>
      <ol className="grid gap-3 text-sm">
        {steps.map((step) => (
          <li key={step.title} className="flex items-start gap-2.5">
            {step.done ? (
              <CircleCheckIcon className="mt-0.5 size-4 shrink-0 text-success" aria-label="Done:" />
            ) : (
              <CircleIcon
                className="mt-0.5 size-4 shrink-0 text-muted-foreground"
                aria-label="To do:"
              />
            )}
            <span className="grid gap-1">
              <span className={step.done ? 'text-muted-foreground' : 'font-medium'}>
                {step.title}
              </span>
              {!step.done && <span className="text-xs text-muted-foreground">{step.how}</span>}
            </span>
          </li>
        ))}
      </ol>
    </Card>
  );
}
