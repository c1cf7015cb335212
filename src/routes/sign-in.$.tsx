import { createFileRoute } from '@tanstack/react-router';
import { appConfig } from '../../app.config';
import { SignInPage } from '../features/session/sign-in-page';
import { leaveWhenAdmitted } from './-guards';

export const Route = createFileRoute('/sign-in/$')({
  beforeLoad: leaveWhenAdmitted,
  head: () => ({ meta: [{ title: `Sign in · ${appConfig.name}` }] }),
  component: SignInPage,
});
