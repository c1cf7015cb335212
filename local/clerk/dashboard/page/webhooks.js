export async function webhooksView() {
  return { title: 'webhooks', content: [] };
}
