// Every MUST, SHOULD and MAY of GraphQL over HTTP, as graphql-http's server audits ask them; one JSON line each.
import { serverAudits } from 'graphql-http';

const [url, token] = process.argv.slice(2);
const signedIn = (address, init = {}) =>
  fetch(address, { ...init, headers: { ...init.headers, authorization: `Bearer ${token}` } });

for (const audit of serverAudits({ url, fetchFn: signedIn })) {
  const { status, reason } = await audit.fn();
  console.log(JSON.stringify({ id: audit.id, name: audit.name, status, reason }));
}
