import { exactInstant, formatInstant, isInstant } from '../lib/time';
import { useTimeZone } from '../lib/time-zone';

/** A moment in the viewer's zone; the exact one on hover. */
export function Instant({ at, fallback = 'Never' }: { at: number | undefined; fallback?: string }) {
  const zone = useTimeZone();
  if (at === undefined || !isInstant(at)) {
    return <span className="text-muted-foreground">{fallback}</span>;
  }
  return (
    <time
      dateTime={new Date(at).toISOString()}
      title={exactInstant(at, zone)}
      className="whitespace-nowrap tabular-nums"
    >
      {formatInstant(at, zone)}
    </time>
  );
}
