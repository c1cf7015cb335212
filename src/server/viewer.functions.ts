import { createIsomorphicFn, createServerFn } from '@tanstack/react-start';
import { setResponseStatus } from '@tanstack/react-start/server';
import { admit } from './viewer';

/** Asks the server whether the person at the browser may come in, and as whom. */
export const fetchAdmission = createServerFn({ method: 'GET' }).handler(() => admit());

/** Sets the status of the document while it is rendered on the server; nothing in the browser. */
export const setDocumentStatus = createIsomorphicFn()
  .server((status: number) => setResponseStatus(status))
  .client((_status: number) => undefined);
