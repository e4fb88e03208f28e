/**
 * The channel to the container: one WebSocket that comes back by itself.
 *
 * docs/channels.md is its protocol. Nothing is kept for later: what is sent while there is no
 * connection is refused, so that no click lands on a page that has moved on meanwhile.
 */

const BACK_OFF_MS = { first: 500, factor: 2, longest: 15_000 };
const PING_EVERY_MS = 5_000;
/** A ping that is not answered for so long means that the line is dead, whatever TCP thinks. */
const PONG_WITHIN_MS = 10_000;
/** Answers after which trying again is of no use. */
const FINAL_STATUSES = [401, 403, 404, 410];
/** Of a socket that was opened, or is being opened, until the server's first message. */
const HELLO_WITHIN_MS = 20_000;
const UNFINISHED_CHUNK_SETS_MAX = 16;

/** A message that was not done: `code` is the server's, or DISCONNECTED. */
export class Refused extends Error {
  constructor({ code, message, details = {} }) {
    super([message, details.reason].filter(Boolean).join(" "));
    this.code = code;
  }
}

function disconnected(message) {
  return new Refused({ code: "DISCONNECTED", message });
}

export class Connection {
  #socket = null;
  #open = false;
  #over = false;
  #attempt = 0;
  #retryTimer = 0;
  #retryAt = 0;
  #nextId = 1;
  #waiting = new Map();
  #chunks = new Map();
  #pingSentAt = 0;
  #dialledAt = 0;

  /** The last round trip in milliseconds, or null. */
  roundTrip = null;

  /**
   * @param {string} socketUrl of the channel, with the token
   * @param {string} pageUrl which tells by its status why a connection is refused
   * @param {{message, frame, up, down, over}} on `message(object)`, `frame(ArrayBuffer)`, `up()`,
   *   `down(epoch milliseconds of the next attempt, or 0 for now)`, `over(status, code, text)`
   */
  constructor(socketUrl, pageUrl, on) {
    this.socketUrl = socketUrl;
    this.pageUrl = pageUrl;
    this.on = on;
    setInterval(() => this.#beat(), PING_EVERY_MS);
    addEventListener("online", () => this.retryNow());
  }

  get open() {
    return this.#open;
  }

  connect() {
    const socket = new WebSocket(this.socketUrl);
    socket.binaryType = "arraybuffer";
    socket.onmessage = (event) => {
      if (socket === this.#socket) this.#receive(event.data);
    };
    socket.onclose = () => {
      if (socket === this.#socket) this.#lost();
    };
    this.#socket = socket;
    this.#dialledAt = performance.now();
  }

  /** Try again at once if the next attempt is waited for. */
  retryNow() {
    if (!this.#retryTimer) return;
    clearTimeout(this.#retryTimer);
    this.#retryTimer = 0;
    this.on.down(0);
    this.connect();
  }

  /** The session is over: there is nothing to come back to. */
  finish() {
    this.#over = true;
    this.#drop();
  }

  /**
   * Send a message and wait for its answer.
   *
   * @returns {Promise<object>} rejected with `Refused`
   */
  request(message) {
    if (!this.#open) return Promise.reject(disconnected("There is no connection."));
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#socket.send(JSON.stringify({ ...message, id }));
    });
  }

  #receive(data) {
    if (typeof data !== "string") {
      this.on.frame(data);
      return;
    }
    const message = JSON.parse(data);
    if (message.type === "CHUNK") this.#collect(message);
    else this.#dispatch(message);
  }

  #collect({ id, seq, total, data }) {
    const set = this.#chunks.get(id) ?? { pieces: [], missing: total };
    if (set.pieces[seq] === undefined) set.missing -= 1;
    set.pieces[seq] = data;
    this.#chunks.set(id, set);
    if (set.missing === 0) {
      this.#chunks.delete(id);
      this.#dispatch(JSON.parse(set.pieces.join("")));
    } else if (this.#chunks.size > UNFINISHED_CHUNK_SETS_MAX) {
      this.#chunks.delete(this.#chunks.keys().next().value);
    }
  }

  #dispatch(message) {
    if (message.type === "HELLO") {
      this.#open = true;
      this.#attempt = 0;
      this.on.up();
      this.#beat();
    }
    const waiting = this.#waiting.get(message.id);
    if (waiting) {
      this.#waiting.delete(message.id);
      if (message.type === "ERROR") {
        waiting.reject(new Refused(message.error));
      } else {
        waiting.resolve(message);
      }
    }
    this.on.message(message);
  }

  #beat() {
    const now = performance.now();
    if (!this.#open) {
      if (this.#socket && now - this.#dialledAt > HELLO_WITHIN_MS) this.#lost();
      return;
    }
    if (this.#pingSentAt) {
      if (now - this.#pingSentAt > PONG_WITHIN_MS) this.#lost();
      return;
    }
    this.#pingSentAt = now;
    this.request({ type: "PING" }).then(
      () => {
        this.roundTrip = performance.now() - now;
        this.#pingSentAt = 0;
      },
      () => {
        this.#pingSentAt = 0;
      },
    );
  }

  #drop() {
    const socket = this.#socket;
    this.#socket = null;
    this.#open = false;
    this.#pingSentAt = 0;
    this.#chunks.clear();
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(disconnected("The connection was lost."));
    socket?.close();
  }

  async #lost() {
    this.#drop();
    if (this.#over) return;
    this.on.down(0);
    const answer = await this.#whyNot();
    if (this.#over) return;
    if (answer) {
      this.#over = true;
      this.on.over(answer.status, answer.code, answer.message);
      return;
    }
    const { first, factor, longest } = BACK_OFF_MS;
    const pause = Math.min(first * factor ** this.#attempt, longest) * (0.75 + Math.random() / 2);
    this.#attempt += 1;
    this.#retryAt = Date.now() + pause;
    this.#retryTimer = setTimeout(() => this.retryNow(), pause);
    this.on.down(this.#retryAt);
  }

  /** What the page's own address answers, if it is final; a WebSocket does not tell its status. */
  async #whyNot() {
    try {
      const headers = { Accept: "application/json" };
      const answer = await fetch(this.pageUrl, { headers, cache: "no-store" });
      if (!FINAL_STATUSES.includes(answer.status)) return null;
      const { code, message } = await answer.json();
      return { status: answer.status, code, message };
    } catch {
      return null; // the network's or a proxy's own trouble: to be tried again
    }
  }
}
