/* eslint-disable */
/**
 * Generated `api` utility.
 *
 * THIS CODE IS AUTOMATICALLY GENERATED.
 *
 * To regenerate, run `npx convex dev`.
 * @module
 */

import type * as admin from "../admin.js";
import type * as adminLists from "../adminLists.js";
import type * as adminSync from "../adminSync.js";
import type * as adminTokens from "../adminTokens.js";
import type * as alarms from "../alarms.js";
import type * as audit from "../audit.js";
import type * as brakes from "../brakes.js";
import type * as bulk from "../bulk.js";
import type * as clerk from "../clerk.js";
import type * as connection from "../connection.js";
import type * as credentials from "../credentials.js";
import type * as crons from "../crons.js";
import type * as dashboard from "../dashboard.js";
import type * as deliveries from "../deliveries.js";
import type * as functions from "../functions.js";
import type * as http from "../http.js";
import type * as httpTokens from "../httpTokens.js";
import type * as ids from "../ids.js";
import type * as invitations from "../invitations.js";
import type * as maintenance from "../maintenance.js";
import type * as model_access from "../model/access.js";
import type * as model_alarms from "../model/alarms.js";
import type * as model_apiTokenKey from "../model/apiTokenKey.js";
import type * as model_apiTokens from "../model/apiTokens.js";
import type * as model_applyClerkUser from "../model/applyClerkUser.js";
import type * as model_applyMembership from "../model/applyMembership.js";
import type * as model_applyOrganization from "../model/applyOrganization.js";
import type * as model_audit from "../model/audit.js";
import type * as model_auditListing from "../model/auditListing.js";
import type * as model_auditLog from "../model/auditLog.js";
import type * as model_auditRetention from "../model/auditRetention.js";
import type * as model_bulkJobs from "../model/bulkJobs.js";
import type * as model_bulkRun from "../model/bulkRun.js";
import type * as model_canary from "../model/canary.js";
import type * as model_canonicalJson from "../model/canonicalJson.js";
import type * as model_cause from "../model/cause.js";
import type * as model_changeAccess from "../model/changeAccess.js";
import type * as model_changeName from "../model/changeName.js";
import type * as model_changeRole from "../model/changeRole.js";
import type * as model_clerkApi from "../model/clerkApi.js";
import type * as model_clerkEvent from "../model/clerkEvent.js";
import type * as model_clerkFields from "../model/clerkFields.js";
import type * as model_clerkInvitations from "../model/clerkInvitations.js";
import type * as model_clerkOrganization from "../model/clerkOrganization.js";
import type * as model_clerkUser from "../model/clerkUser.js";
import type * as model_countCells from "../model/countCells.js";
import type * as model_countUsers from "../model/countUsers.js";
import type * as model_counters from "../model/counters.js";
import type * as model_credentials from "../model/credentials.js";
import type * as model_deadLetters from "../model/deadLetters.js";
import type * as model_decideBrake from "../model/decideBrake.js";
import type * as model_deleteClerkUser from "../model/deleteClerkUser.js";
import type * as model_deleteMembership from "../model/deleteMembership.js";
import type * as model_deleteOrganization from "../model/deleteOrganization.js";
import type * as model_deliveries from "../model/deliveries.js";
import type * as model_deliveryListing from "../model/deliveryListing.js";
import type * as model_deliveryPayloads from "../model/deliveryPayloads.js";
import type * as model_doctor from "../model/doctor.js";
import type * as model_environment from "../model/environment.js";
import type * as model_errors from "../model/errors.js";
import type * as model_failedEvents from "../model/failedEvents.js";
import type * as model_filteredPage from "../model/filteredPage.js";
import type * as model_findUser from "../model/findUser.js";
import type * as model_firstRow from "../model/firstRow.js";
import type * as model_followInvitations from "../model/followInvitations.js";
import type * as model_healthView from "../model/healthView.js";
import type * as model_instance from "../model/instance.js";
import type * as model_integrity from "../model/integrity.js";
import type * as model_intents from "../model/intents.js";
import type * as model_invitationOutbox from "../model/invitationOutbox.js";
import type * as model_invitations from "../model/invitations.js";
import type * as model_judgeHealth from "../model/judgeHealth.js";
import type * as model_lastOwner from "../model/lastOwner.js";
import type * as model_limits from "../model/limits.js";
import type * as model_listing from "../model/listing.js";
import type * as model_log from "../model/log.js";
import type * as model_maskedEvent from "../model/maskedEvent.js";
import type * as model_membershipRows from "../model/membershipRows.js";
import type * as model_mergeIncomingRole from "../model/mergeIncomingRole.js";
import type * as model_mergeName from "../model/mergeName.js";
import type * as model_mergeRole from "../model/mergeRole.js";
import type * as model_organizationListing from "../model/organizationListing.js";
import type * as model_outbox from "../model/outbox.js";
import type * as model_pools from "../model/pools.js";
import type * as model_recount from "../model/recount.js";
import type * as model_replayDelivery from "../model/replayDelivery.js";
import type * as model_roleBrake from "../model/roleBrake.js";
import type * as model_schedules from "../model/schedules.js";
import type * as model_searchUsers from "../model/searchUsers.js";
import type * as model_signIn from "../model/signIn.js";
import type * as model_signingSecrets from "../model/signingSecrets.js";
import type * as model_summary from "../model/summary.js";
import type * as model_sync_applyBatch from "../model/sync/applyBatch.js";
import type * as model_sync_applyMirrors from "../model/sync/applyMirrors.js";
import type * as model_sync_applyUsers from "../model/sync/applyUsers.js";
import type * as model_sync_batches from "../model/sync/batches.js";
import type * as model_sync_callers from "../model/sync/callers.js";
import type * as model_sync_checkpoint from "../model/sync/checkpoint.js";
import type * as model_sync_drive from "../model/sync/drive.js";
import type * as model_sync_driveRemovals from "../model/sync/driveRemovals.js";
import type * as model_sync_driveSweep from "../model/sync/driveSweep.js";
import type * as model_sync_findRows from "../model/sync/findRows.js";
import type * as model_sync_heldRemovals from "../model/sync/heldRemovals.js";
import type * as model_sync_lease from "../model/sync/lease.js";
import type * as model_sync_listing from "../model/sync/listing.js";
import type * as model_sync_missing from "../model/sync/missing.js";
import type * as model_sync_packing from "../model/sync/packing.js";
import type * as model_sync_pages from "../model/sync/pages.js";
import type * as model_sync_planHash from "../model/sync/planHash.js";
import type * as model_sync_planRun from "../model/sync/planRun.js";
import type * as model_sync_planUser from "../model/sync/planUser.js";
import type * as model_sync_reader from "../model/sync/reader.js";
import type * as model_sync_removals from "../model/sync/removals.js";
import type * as model_sync_restoreSweep from "../model/sync/restoreSweep.js";
import type * as model_sync_retention from "../model/sync/retention.js";
import type * as model_sync_runs from "../model/sync/runs.js";
import type * as model_sync_scope from "../model/sync/scope.js";
import type * as model_sync_settleRemovals from "../model/sync/settleRemovals.js";
import type * as model_sync_sweep from "../model/sync/sweep.js";
import type * as model_sync_sweepPeople from "../model/sync/sweepPeople.js";
import type * as model_sync_tables from "../model/sync/tables.js";
import type * as model_sync_validators from "../model/sync/validators.js";
import type * as model_sync_views from "../model/sync/views.js";
import type * as model_target from "../model/target.js";
import type * as model_testConnection from "../model/testConnection.js";
import type * as model_text from "../model/text.js";
import type * as model_userRows from "../model/userRows.js";
import type * as model_validators from "../model/validators.js";
import type * as model_verifyAudit from "../model/verifyAudit.js";
import type * as model_versionRegister from "../model/versionRegister.js";
import type * as model_views from "../model/views.js";
import type * as model_webhookHealth from "../model/webhookHealth.js";
import type * as model_webhookRequest from "../model/webhookRequest.js";
import type * as model_webhookTally from "../model/webhookTally.js";
import type * as organizations from "../organizations.js";
import type * as outbox from "../outbox.js";
import type * as removals from "../removals.js";
import type * as settings from "../settings.js";
import type * as summary from "../summary.js";
import type * as sweepWork from "../sweepWork.js";
import type * as sync from "../sync.js";
import type * as syncWork from "../syncWork.js";
import type * as tokens from "../tokens.js";
import type * as users from "../users.js";
import type * as webhooks from "../webhooks.js";

