// GraphiQL for this server: what is typed stays in the tab, streams come over graphql-transport-ws with the same headers.
import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { GraphiQL } from 'graphiql';
import { createClient } from 'graphql-ws';
import { createRoot } from 'react-dom/client';
import 'graphiql/style.css';
import './page.css';

const url = location.pathname;
const streams = `${location.origin.replace('http', 'ws')}${url}`;

const QUERY = `# A token comes from: vekst token --org KEY --as PERSON
# Put it into "Headers" below, after Bearer. Without one, nothing but the documentation is shown.

query Me {
  me {
    name
    points { total effort }
    streaks { streak { title } current longest state }
  }
}

# Runs until it is stopped, and tells what is recognised from now on.
subscription Follow {
  recognitions {
    cursor
    node { title points why { text } }
  }
}
`;

// A line that was closed stays so: why it was, such as an expired token, is worth more than a silent new beginning.
const fetcher = (parameters, options) => {
  const wsClient = createClient({ url: streams, connectionParams: options?.headers, retryAttempts: 0 });
  return createGraphiQLFetcher({ url, wsClient, enableIncrementalDelivery: false })(parameters, options);
};

createRoot(document.getElementById('page')).render(
  <GraphiQL
    fetcher={fetcher}
    storage={sessionStorage}
    defaultQuery={QUERY}
    defaultHeaders={'{"Authorization": "Bearer "}'}
    defaultEditorToolsVisibility="headers"
    shouldPersistHeaders
  />,
);
