import type { QueryClient } from '@tanstack/react-query';
import { redirect } from '@tanstack/react-router';
import { mayEnterAdministration } from '../components/navigation-items';
import { CodedError } from '../lib/coded-error';
import { actorOf, loadedViewer, viewerQuery } from '../lib/live';
import { fetchAdmission, setDocumentStatus } from '../server/viewer.functions';
import { errorCodes, type ErrorBody } from '../shared/error-codes';

function unavailable(error: ErrorBody): CodedError {
  setDocumentStatus(errorCodes[error.code].status);
  return new CodedError(error);
}

/**
 * Lets only people with an active row go on (requirement B7): nothing below renders without one. In
 * the browser the live row answers; the server is asked when there is none yet.
 */
export async function requireViewer(queryClient: QueryClient, href: string): Promise<void> {
  if (loadedViewer(queryClient)?.isActive) return;
  const admission = await fetchAdmission();
  switch (admission.kind) {
    case 'admitted':
      queryClient.setQueryData(viewerQuery.queryKey, admission.viewer);
      return;
    case 'signedOut':
      // `redirect_url` is the name that Clerk's component looks for.
      throw redirect({ href: `/sign-in?redirect_url=${encodeURIComponent(href)}` });
    case 'noAccess':
      throw redirect({ to: '/no-access', replace: true });
    case 'unavailable':
      throw unavailable(admission.error);
  }
}

/** Sign-in and sign-up are for people who are not signed in. */
export async function leaveWhenAdmitted(): Promise<void> {
  if (typeof window !== 'undefined') return;
  const admission = await fetchAdmission();
  if (admission.kind === 'admitted') throw redirect({ to: '/dashboard', replace: true });
  if (admission.kind === 'noAccess') throw redirect({ to: '/no-access', replace: true });
}

/** The no-access page is left by whoever has access again, and is not for the signed-out. */
export async function onlyWithoutAccess(): Promise<void> {
  const admission = await fetchAdmission();
  switch (admission.kind) {
    case 'admitted':
      throw redirect({ to: '/dashboard', replace: true });
    case 'signedOut':
      throw redirect({ href: '/sign-in' });
    case 'unavailable':
      throw unavailable(admission.error);
    case 'noAccess':
      setDocumentStatus(403);
  }
}

/** Answers 403 for the document; the page itself (`AdminArea`) says it in words. */
export function refuseUnpermitted(queryClient: QueryClient): void {
  const viewer = loadedViewer(queryClient);
  if (!viewer || !mayEnterAdministration(actorOf(viewer))) setDocumentStatus(403);
}
