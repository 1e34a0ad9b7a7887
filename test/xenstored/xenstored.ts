import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { Decoder, encode, kinds, type Message, terminated, textsOf } from './wire.ts';

/** How the daemon behaves towards its clients. */
type Manner =
  | 'answers'
  /** it takes connections and requests, and answers none of them */
  | 'hangs'
  /** it answers reads, and tells no watch event, not even the first */
  | 'silent';

interface Watch {
  readonly client: Socket;
  readonly path: string;
  readonly token: string;
}

/** A guest's own folder: the paths that it names without a slash are in it. */
const home = '/local/domain/7/';

/**
 * A small xenstored for the programs of Debian's xenstore-utils, on a socket of its own: what a guest may do, and all
 * the trouble that a guest can have with it. Debian's own does not run without a hypervisor.
 */
export class Xenstored {
  /** what the clients need in their environment to find it: xs_daemon_socket() of libxenstore reads it */
  readonly env: Readonly<Record<string, string>>;
  manner: Manner = 'answers';
  readonly #keys = new Map<string, string>();
  readonly #clients = new Set<Socket>();
  readonly #server: Server;
  #watches: readonly Watch[] = [];
  readonly #counts = new Map<number, number>();

  private constructor(path: string) {
    this.env = { XENSTORED_PATH: path };
    this.#server = createServer((client) => this.#serve(client));
  }

  static async start(folder: string): Promise<Xenstored> {
    const path = join(folder, 'xenstored');
    const xenstored = new Xenstored(path);
    xenstored.#server.listen(path);
    await once(xenstored.#server, 'listening');
    return xenstored;
  }

  /** The watches that are set at present. */
  get watches(): number {
    return this.#watches.length;
  }

  /** How often clients have asked for `kind`. */
  asked(kind: keyof typeof kinds): number {
    return this.#counts.get(kinds[kind]) ?? 0;
  }

  /** Sets a key of the guest, as the cloud does it from outside, and tells it. */
  set(key: string, value: string): void {
    this.#keys.set(home + key, value);
    this.#fire(home + key);
  }

  unset(key: string): void {
    this.#keys.delete(home + key);
    this.#fire(home + key);
  }

  /** Tells `times` changes of a key that has not changed. */
  flood(key: string, times: number): void {
    for (let index = 0; index < times; index += 1) this.#fire(home + key);
  }

  /** Ends all connections, as a restart of the daemon does. */
  disconnect(): void {
    for (const client of this.#clients) client.destroy();
  }

  async stop(): Promise<void> {
    this.disconnect();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #serve(client: Socket): void {
    const decoder = new Decoder();
    this.#clients.add(client);
    client.on('error', () => client.destroy());
    client.on('close', () => {
      this.#clients.delete(client);
      this.#watches = this.#watches.filter((watch) => watch.client !== client);
    });
    client.on('data', (bytes: Buffer) => {
      const messages = decoder.push(bytes);
      if (messages === 'too long') {
        client.destroy();
        return;
      }
      for (const message of messages) {
        this.#counts.set(message.kind, this.asked(nameOf(message.kind)) + 1);
        if (this.manner !== 'hangs') this.#answer(client, message);
      }
    });
  }

  #answer(client: Socket, message: Message): void {
    const answered = this.#answerTo(client, message);
    const [kind, payload] =
      typeof answered === 'string' ? [kinds.error, terminated(answered)] : [message.kind, answered];
    client.write(encode({ ...message, kind, payload }));
    // "When a watch is first set up it is triggered once straight away" (docs/misc/xenstore.txt).
    const [path = '', token = ''] = textsOf(message.payload);
    if (kind === kinds.watch && this.manner !== 'silent') tell({ client, path, token }, path);
  }

  /** The payload, or the name of an error. */
  #answerTo(client: Socket, { kind, payload }: Message): Buffer | string {
    const [path = '', token = ''] = textsOf(payload);
    switch (kind) {
      case kinds.read:
        return this.#read(absolute(path));
      case kinds.directory: {
        if (!this.#has(absolute(path))) return 'ENOENT';
        const names = this.#namesIn(absolute(path));
        return names.length === 0 ? Buffer.alloc(0) : terminated(...names);
      }
      case kinds.watch:
        this.#watches = [...this.#watches, { client, path, token }];
        return terminated('OK');
      case kinds.unwatch: {
        const others = this.#watches.filter(
          (watch) => watch.client !== client || watch.path !== path || watch.token !== token,
        );
        if (others.length === this.#watches.length) return 'ENOENT';
        this.#watches = others;
        return terminated('OK');
      }
      default:
        return 'ENOSYS';
    }
  }

  #read(path: string): Buffer | string {
    const value = this.#keys.get(path) ?? (this.#has(path) ? '' : undefined);
    return value === undefined ? 'ENOENT' : Buffer.from(value);
  }

  #has(path: string): boolean {
    return [...this.#keys.keys()].some((key) => key === path || key.startsWith(`${path}/`));
  }

  #namesIn(path: string): readonly string[] {
    const below = [...this.#keys.keys()].filter((key) => key.startsWith(`${path}/`));
    return [...new Set(below.map((key) => key.slice(path.length + 1).split('/', 1)[0] ?? ''))];
  }

  #fire(path: string): void {
    if (this.manner !== 'answers') return;
    for (const watch of this.#watches) {
      const watched = absolute(watch.path);
      if (path !== watched && !path.startsWith(`${watched}/`)) continue;
      // An event names its path as the watch did: within the guest's folder without it.
      tell(watch, watch.path.startsWith('/') ? path : path.slice(home.length));
    }
  }
}

const absolute = (path: string): string => (path.startsWith('/') ? path : home + path);

function tell({ client, token }: Watch, path: string): void {
  const payload = terminated(path, token);
  client.write(encode({ kind: kinds.watchEvent, request: 0, transaction: 0, payload }));
}

function nameOf(kind: number): keyof typeof kinds {
  const found = Object.entries(kinds).find(([, value]) => value === kind)?.[0];
  return (found ?? 'error') as keyof typeof kinds;
}
