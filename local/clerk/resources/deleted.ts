/** What remains of a thing after its deletion: the answer of DELETE and the `*.deleted` webhooks. */
export function deletedResource(
  object: string,
  entity: { id: string; slug?: string; externalId?: string | null },
): Record<string, unknown> {
  return {
    object,
    id: entity.id,
    ...(entity.slug && { slug: entity.slug }),
    ...(entity.externalId && { external_id: entity.externalId }),
    deleted: true,
  };
}
