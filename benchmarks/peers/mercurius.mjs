// mercurius with its JIT: answers that lie in memory, by person.
import { readFileSync } from 'node:fs'
import Fastify from 'fastify'
import mercurius from 'mercurius'

const { schema, answers } = JSON.parse(readFileSync(process.env.PEER_DATA, 'utf8'))
const app = Fastify({ logger: false })
app.register(mercurius, {
  schema,
  resolvers: { Query: { answer: async (_root, { person }) => answers[person] ?? null } },
  jit: 1,
  path: '/graphql',
})
app.get('/readyz', async () => 'ready')
await app.listen({ port: Number(process.env.PEER_PORT), host: '127.0.0.1' })
