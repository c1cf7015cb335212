import { createFileRoute } from '@tanstack/react-router';
import { appConfig } from '../../app.config';
import { SignUpPage } from '../features/session/sign-up-page';
import { leaveWhenAdmitted } from './-guards';

export const Route = createFileRoute('/sign-up/$')({
  beforeLoad: leaveWhenAdmitted,
  head: () => ({ meta: [{ title: `Sign up · ${appConfig.name}` }] }),
  component: SignUpPage,
});
