import { useQuery } from '@tanstack/react-query';
import { CopyIcon, RotateCwIcon } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { ConfirmDialog } from '../../components/confirm-dialog';
import { Instant } from '../../components/instant';
import { LoadError } from '../../components/load-error';
import { Notice } from '../../components/notice';
import { useMay } from '../../components/permitted';
import { AlertDialogDescription } from '../../components/ui/alert-dialog';
import { Button } from '../../components/ui/button';
import { Dialog, DialogContent, DialogDescription, DialogTitle } from '../../components/ui/dialog';
import { Skeleton } from '../../components/ui/skeleton';
import { notify } from '../../lib/notify';
import { useReplay } from './commands';
import { EntityLink } from './entity-link';
import { OutcomeBadge } from '../../components/outcome-badge';
import { deliveryQuery, type Delivery } from './queries';

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-muted-foreground">{label}</dt>
      <dd className="min-w-0 wrap-anywhere">{children}</dd>
    </>
  );
}

async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    notify({ kind: 'success', title: 'Payload copied' });
  } catch {
    notify({ kind: 'error', title: 'Copying is not allowed here' });
  }
}

const and = (names: string[]) => new Intl.ListFormat('en', { type: 'conjunction' }).format(names);

function Payload({ payload }: { payload: Delivery['payload'] }) {
  switch (payload.kind) {
    case 'absent':
      return (
        <p className="text-sm text-pretty text-muted-foreground">
          What this delivery said is not kept: it is older than 30 days, of a type that Rollcall
          does not use, or from another Clerk instance.
        </p>
      );
    case 'erased':
      return (
        <p className="text-sm text-muted-foreground">
          What this delivery said was removed when its person was erased.
        </p>
      );
    case 'kept':
      return (
        <>
          <div className="flex items-center justify-between gap-2">
            <h3 className="text-sm font-semibold">What it said</h3>
            <Button size="xs" variant="outline" onClick={() => void copy(payload.event)}>
              <CopyIcon aria-hidden /> Copy
            </Button>
          </div>
          {payload.masked.length > 0 && (
            <p className="text-xs text-muted-foreground">
              Hidden from your role: {and(payload.masked)}.
            </p>
          )}
          {/* Scrollable by keyboard too. */}
          <pre
            // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a region that scrolls must take focus
            tabIndex={0}
            aria-label="Payload"
            className="max-h-72 overflow-auto rounded-lg border bg-muted/60 p-3 font-mono text-xs outline-none focus-visible:ring-[3px] focus-visible:ring-ring/50"
          >
            {payload.event}
          </pre>
        </>
      );
  }
}

function Replay({ delivery }: { delivery: Delivery }) {
  const [open, setOpen] = useState(false);
  const replay = useReplay();
  return (
    <>
      <Button variant="outline" onClick={() => setOpen(true)}>
        <RotateCwIcon aria-hidden /> Replay
      </Button>
      <ConfirmDialog
        title={`Replay ${delivery.type}?`}
        confirm="Replay"
        command={replay}
        onConfirm={() =>
          replay.mutate({ deliveryId: delivery._id }, { onSuccess: () => setOpen(false) })
        }
        open={open}
        onOpenChange={setOpen}
      >
        <AlertDialogDescription>
          What it said is applied once more, by the same rules as when it arrived: it changes
          nothing that is newer, and brings nobody back who was deleted. It goes into the audit log.
        </AlertDialogDescription>
      </ConfirmDialog>
    </>
  );
}

function Content({ delivery }: { delivery: Delivery }) {
  const mayReplay = useMay('deliveries:replay');
  const { replay } = delivery;
  return (
    <>
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] items-baseline gap-x-4 gap-y-1.5 text-sm">
        <Fact label="Outcome">
          <OutcomeBadge outcome={delivery.outcome} />
        </Fact>
        {delivery.why && <Fact label="Why">{delivery.why}</Fact>}
        <Fact label="About">
          <EntityLink row={delivery} />
        </Fact>
        <Fact label="Received">
          <Instant at={delivery.receivedAt} />
          {delivery.repeats > 0 && ` · came ${delivery.repeats} times more`}
        </Fact>
        {replay && (
          <Fact label="Replayed">
            <Instant at={replay.at} /> {replay.by && `by ${replay.by}`} · {replay.outcome}
            {replay.why && `: ${replay.why}`}
          </Fact>
        )}
        <Fact label="Body hash">
          <span className="font-mono text-xs">{delivery.payloadHash}</span>
        </Fact>
      </dl>
      <Payload payload={delivery.payload} />
      {mayReplay && delivery.payload.kind === 'kept' && (
        <div className="flex justify-end">
          <Replay delivery={delivery} />
        </div>
      )}
    </>
  );
}

interface DeliveryDialogProps {
  id: string;
  onClose: () => void;
}

/** One delivery: what became of it and why, what it said, and once more if wanted. */
export function DeliveryDialog({ id, onClose }: DeliveryDialogProps) {
  const { data, error } = useQuery(deliveryQuery(id));
  const content = () => {
    if (error) return <LoadError what="delivery" error={error} className="py-4" />;
    if (data === null) {
      return (
        <Notice icon={null} title="This delivery is not kept any more" className="py-4">
          <p>Receipts are forgotten after 90 days.</p>
        </Notice>
      );
    }
    if (!data) return <Skeleton className="h-48" />;
    return <Content delivery={data} />;
  };
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent className="max-w-2xl">
        <DialogTitle className="wrap-anywhere">{data?.type ?? 'Delivery'}</DialogTitle>
        <DialogDescription className="font-mono text-xs wrap-anywhere">
          {data?.svixId ?? ''}
        </DialogDescription>
        {content()}
      </DialogContent>
    </Dialog>
  );
}
