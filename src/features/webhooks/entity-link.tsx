import { PartyLink } from '../../components/audit/party-link';
import type { DeliveryRow } from './queries';

/** Whom or what a delivery is about. */
export function EntityLink({ row: { entity } }: { row: DeliveryRow }) {
  if (entity === null) return <span className="text-muted-foreground">Nothing of ours</span>;
  return <PartyLink party={entity} />;
}
