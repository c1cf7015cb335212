import { useQuery } from '@tanstack/react-query';
import {
  CircleCheckIcon,
  CircleHelpIcon,
  ClockIcon,
  TriangleAlertIcon,
  type LucideIcon,
} from 'lucide-react';
import type { ReactNode } from 'react';
import { Instant } from '../../components/instant';
import { LoadError } from '../../components/load-error';
import { Card, CardTitle } from '../../components/ui/card';
import { Skeleton } from '../../components/ui/skeleton';
import { cn } from '../../lib/cn';
import { healthQuery, type Health } from './queries';

interface Standing {
  icon: LucideIcon;
  tone: string;
  title: string;
  text: string;
}

const standings: Record<Health['state'], Standing> = {
  healthy: {
    icon: CircleCheckIcon,
    tone: 'text-success',
    title: 'Webhooks arrive',
    text: 'Clerk’s newest changes are here.',
  },
  quiet: {
    icon: CircleCheckIcon,
    tone: 'text-success',
    title: 'Quiet',
    text: 'Nothing came for a while, and Clerk has nothing that is missing here.',
  },
  late: {
    icon: ClockIcon,
    tone: 'text-warning',
    title: 'Webhooks are late',
    text: 'Clerk has changes that have not arrived here yet.',
  },
  dead: {
    icon: TriangleAlertIcon,
    tone: 'text-destructive',
    title: 'Webhooks have stopped',
    text: 'Clerk changes, and nothing of it arrives here.',
  },
  unknown: {
    icon: CircleHelpIcon,
    tone: 'text-muted-foreground',
    title: 'Not checked yet',
    text: 'The first comparison with Clerk has not run yet, or could not be made.',
  },
};

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-xs text-muted-foreground">{label}</dt>
      <dd className="wrap-anywhere">{children}</dd>
    </div>
  );
}

function Secrets({ secrets }: Pick<Health, 'secrets'>) {
  if (secrets.length === 0) return <>None is set: every webhook is refused.</>;
  return (
    <ul className="grid gap-0.5">
      {secrets.map(({ fingerprint, lastUsedAt }, index) => (
        <li key={fingerprint} className="flex flex-wrap items-baseline gap-x-2">
          <span className="font-mono text-xs">{fingerprint}</span>
          <span className="text-xs text-muted-foreground">
            {index === 0 ? 'first' : 'also accepted'}, last used{' '}
            <Instant at={lastUsedAt} fallback="never" />
          </span>
        </li>
      ))}
    </ul>
  );
}

function Problem({ health }: { health: Health }) {
  const { causeText, remedy, detail, missed } = health;
  if (causeText === undefined && missed === 0) return null;
  return (
    <div className="grid gap-1 rounded-lg bg-muted/60 p-3 text-sm text-pretty">
      {causeText && <p className="font-medium">{causeText}</p>}
      {remedy && <p>{remedy}</p>}
      {detail && <p className="text-muted-foreground wrap-anywhere">{detail}</p>}
      {missed > 0 && (
        <p className="text-muted-foreground">
          {missed.toLocaleString('en')} of the newest changes in Clerk {missed === 1 ? 'is' : 'are'}{' '}
          missing here. A sync brings them.
        </p>
      )}
    </div>
  );
}

/** Whether Clerk’s webhooks reach us, why not where they do not, and what to do. */
export function DeliveryHealth() {
  const { data: health, error } = useQuery(healthQuery);
  if (error) return <LoadError what="health of the webhooks" error={error} className="py-6" />;
  if (!health) return <Skeleton className="mb-4 h-36 rounded-xl" />;
  const { icon: Icon, tone, title, text } = standings[health.state];
  return (
    <Card aria-label="Health of the webhooks" className="mb-4">
      <div className="flex items-start gap-3">
        <Icon className={cn('size-5 shrink-0', tone)} aria-hidden />
        <div className="grid gap-1">
          <CardTitle className="leading-snug">{title}</CardTitle>
          <p className="text-sm text-muted-foreground">{text}</p>
        </div>
      </div>
      <Problem health={health} />
      <dl className="grid gap-x-6 gap-y-3 text-sm sm:grid-cols-2 lg:grid-cols-4">
        <Fact label="Last delivery">
          <Instant at={health.lastDeliveryAt} />
        </Fact>
        <Fact label="Last change applied">
          <Instant at={health.lastAppliedAt} />
        </Fact>
        <Fact label="Last compared with Clerk">
          <Instant at={health.lastCheckedAt} />
        </Fact>
        <Fact label="Signing secrets, by fingerprint">
          <Secrets secrets={health.secrets} />
        </Fact>
      </dl>
      {health.endpoints.length > 0 && (
        <details className="text-sm">
          <summary className="w-fit cursor-pointer rounded-sm text-xs text-muted-foreground outline-none hover:text-foreground focus-visible:ring-[3px] focus-visible:ring-ring/50">
            Where Clerk may send webhooks
          </summary>
          <ul className="mt-1 grid gap-0.5">
            {health.endpoints.map((endpoint) => (
              <li key={endpoint} className="font-mono text-xs wrap-anywhere">
                {endpoint}
              </li>
            ))}
          </ul>
        </details>
      )}
    </Card>
  );
}
