export async function deliveryView() {
  return { title: 'delivery', content: [] };
}
