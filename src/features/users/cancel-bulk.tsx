import { Button } from '../../components/ui/button';
import { useCancelBulk } from './commands';

/** Ends a bulk change; what it has changed stays. */
export function CancelBulk({ jobId }: { jobId: string }) {
  const cancel = useCancelBulk();
  return (
    <Button
      size="sm"
      variant="outline"
      busy={cancel.isPending}
      onClick={() => cancel.mutate({ jobId })}
    >
      Cancel
    </Button>
  );
}
