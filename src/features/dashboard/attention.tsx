import { useQuery } from '@tanstack/react-query';
import { HandIcon, SirenIcon } from 'lucide-react';
import { Suspense } from 'react';
import { Entry, type AuditEntry } from '../../components/audit/entry';
import { actionLabel } from '../../components/audit/sentences';
import { Instant } from '../../components/instant';
import { Card, CardDescription, CardTitle } from '../../components/ui/card';
import { lazyPart } from '../../lib/lazy-part';
import { actorOf, useViewer } from '../../lib/live';
import { canSometimes } from '../../shared/permissions';
import { ownerInText } from '../../shared/roles';
import {
  alarmCountQuery,
  alarmEntriesQuery,
  alarmsQuery,
  brakesQuery,
  type Alarm,
  type Brake,
} from './queries';

// What decides brings the command client; most visits have nothing to decide.
const BrakeActions = lazyPart(async () => (await import('./attention-actions')).BrakeActions);
const Acknowledge = lazyPart(async () => (await import('./attention-actions')).Acknowledge);

function whyNot(brake: Brake): string | undefined {
  if (brake.refusal === 'FRESH_OWNER') {
    return `You became ${ownerInText} by or after these very changes, so somebody else must decide.`;
  }
  if (brake.refusal === 'SECOND_CONFIRMATION') {
    return `You have confirmed. A second ${ownerInText} must confirm too.`;
  }
  return brake.needed === 0
    ? 'Nobody here can confirm: the operator of the server can, on the command line.'
    : undefined;
}

function BrakeCard({ brake }: { brake: Brake }) {
  const actor = actorOf(useViewer());
  const minutes = Math.round(brake.windowMs / 60_000);
  const reason = whyNot(brake);
  return (
    <Card aria-label="Brake" className="gap-3 border-warning/60 bg-warning/5">
      <CardTitle className="flex items-center gap-2 leading-snug">
        <HandIcon className="size-4.5 shrink-0 text-warning" aria-hidden />
        {brake.held.toLocaleString('en')} role changes from Clerk are held
      </CardTitle>
      <CardDescription className="text-foreground/80">
        Within {minutes.toLocaleString('en')} minutes the roles of more than{' '}
        {brake.limit.toLocaleString('en')} people (of {brake.people.toLocaleString('en')}) were
        changed in Clerk. So many pass unasked; since <Instant at={brake.openedAt} /> further ones
        wait. Our roles stand until somebody decides.
      </CardDescription>
      {reason && <CardDescription>{reason}</CardDescription>}
      {brake.state === 'open' ? (
        canSometimes(actor, 'brakes:decide') && (
          <Suspense>
            <BrakeActions brake={brake} mayConfirm={reason === undefined} />
          </Suspense>
        )
      ) : (
        <output className="text-sm">Being carried out.</output>
      )}
    </Card>
  );
}

function AlarmItem({ alarm, entry }: { alarm: Alarm; entry: AuditEntry | undefined }) {
  if (entry) return <Entry entry={entry} />;
  return (
    <li className="flex flex-wrap items-baseline justify-between gap-x-3 px-4 py-3 text-sm">
      <span className="min-w-0 wrap-anywhere">{actionLabel(alarm.action)}</span>
      <span className="text-xs text-muted-foreground">
        <Instant at={alarm.at} />
      </span>
    </li>
  );
}

function Alarms() {
  const actor = actorOf(useViewer());
  const { data } = useQuery(alarmsQuery);
  const { data: count } = useQuery(alarmCountQuery);
  // The log has the names; an alarm older than its page is told by its kind.
  const { data: entries } = useQuery(alarmEntriesQuery);
  if (!data || data.page.length === 0) return null;
  const open = count ? `${count.open.toLocaleString('en')}${count.more ? ' or more' : ''}` : '';
  return (
    <Card aria-label="Alarms" className="gap-2 border-destructive/50 bg-destructive/4">
      <CardTitle className="flex items-center gap-2 leading-snug">
        <SirenIcon className="size-4.5 shrink-0 text-destructive" aria-hidden />
        {open} {count?.open === 1 ? 'alarm' : 'alarms'} that nobody has looked after
      </CardTitle>
      <ul className="-mx-5">
        {data.page.map((alarm) => (
          <AlarmItem
            key={alarm._id}
            alarm={alarm}
            entry={entries?.page.find(({ seq }) => seq === alarm.seq)}
          />
        ))}
      </ul>
      {canSometimes(actor, 'alarms:acknowledge') && (
        <Suspense>
          <Acknowledge alarms={data.page} />
        </Suspense>
      )}
    </Card>
  );
}

/** What somebody should decide or look at; nothing at all where there is nothing. */
export function Attention() {
  const actor = actorOf(useViewer());
  const { data: brakes } = useQuery(brakesQuery);
  const brake = brakes?.find(
    ({ state }) => state === 'open' || state === 'confirming' || state === 'rejecting',
  );
  return (
    <>
      {brake && <BrakeCard brake={brake} />}
      {canSometimes(actor, 'audit:read') && <Alarms />}
    </>
  );
}
