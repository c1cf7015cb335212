import { TriangleAlertIcon } from 'lucide-react';
import { errorBodyOf } from '../lib/coded-error';
import { ErrorCodeLink } from './error-code-link';
import { Notice } from './notice';
import { Button } from './ui/button';

interface LoadErrorProps {
  error: unknown;
  /** What could not be loaded: "list". */
  what: string;
  onRetry?: () => void;
  className?: string;
}

/** In place of a part of a page that could not be loaded: why, its code, and another try. */
export function LoadError({ error, what, onRetry, className }: LoadErrorProps) {
  const body = errorBodyOf(error);
  return (
    <Notice
      role="alert"
      icon={<TriangleAlertIcon aria-hidden />}
      title={`The ${what} could not be loaded`}
      className={className}
    >
      <p>{body.message}</p>
      <ErrorCodeLink code={body.code} />
      {onRetry && <Button onClick={onRetry}>Try again</Button>}
    </Notice>
  );
}
