import { Instant } from '../../components/instant';
import { Badge, type BadgeVariant } from '../../components/ui/badge';
import { Card, CardDescription, CardHeader, CardTitle } from '../../components/ui/card';
import type { Schedule } from './queries';
import { count, duration } from './words';

const outcomes: Record<
  NonNullable<Schedule['outcome']>,
  { label: string; variant: BadgeVariant }
> = {
  ok: { label: 'Fine', variant: 'success' },
  skipped: { label: 'Did not run', variant: 'warning' },
  failed: { label: 'Failed', variant: 'destructive' },
};

function Row({ schedule }: { schedule: Schedule }) {
  const outcome = schedule.outcome && outcomes[schedule.outcome];
  return (
    <li className="grid gap-x-4 gap-y-1 py-3 sm:grid-cols-[minmax(0,1fr)_auto]">
      <div className="grid min-w-0 gap-0.5">
        <p className="flex flex-wrap items-center gap-2 text-sm font-medium">
          <span className="first-letter:uppercase">{schedule.name}</span>
          {outcome && <Badge variant={outcome.variant}>{outcome.label}</Badge>}
        </p>
        <p className="text-xs text-muted-foreground wrap-anywhere">
          {schedule.why ?? `Every ${duration(schedule.everyMs)}`}
        </p>
      </div>
      <dl className="grid grid-cols-[auto_auto] justify-start gap-x-3 text-xs text-muted-foreground sm:justify-end">
        <dt>Last</dt>
        <dd>
          <Instant at={schedule.lastRunAt ?? undefined} fallback="Not yet" />
        </dd>
        <dt>Next</dt>
        <dd>
          <Instant
            at={schedule.nextRunAt ?? undefined}
            fallback={`Within ${duration(schedule.everyMs)}`}
          />
        </dd>
      </dl>
    </li>
  );
}

/** The reconcile, and whatever did not go well; the rest is housekeeping. */
function isProminent({ name, outcome }: Schedule): boolean {
  return name === 'reconcile' || outcome === 'failed' || outcome === 'skipped';
}

function Rows({ schedules }: { schedules: Schedule[] }) {
  return (
    <ul className="-my-3 divide-y">
      {schedules.map((schedule) => (
        <Row key={schedule.name} schedule={schedule} />
      ))}
    </ul>
  );
}

/** Requirement A10: what runs by itself, when, and why it did not. */
export function SchedulesCard({ schedules }: { schedules: Schedule[] }) {
  const quiet = schedules.filter((schedule) => !isProminent(schedule));
  return (
    <Card aria-label="Schedule">
      <CardHeader>
        <CardTitle>Schedule</CardTitle>
        <CardDescription>What runs by itself, and how it went last time.</CardDescription>
      </CardHeader>
      <Rows schedules={schedules.filter(isProminent)} />
      {quiet.length > 0 && (
        <details>
          <summary className="cursor-pointer rounded-md text-sm text-muted-foreground outline-none hover:text-foreground focus-visible:ring-[3px] focus-visible:ring-ring/50">
            {count(quiet.length, 'more job', 'more jobs')}, all as planned
          </summary>
          <div className="pt-4">
            <Rows schedules={quiet} />
          </div>
        </details>
      )}
    </Card>
  );
}
