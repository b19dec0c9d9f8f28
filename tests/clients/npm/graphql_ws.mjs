// graphql-ws alone: queries, mutations and streams over one line.
import { reasonOf, sha256 } from './session.mjs';

class GraphqlWs {
  constructor(line) {
    this.line = line;
  }

  async ask(payload) {
    const answers = this.line.iterate(payload);
    const { value } = await answers.next();
    await answers.return();
    return value;
  }

  async query(query, variables) {
    return (await this.ask({ query, variables })).data;
  }

  async refused(query, variables) {
    try {
      return (await this.ask({ query, variables })).errors[0].extensions.reason;
    } catch (error) {
      return Array.isArray(error) ? error[0].extensions.reason : error.reason;
    }
  }

  mutate(query, variables) {
    return this.query(query, variables);
  }

  follow(query, variables, told, ended) {
    return this.line.subscribe(
      { query, variables },
      {
        next: ({ data }) => told(data.recognitions),
        error: (error) => ended(reasonOf(error)),
        complete: () => ended('complete'),
      },
    );
  }

  async persisted(text) {
    const query = text.replace('MeQuery', 'WsQuery');
    const extensions = { persistedQuery: { version: 1, sha256Hash: sha256(query) } };
    const texts = [];
    const ask = (sent) => {
      texts.push(sent !== '');
      return this.ask({ query: sent, extensions }).catch((errors) => ({ errors }));
    };
    for (let time = 0; time < 2; time += 1) {
      const { errors } = await ask('');
      if (errors?.[0].message === 'PersistedQueryNotFound') {
        await ask(query);
      }
    }
    return texts;
  }
}

export async function open(session) {
  return new GraphqlWs(session.line());
}
