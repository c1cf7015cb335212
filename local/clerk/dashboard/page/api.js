/** Same-origin JSON. Throws an Error whose message can be shown to the person. */
async function request(method, path, body) {
  let response;
  try {
    response = await fetch(path, {
      method,
      headers: body === undefined ? {} : { 'content-type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new Error('The local Clerk does not answer. Is it still running?');
  }
  const text = await response.text();
  const answer = text === '' ? {} : JSON.parse(text);
  if (response.ok) return answer;
  const fault = answer.errors?.[0];
  const error = new Error(fault?.long_message ?? fault?.message ?? `HTTP ${response.status}`);
  error.field = fault?.meta?.param_name;
  error.status = response.status;
  throw error;
}

export const get = (path) => request('GET', path);
export const post = (path, body = {}) => request('POST', path, body);
export const patch = (path, body) => request('PATCH', path, body);
export const remove = (path) => request('DELETE', path);
