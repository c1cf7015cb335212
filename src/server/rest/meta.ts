import type { z } from 'zod';
import type { Permission } from '../../shared/permissions';

export type RestMethod = 'GET' | 'POST' | 'PATCH' | 'DELETE';

/**
 * How a procedure shows in the REST API. The router of `/api/v1`, the OpenAPI document and the fuzz of
 * every endpoint all read this; the procedure itself is the one that pages call.
 */
export interface RestMeta {
  method: RestMethod;
  /** `{name}` stands for an input field of that name. */
  path: `/api/${string}`;
  /** Other addresses of the same. */
  aliases?: `/api/${string}`[];
  tag: string;
  summary: string;
  description?: string;
  /** The permission that Convex asks for; `signedIn`: none. For people who read, not for deciding. */
  permission: Permission | 'signedIn';
  /** Permissions needed beside it. */
  also?: Permission[];
  /** What a success looks like. */
  output: z.ZodType;
  /** 200 unless the answer is about something made (201) or begun (202). */
  status?: 200 | 201 | 202;
  /** Statuses beside those that every endpoint has. */
  errors?: (404 | 409 | 502)[];
}

export interface ProcedureMeta {
  rest?: RestMeta;
}
