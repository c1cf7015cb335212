import { anyApi, httpActionGeneric as httpAction, httpRouter } from 'convex/server';
import { Webhook } from 'svix';

const http = httpRouter();

http.route({
  path: '/clerk-users-webhook',
  method: 'POST',
  handler: httpAction(async (ctx, request) => {
    const body = await request.text();
    let event: { type: string; data: unknown };
    try {
      const headers = {
        'svix-id': request.headers.get('svix-id') ?? '',
        'svix-timestamp': request.headers.get('svix-timestamp') ?? '',
        'svix-signature': request.headers.get('svix-signature') ?? '',
      };
      new Webhook(process.env.CLERK_WEBHOOK_SECRET ?? '').verify(body, headers);
      event = JSON.parse(body) as typeof event;
    } catch {
      return new Response('Error occured', { status: 400 });
    }
    if (event.type === 'user.created' || event.type === 'user.updated') {
      await ctx.runMutation(anyApi.users!.upsertFromClerk!, { data: event.data });
    }
    return new Response(null, { status: 200 });
  }),
});

export default http;
