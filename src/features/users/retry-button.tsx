import { RotateCwIcon } from 'lucide-react';
import { Button } from '../../components/ui/button';
import { useRetryPush } from './commands';
import type { UserRow } from './queries';

/** Sends to Clerk once more what we decided about this person (requirement C8). */
export function RetryButton({ user, compact }: { user: UserRow; compact?: boolean | undefined }) {
  const retry = useRetryPush();
  return (
    <Button
      size={compact ? 'icon' : 'xs'}
      variant="outline"
      className={compact ? 'size-7 max-md:size-6' : undefined}
      title={compact ? 'Retry' : undefined}
      aria-label={`Retry sending the change of ${user.name} to Clerk`}
      busy={retry.isPending}
      onClick={() => retry.mutate({ userId: user._id })}
    >
      <RotateCwIcon aria-hidden className={retry.isPending ? 'animate-spin' : undefined} />
      {!compact && 'Retry'}
    </Button>
  );
}
