import { Badge, type BadgeVariant } from '../../components/ui/badge';
import type { DeliveryRow } from './queries';

type Outcome = DeliveryRow['outcome'];

const outcomes: Record<Outcome, { label: string; variant: BadgeVariant }> = {
  applied: { label: 'Applied', variant: 'success' },
  stale: { label: 'Stale', variant: 'secondary' },
  duplicate: { label: 'Duplicate', variant: 'secondary' },
  ignored: { label: 'Ignored', variant: 'outline' },
  quarantined: { label: 'Quarantined', variant: 'warning' },
  failed: { label: 'Failed', variant: 'destructive' },
};

export function outcomeLabel(outcome: Outcome): string {
  return outcomes[outcome].label;
}

/** What became of a delivery. */
export function OutcomeBadge({ outcome }: { outcome: Outcome }) {
  const { label, variant } = outcomes[outcome];
  return <Badge variant={variant}>{label}</Badge>;
}
