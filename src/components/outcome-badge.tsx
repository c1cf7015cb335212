import type { DeliveryOutcome } from '../shared/deliveries';
import { Badge, type BadgeVariant } from './ui/badge';

const outcomes: Record<DeliveryOutcome, { label: string; variant: BadgeVariant }> = {
  applied: { label: 'Applied', variant: 'success' },
  stale: { label: 'Stale', variant: 'secondary' },
  duplicate: { label: 'Duplicate', variant: 'secondary' },
  ignored: { label: 'Ignored', variant: 'outline' },
  quarantined: { label: 'Quarantined', variant: 'warning' },
  failed: { label: 'Failed', variant: 'destructive' },
};

export function outcomeLabel(outcome: DeliveryOutcome): string {
  return outcomes[outcome].label;
}

/** What became of a delivery. */
export function OutcomeBadge({ outcome }: { outcome: DeliveryOutcome }) {
  const { label, variant } = outcomes[outcome];
  return <Badge variant={variant}>{label}</Badge>;
}
