import type { Finished, Run } from '../../src/system/tool.ts';

/** A kernel's default routes behind the commands of ip(8), and stacks' tools that do what a test says. */
export class FakeKernel {
  /** lines of ip-route(8) */
  routes: string[];
  /** every command that was run, `ip route show` left out */
  readonly ran: string[] = [];
  readonly #tools: Readonly<Record<string, (kernel: FakeKernel) => Partial<Finished> | undefined>>;

  constructor(
    routes: string[],
    tools: Readonly<Record<string, (kernel: FakeKernel) => Partial<Finished> | undefined>> = {},
  ) {
    this.routes = routes;
    this.#tools = tools;
  }

  /** for tools that are one expression */
  become(routes: string[]): undefined {
    this.routes = routes;
  }

  readonly run: Run = async ({ argv }, signal) => {
    const line = argv.join(' ');
    const good: Finished = { ok: true, how: 'exit status 0', output: '' };
    if (signal?.aborted) return { ok: false, how: 'interrupted', output: '' };
    const tool = this.#tools[line];
    if (tool !== undefined) {
      this.ran.push(line);
      return { ...good, ...tool(this) };
    }
    if (argv.includes('show')) return { ...good, output: this.routes.map((route) => `${route} \n`).join('') };
    this.ran.push(line);
    const [verb, ...words] = argv.slice(3);
    const route = words.join(' ').replace('0.0.0.0/0', 'default');
    const metric = (one: string) => /metric \d+/.exec(one)?.[0];
    if (verb === 'del') this.routes = this.routes.filter((one) => one !== route);
    if (verb === 'replace')
      this.routes = [route, ...this.routes.filter((one) => metric(one) !== metric(route))];
    return good;
  };
}
