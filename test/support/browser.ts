import { type ChildProcess, spawn } from 'node:child_process';

/** An event of the DevTools protocol. */
interface BrowserEvent {
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
}

interface Message extends Partial<BrowserEvent> {
  readonly id?: number;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly message: string };
}

/**
 * Starts Chromium without a window. Its protocol goes over two pipes, 3 and 4: here the input and the output of
 * the shell, so that it may as well be in a container.
 */
const line = [
  'exec chromium --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --no-first-run',
  '--user-data-dir="$(mktemp -d)" --remote-debugging-pipe about:blank',
  '3<&0 4>&1 0</dev/null 1>/dev/null 2>/dev/null',
].join(' ');

/** Debian's Chromium with one page open, by the DevTools protocol. Dispose of it with `await using`. */
export class Browser implements AsyncDisposable {
  /** what has happened on the page, the oldest first */
  readonly events: BrowserEvent[] = [];
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (message: Message) => void>();
  #session: string | undefined;
  #lastId = 0;

  private constructor(argv: readonly [string, ...string[]]) {
    const [file, ...args] = argv;
    this.#child = spawn(file, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    let text = '';
    this.#child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      const parts = (text + chunk).split('\0');
      text = parts.pop() ?? '';
      for (const part of parts) this.#take(JSON.parse(part) as Message);
    });
    this.#child.once('close', () => {
      for (const resolve of this.#waiting.values()) resolve({ error: { message: 'the browser has ended' } });
    });
  }

  /** @param within the words before `sh`, such as `docker run -i IMAGE` */
  static async start(within: readonly string[] = []): Promise<Browser> {
    const [file = 'sh', ...rest] = [...within, 'sh', '-c', line];
    const browser = new Browser([file, ...rest]);
    const { targetInfos } = await browser.send('Target.getTargets');
    const page = (targetInfos as { type: string; targetId: string }[]).find(({ type }) => type === 'page');
    const { sessionId } = await browser.send('Target.attachToTarget', {
      targetId: page?.targetId,
      flatten: true,
    });
    browser.#session = String(sessionId);
    for (const domain of ['Page', 'Runtime', 'Network', 'Log']) await browser.send(`${domain}.enable`);
    return browser;
  }

  #take({ id, ...message }: Message): void {
    const { method, params } = message;
    if (id !== undefined) this.#waiting.get(id)?.(message);
    else if (method !== undefined) this.events.push({ method, params: params ?? {} });
  }

  /** Sends a command; its result. */
  async send(method: string, params: object = {}): Promise<Readonly<Record<string, unknown>>> {
    this.#lastId += 1;
    const id = this.#lastId;
    const session = this.#session === undefined ? {} : { sessionId: this.#session };
    const { result, error } = await new Promise<Message>((resolve) => {
      this.#waiting.set(id, resolve);
      this.#child.stdin?.write(`${JSON.stringify({ id, method, params, ...session })}\0`);
    });
    this.#waiting.delete(id);
    if (error !== undefined) throw new Error(`${method}: ${error.message}`);
    return result ?? {};
  }

  /** Opens a page; resolves, to the ms that it took, once it is loaded and painted. */
  async open(url: string): Promise<number> {
    const startedMs = performance.now();
    this.events.length = 0;
    await this.send('Page.navigate', { url });
    await this.evaluate(
      `new Promise((resolve) => {
        const painted = () => requestAnimationFrame(() => requestAnimationFrame(resolve));
        if (document.readyState === 'complete') painted(); else addEventListener('load', painted);
      })`,
    );
    return performance.now() - startedMs;
  }

  /** The value of an expression on the page; of a promise, what it resolves to. */
  async evaluate<T>(expression: string): Promise<T> {
    const { result, exceptionDetails } = await this.send('Runtime.evaluate', {
      expression,
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails !== undefined) throw new Error(`${expression}: ${JSON.stringify(exceptionDetails)}`);
    return (result as { value: T }).value;
  }

  /** Presses and releases a key, such as `Escape` or `/`. */
  async press(key: string): Promise<void> {
    const text = key.length === 1 ? { text: key } : {};
    await this.send('Input.dispatchKeyEvent', { type: 'keyDown', key, ...text });
    await this.send('Input.dispatchKeyEvent', { type: 'keyUp', key });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.send('Browser.close').catch(() => undefined);
    this.#child.kill('SIGKILL');
  }
}