import type {
  ApiFromModules,
  FilterApi,
  FunctionReference,
} from "convex/server";

declare const fullApi: ApiFromModules<{
  admin: typeof admin;
  adminLists: typeof adminLists;
  adminSync: typeof adminSync;
  adminTokens: typeof adminTokens;
  alarms: typeof alarms;
  audit: typeof audit;
  brakes: typeof brakes;
  bulk: typeof bulk;
  clerk: typeof clerk;
  connection: typeof connection;
  credentials: typeof credentials;
  crons: typeof crons;
  dashboard: typeof dashboard;
  deliveries: typeof deliveries;
  functions: typeof functions;
  http: typeof http;
  httpTokens: typeof httpTokens;
  ids: typeof ids;
  invitations: typeof invitations;
  maintenance: typeof maintenance;
  "model/access": typeof model_access;
  "model/alarms": typeof model_alarms;
  "model/apiTokenKey": typeof model_apiTokenKey;
  "model/apiTokens": typeof model_apiTokens;
  "model/applyClerkUser": typeof model_applyClerkUser;
  "model/applyMembership": typeof model_applyMembership;
  "model/applyOrganization": typeof model_applyOrganization;
  "model/audit": typeof model_audit;
  "model/auditListing": typeof model_auditListing;
  "model/auditLog": typeof model_auditLog;
  "model/auditRetention": typeof model_auditRetention;
  "model/bulkJobs": typeof model_bulkJobs;
  "model/bulkRun": typeof model_bulkRun;
  "model/canary": typeof model_canary;
  "model/canonicalJson": typeof model_canonicalJson;
  "model/cause": typeof model_cause;
  "model/changeAccess": typeof model_changeAccess;
  "model/changeName": typeof model_changeName;
  "model/changeRole": typeof model_changeRole;
  "model/clerkApi": typeof model_clerkApi;
  "model/clerkEvent": typeof model_clerkEvent;
  "model/clerkFields": typeof model_clerkFields;
  "model/clerkInvitations": typeof model_clerkInvitations;
  "model/clerkOrganization": typeof model_clerkOrganization;
  "model/clerkUser": typeof model_clerkUser;
  "model/countCells": typeof model_countCells;
  "model/countUsers": typeof model_countUsers;
  "model/counters": typeof model_counters;
  "model/credentials": typeof model_credentials;
  "model/deadLetters": typeof model_deadLetters;
  "model/decideBrake": typeof model_decideBrake;
  "model/deleteClerkUser": typeof model_deleteClerkUser;
  "model/deleteMembership": typeof model_deleteMembership;
  "model/deleteOrganization": typeof model_deleteOrganization;
  "model/deliveries": typeof model_deliveries;
  "model/deliveryListing": typeof model_deliveryListing;
  "model/deliveryPayloads": typeof model_deliveryPayloads;
  "model/doctor": typeof model_doctor;
  "model/environment": typeof model_environment;
  "model/errors": typeof model_errors;
  "model/failedEvents": typeof model_failedEvents;
  "model/filteredPage": typeof model_filteredPage;
  "model/findUser": typeof model_findUser;
  "model/firstRow": typeof model_firstRow;
  "model/followInvitations": typeof model_followInvitations;
  "model/healthView": typeof model_healthView;
  "model/instance": typeof model_instance;
  "model/integrity": typeof model_integrity;
  "model/intents": typeof model_intents;
  "model/invitationOutbox": typeof model_invitationOutbox;
  "model/invitations": typeof model_invitations;
  "model/judgeHealth": typeof model_judgeHealth;
  "model/lastOwner": typeof model_lastOwner;
  "model/limits": typeof model_limits;
  "model/listing": typeof model_listing;
  "model/log": typeof model_log;
  "model/maskedEvent": typeof model_maskedEvent;
  "model/membershipRows": typeof model_membershipRows;
  "model/mergeIncomingRole": typeof model_mergeIncomingRole;
  "model/mergeName": typeof model_mergeName;
  "model/mergeRole": typeof model_mergeRole;
  "model/organizationListing": typeof model_organizationListing;
  "model/outbox": typeof model_outbox;
  "model/pools": typeof model_pools;
  "model/recount": typeof model_recount;
  "model/replayDelivery": typeof model_replayDelivery;
  "model/roleBrake": typeof model_roleBrake;
  "model/schedules": typeof model_schedules;
  "model/searchUsers": typeof model_searchUsers;
  "model/signIn": typeof model_signIn;
  "model/signingSecrets": typeof model_signingSecrets;
  "model/summary": typeof model_summary;
  "model/sync/applyBatch": typeof model_sync_applyBatch;
  "model/sync/applyMirrors": typeof model_sync_applyMirrors;
  "model/sync/applyUsers": typeof model_sync_applyUsers;
  "model/sync/batches": typeof model_sync_batches;
  "model/sync/callers": typeof model_sync_callers;
  "model/sync/checkpoint": typeof model_sync_checkpoint;
  "model/sync/drive": typeof model_sync_drive;
  "model/sync/driveRemovals": typeof model_sync_driveRemovals;
  "model/sync/driveSweep": typeof model_sync_driveSweep;
  "model/sync/findRows": typeof model_sync_findRows;
  "model/sync/heldRemovals": typeof model_sync_heldRemovals;
  "model/sync/lease": typeof model_sync_lease;
  "model/sync/listing": typeof model_sync_listing;
  "model/sync/missing": typeof model_sync_missing;
  "model/sync/packing": typeof model_sync_packing;
  "model/sync/pages": typeof model_sync_pages;
  "model/sync/planHash": typeof model_sync_planHash;
  "model/sync/planRun": typeof model_sync_planRun;
  "model/sync/planUser": typeof model_sync_planUser;
  "model/sync/reader": typeof model_sync_reader;
  "model/sync/removals": typeof model_sync_removals;
  "model/sync/restoreSweep": typeof model_sync_restoreSweep;
  "model/sync/retention": typeof model_sync_retention;
  "model/sync/runs": typeof model_sync_runs;
  "model/sync/scope": typeof model_sync_scope;
  "model/sync/settleRemovals": typeof model_sync_settleRemovals;
  "model/sync/sweep": typeof model_sync_sweep;
  "model/sync/sweepPeople": typeof model_sync_sweepPeople;
  "model/sync/tables": typeof model_sync_tables;
  "model/sync/validators": typeof model_sync_validators;
  "model/sync/views": typeof model_sync_views;
  "model/target": typeof model_target;
  "model/testConnection": typeof model_testConnection;
  "model/text": typeof model_text;
  "model/userRows": typeof model_userRows;
  "model/validators": typeof model_validators;
  "model/verifyAudit": typeof model_verifyAudit;
  "model/versionRegister": typeof model_versionRegister;
  "model/views": typeof model_views;
  "model/webhookHealth": typeof model_webhookHealth;
  "model/webhookRequest": typeof model_webhookRequest;
  "model/webhookTally": typeof model_webhookTally;
  organizations: typeof organizations;
  outbox: typeof outbox;
  removals: typeof removals;
  settings: typeof settings;
  summary: typeof summary;
  sweepWork: typeof sweepWork;
  sync: typeof sync;
  syncWork: typeof syncWork;
  tokens: typeof tokens;
  users: typeof users;
  webhooks: typeof webhooks;
}>;

/**
 * A utility for referencing Convex functions in your app's public API.
 *
 * Usage:
 * ```js
 * const myFunctionReference = api.myModule.myFunction;
 * ```
 */
export declare const api: FilterApi<
  typeof fullApi,
  FunctionReference<any, "public">
>;

/**
 * A utility for referencing Convex functions in your app's internal API.
 *
 * Usage:
 * ```js
 * const myFunctionReference = internal.myModule.myFunction;
 * ```
 */
export declare const internal: FilterApi<
  typeof fullApi,
  FunctionReference<any, "internal">
>;

export declare const components: {
  workpool: import("@convex-dev/workpool/_generated/component.js").ComponentApi<"workpool">;
  rateLimiter: import("@convex-dev/rate-limiter/_generated/component.js").ComponentApi<"rateLimiter">;
};
