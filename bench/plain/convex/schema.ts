import { defineSchema, defineTable } from 'convex/server';
import { v } from 'convex/values';

export default defineSchema({
  users: defineTable({
    name: v.string(),
    externalId: v.string(),
    email: v.optional(v.string()),
    role: v.union(v.literal('superadmin'), v.literal('admin'), v.literal('staff')),
    isActive: v.boolean(),
    createdAt: v.number(),
    updatedAt: v.number(),
    lastLoginAt: v.optional(v.number()),
  }).index('byExternalId', ['externalId']),
});
