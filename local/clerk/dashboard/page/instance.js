export async function instanceView() {
  return { title: 'instance', content: [] };
}
