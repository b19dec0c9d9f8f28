// PostGraphile over tables that were made for one screen.
import { createServer } from 'node:http'
import pg from 'pg'
import { postgraphile } from 'postgraphile'
import { makePgService } from 'postgraphile/adaptors/pg'
import { grafserv } from 'postgraphile/grafserv/node'
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber'

const pool = new pg.Pool({ ...JSON.parse(process.env.PEER_DATABASE), max: Number(process.env.PEER_CONNECTIONS) })
const served = postgraphile({
  extends: [PostGraphileAmberPreset],
  pgServices: [makePgService({ pool, schemas: [process.env.PEER_SCHEMA] })],
  schema: { defaultBehavior: '+list -connection' },
  grafserv: { graphqlPath: '/graphql', watch: false, graphiql: false },
  grafast: { explain: false },
}).createServ(grafserv)
const graphql = createServer()
await served.addTo(graphql)
const [handle] = graphql.listeners('request')
const server = createServer((request, response) =>
  request.url === '/readyz' ? response.end('ready') : handle(request, response),
)
server.listen(Number(process.env.PEER_PORT), '127.0.0.1')
