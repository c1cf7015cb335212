import { useQuery } from '@tanstack/react-query';
import { Instant } from '../../components/instant';
import { LoadError } from '../../components/load-error';
import { Skeleton } from '../../components/ui/skeleton';
import { HealthCard, type Tone } from './health-card';
import { healthQuery, type Health } from './queries';

const wording: Record<Health['state'], { tone: Tone; title: string }> = {
  healthy: { tone: 'good', title: 'Webhooks arrive' },
  quiet: { tone: 'good', title: 'Quiet: Clerk and this app agree' },
  late: { tone: 'waiting', title: 'Some webhooks are missing' },
  dead: { tone: 'bad', title: 'Webhooks no longer arrive' },
  unknown: { tone: 'unknown', title: 'Not known yet' },
};

/** Whether webhooks arrive, and if not why and what to do. */
export function WebhookHealth() {
  const { data: health, error } = useQuery(healthQuery);
  if (error) return <LoadError error={error} what="webhook health" className="py-4" />;
  if (!health) return <Skeleton className="h-36 rounded-xl" />;
  const { tone, title } = wording[health.state];
  return (
    <HealthCard label="Webhooks" tone={tone} title={title}>
      {health.causeText && <span>{health.causeText}</span>}
      {health.remedy && <span className="text-foreground">{health.remedy}</span>}
      {health.missed > 0 && (
        <span>{health.missed.toLocaleString('en')} changes in Clerk never arrived.</span>
      )}
      <span>
        Last one: <Instant at={health.lastDeliveryAt} fallback="none yet" />
      </span>
    </HealthCard>
  );
}
