import { KeyRoundIcon, LoaderCircleIcon } from 'lucide-react';
import { ErrorCodeLink } from '../../components/error-code-link';
import { LoadError } from '../../components/load-error';
import { Button } from '../../components/ui/button';
import { Card, CardTitle } from '../../components/ui/card';
import { Skeleton } from '../../components/ui/skeleton';
import { errorBodyOf } from '../../lib/coded-error';
import { useReseal, useRotation } from './commands';

const credentials = (count: number) =>
  `${count.toLocaleString('en')} ${count === 1 ? 'credential' : 'credentials'}`;

function Progress({
  progress,
}: {
  progress: NonNullable<ReturnType<typeof useReseal>['progress']>;
}) {
  const { resealed, unreadable, left, running, error } = progress;
  const total = resealed + left;
  return (
    <div className="grid gap-2">
      <progress
        aria-label="Sealed anew"
        max={Math.max(1, total)}
        value={resealed}
        className="h-2 w-full accent-primary"
      />
      <output className="text-sm">
        {resealed.toLocaleString('en')} of {credentials(total)} sealed anew.
        {!running && left > 0 && ` ${credentials(left)} left.`}
        {unreadable > 0 &&
          ` ${unreadable} cannot be opened by any of the keys: put the key back that sealed them, or store them again.`}
      </output>
      {error !== undefined && (
        <p role="alert" className="text-sm text-destructive">
          {errorBodyOf(error).message} <ErrorCodeLink code={errorBodyOf(error).code} />
        </p>
      )}
    </div>
  );
}

/** E6: moves every sealed credential to the first key of CREDENTIALS_ENCRYPTION_KEY. */
export function KeyRotation() {
  const rotation = useRotation();
  const { progress, run, stop } = useReseal();
  if (rotation.error) {
    return (
      <LoadError
        what="state of the keys"
        error={rotation.error}
        onRetry={() => void rotation.refetch()}
      />
    );
  }
  if (!rotation.data) return <Skeleton className="h-40 rounded-xl" />;
  const { keys, stale, more } = rotation.data;
  return (
    <Card aria-label="Keys of the credentials vault">
      <div className="flex items-start gap-3">
        <KeyRoundIcon className="size-5 shrink-0 text-muted-foreground" aria-hidden />
        <div className="grid gap-1 text-sm">
          <CardTitle className="leading-snug">
            {stale === 0
              ? 'Every credential is sealed with the first key'
              : `${more ? 'More than ' : ''}${credentials(stale)} ${stale === 1 ? 'is' : 'are'} sealed with an older key`}
          </CardTitle>
          <p className="text-pretty text-muted-foreground">
            {keys === 1
              ? 'The web server has one key. To rotate it, put a new one in front of it in CREDENTIALS_ENCRYPTION_KEY and start the server again: the first key seals, all of them open.'
              : `The web server has ${keys} keys: the first one seals, all of them open. Once nothing is sealed with an older key any more, it can be removed from CREDENTIALS_ENCRYPTION_KEY.`}
          </p>
        </div>
      </div>
      {progress && <Progress progress={progress} />}
      <div className="flex gap-2">
        <Button disabled={stale === 0 || progress?.running} onClick={() => void run()}>
          {progress?.running && <LoaderCircleIcon className="animate-spin" aria-hidden />}
          Seal anew with the first key
        </Button>
        {progress?.running && (
          <Button variant="outline" onClick={stop}>
            Stop
          </Button>
        )}
      </div>
    </Card>
  );
}
