import { activityDays, activityKinds, dayOf, type ActivityKind } from '../../shared/activity';
import type { ActivityDay } from '../../shared/activity';

const dayMs = 24 * 60 * 60_000;

const looks: Record<ActivityKind, { label: string; className: string }> = {
  people: { label: 'People', className: 'fill-primary bg-primary' },
  roles: { label: 'Roles', className: 'fill-success bg-success' },
  access: { label: 'Access', className: 'fill-warning bg-warning' },
  other: { label: 'Other', className: 'fill-muted-foreground/50 bg-muted-foreground/50' },
};

/** A round number at or above the highest column: what the axis ends with. */
function roundUp(value: number): number {
  const magnitude = 10 ** Math.floor(Math.log10(Math.max(value, 1)));
  const step = [1, 2, 5, 10].find((factor) => value <= factor * magnitude) ?? 10;
  return Math.max(4, step * magnitude);
}

const total = ({ counts }: Pick<ActivityDay, 'counts'>) =>
  activityKinds.reduce((sum, kind) => sum + counts[kind], 0);

function monthDay(day: string): string {
  return new Date(day).toLocaleDateString('en-GB', {
    day: 'numeric',
    month: 'short',
    timeZone: 'UTC',
  });
}

const [width, height] = [600, 120];
const slot = width / activityDays;

/** The same for those who do not see it. */
function ActivityTable({ columns }: { columns: readonly ActivityDay[] }) {
  return (
    // A table takes no width of one pixel; its wrapping does.
    <div className="sr-only">
      <table>
        <caption>Changes per day</caption>
        <thead>
          <tr>
            <th scope="col">Day</th>
            {activityKinds.map((kind) => (
              <th key={kind} scope="col">
                {looks[kind].label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {columns
            .filter((column) => total(column) > 0)
            .map(({ day, counts }) => (
              <tr key={day}>
                <th scope="row">{day}</th>
                {activityKinds.map((kind) => (
                  <td key={kind}>{counts[kind]}</td>
                ))}
              </tr>
            ))}
        </tbody>
      </table>
    </div>
  );
}

interface ActivityChartProps {
  days: readonly ActivityDay[];
  /** Unix ms. */
  now: number;
}

/** Columns of the last days, stacked by kind; the table beside it says the same to screen readers. */
export function ActivityChart({ days, now }: ActivityChartProps) {
  const known = new Map(days.map((one) => [one.day, one]));
  const none = { people: 0, roles: 0, access: 0, other: 0 };
  const columns = Array.from({ length: activityDays }, (_, index) => {
    const day = dayOf(now - (activityDays - 1 - index) * dayMs);
    return known.get(day) ?? { day, counts: none };
  });
  const top = roundUp(Math.max(...columns.map(total)));
  return (
    <figure className="grid gap-3">
      <div className="flex gap-2">
        <div
          aria-hidden
          className="flex flex-col justify-between text-right text-[0.65rem] text-muted-foreground tabular-nums"
        >
          <span>{top.toLocaleString('en')}</span>
          <span>0</span>
        </div>
        <svg
          viewBox={`0 0 ${width} ${height}`}
          preserveAspectRatio="none"
          aria-hidden
          className="h-30 w-full min-w-0 flex-1"
        >
          {[0, 0.5, 1].map((at) => (
            <line
              key={at}
              x1={0}
              x2={width}
              y1={at * height}
              y2={at * height}
              className="stroke-border"
              vectorEffect="non-scaling-stroke"
            />
          ))}
          {columns.map((column, index) => {
            let below = 0;
            return (
              <g key={column.day}>
                <title>{`${monthDay(column.day)}: ${total(column).toLocaleString('en')}`}</title>
                <rect x={index * slot} y={0} width={slot} height={height} fill="transparent" />
                {activityKinds.map((kind) => {
                  const part = (column.counts[kind] / top) * height;
                  below += part;
                  return (
                    <rect
                      key={kind}
                      x={index * slot + 2}
                      width={slot - 4}
                      y={height - below}
                      height={part}
                      className={looks[kind].className}
                    />
                  );
                })}
              </g>
            );
          })}
        </svg>
      </div>
      <div aria-hidden className="flex justify-between pl-6 text-[0.65rem] text-muted-foreground">
        <span>{monthDay(columns[0]?.day ?? dayOf(now))}</span>
        <span>Today (UTC)</span>
      </div>
      <figcaption className="flex flex-wrap gap-x-4 gap-y-1 text-xs text-muted-foreground">
        {activityKinds.map((kind) => (
          <span key={kind} className="inline-flex items-center gap-1.5">
            <span aria-hidden className={`size-2.5 rounded-sm ${looks[kind].className}`} />
            {looks[kind].label}
          </span>
        ))}
      </figcaption>
      <ActivityTable columns={columns} />
    </figure>
  );
}
