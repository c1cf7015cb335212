import { useRouter } from '@tanstack/react-router';
import { CloudOffIcon, ShieldAlertIcon, TriangleAlertIcon } from 'lucide-react';
import type { ErrorBody } from '../shared/error-codes';
import { ErrorCodeLink } from './error-code-link';
import { Button } from './ui/button';
import { Notice } from './notice';

function iconOf(code: ErrorBody['code']) {
  switch (code) {
    case 'CLERK_UNAVAILABLE':
    case 'CONVEX_UNAVAILABLE':
      return <CloudOffIcon aria-hidden />;
    case 'FORBIDDEN':
    case 'UNAUTHENTICATED':
    case 'TOKEN_REFUSED':
    case 'ACCOUNT_INACTIVE':
      return <ShieldAlertIcon aria-hidden />;
    default:
      return <TriangleAlertIcon aria-hidden />;
  }
}

interface ErrorPageProps {
  error: ErrorBody;
  reset?: () => void;
}

/** What a page shows instead of itself when it cannot: what happened, its code, and a way on. */
export function ErrorPage({ error, reset }: ErrorPageProps) {
  const router = useRouter();
  const retry = () => {
    reset?.();
    // The live connection of this document has been refused; only a new one asks anew.
    if (error.code === 'TOKEN_REFUSED') return window.location.reload();
    void router.invalidate();
  };
  return (
    <Notice
      level={1}
      icon={iconOf(error.code)}
      title="This page cannot be shown right now"
      role="alert"
    >
      <p>{error.message}</p>
      <ErrorCodeLink code={error.code} />
      <Button onClick={retry}>Try again</Button>
    </Notice>
  );
}
