import { TriangleAlertIcon } from 'lucide-react';
import { errorBodyOf } from '../lib/coded-error';
import { ErrorCodeLink } from './error-code-link';
import { Notice } from './notice';
import { Button } from './ui/button';

interface LoadErrorProps {
  error: unknown;
  /** What could not be loaded: "list". */
  what: string;
  /** By default the page is loaded anew, which asks for everything once more. */
  onRetry?: () => void;
  className?: string;
  /** 1 where nothing else is on the page. */
  level?: 1 | 2;
}

const reload = () => window.location.reload();

/** In place of a part of a page that could not be loaded: why, its code, and another try. */
export function LoadError({ error, what, onRetry = reload, className, level }: LoadErrorProps) {
  const body = errorBodyOf(error);
  return (
    <Notice
      role="alert"
      icon={<TriangleAlertIcon aria-hidden />}
      title={`The ${what} could not be loaded`}
      className={className}
      level={level}
    >
      <p>{body.message}</p>
      <ErrorCodeLink code={body.code} />
      <Button onClick={onRetry}>Try again</Button>
    </Notice>
  );
}
