// One signed-in app: its token, the line that it has open, and what it has sent.
import { createClient } from 'graphql-ws';
import { createHash } from 'node:crypto';
import WebSocket from 'ws';

export const sha256 = (text) => createHash('sha256').update(text).digest('hex');

export class Session {
  constructor(address) {
    this.address = address;
    this.url = `${address}/graphql`;
    // Of each request over HTTP, whether the text of the operation was in it.
    this.texts = [];
  }

  async signIn() {
    this.token = await (await fetch(`${this.address}/sign-in`)).text();
  }

  // An hour later the token has expired.
  async anHourLater() {
    await fetch(`${this.address}/an-hour-later`);
  }

  // Whatever was recorded is judged.
  async judged() {
    await fetch(`${this.address}/judged`);
  }

  fetch = (input, init = {}) => {
    this.texts.push(init.body ? Boolean(JSON.parse(init.body).query) : /[?&]query=./.test(input));
    return fetch(input, { ...init, headers: { ...init.headers, authorization: `Bearer ${this.token}`, 'accept-language': 'en' } });
  };

  // A line does not come back by itself: the library would begin again at the cursor of the first time.
  line() {
    return createClient({
      url: this.url.replace('http', 'ws'),
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      connectionParams: () => ({ authorization: `Bearer ${this.token}`, 'accept-language': 'en' }),
      on: { connected: (socket) => { this.socket = socket; } },
    });
  }

  // As a tunnel does: no goodbye.
  dropTheLine() {
    this.socket.terminate();
  }
}

// Why a stream has ended: each library wraps in its own way what closed the line, and Apollo keeps only words of it.
export function reasonOf(ended) {
  const { code, reason, message } = ended.networkError ?? ended;
  return code ? `${code} ${reason}` : message.replace('Socket closed with event ', '');
}
