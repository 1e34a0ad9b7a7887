import { randomUUID } from 'node:crypto';
import { GenericContainer, type StartedTestContainer, Wait } from 'testcontainers';
import { limitsMs } from '../support/limits.ts';
import { imageWith } from '../system/package/container.ts';

/** How much ahead of ours the clock of the Keystone `behind` is. */
export const behindMs = -7_200_000;

/** How long the tokens of the Keystone `brief` live. */
export const briefLifeMs = 10_000;

/** Three Keystones of one database: what differs is their configuration. */
const instances = {
  /** as it comes */
  usual: { port: 5000, under: '', lifeMs: 3_600_000 },
  /** its tokens live for seconds */
  brief: { port: 5001, under: '', lifeMs: briefLifeMs },
  /** its clock is behind ours by more than its tokens live */
  behind: { port: 5002, under: `faketime -f ${behindMs / 1_000}s `, lifeMs: 3_600_000 },
} as const;

/** The name of one of them. */
export type Instance = keyof typeof instances;

const names = Object.keys(instances) as Instance[];

const database = '/var/lib/keystone/tests.db';

/** Hashing is what a login takes longest for, and no matter here. */
const configOf = (lifeMs: number): readonly string[] => [
  // With totp: a rule of a user about a method that is not listed here counts for nothing.
  '[auth]',
  'methods = password,token,application_credential,totp',
  '[database]',
  `connection = sqlite:///${database}`,
  '[identity]',
  'password_hash_rounds = 4',
  '[token]',
  `expiration = ${lifeMs / 1_000}`,
];

const configPath = (name: string): string => `/etc/keystone/tests-${name}.conf`;

/** What makes of Debian's packages a Keystone with an administrator, in the image. */
function setUp(): readonly string[] {
  const files = Object.entries(instances).map(
    ([name, { lifeMs }]) =>
      `printf '%s\\n' ${configOf(lifeMs)
        .map((line) => `'${line}'`)
        .join(' ')} >${configPath(name)}`,
  );
  const manage = `keystone-manage --config-file ${configPath('usual')}`;
  const root = '--keystone-user root --keystone-group root';
  return [
    'apt-get install -y --no-install-recommends faketime',
    ...files,
    `${manage} db_sync`,
    // Else one Keystone that has read holds up another one that writes.
    `sqlite3 ${database} 'PRAGMA journal_mode = WAL'`,
    `${manage} fernet_setup ${root}`,
    `${manage} receipt_setup ${root}`,
    `${manage} bootstrap --bootstrap-password admin --bootstrap-region-id RegionOne`,
  ].map((line) => `RUN ${line}`);
}

/** The Keystones of Debian 12, in a container. Dispose of it with `await using`. */
export class KeystoneServer implements AsyncDisposable {
  readonly #container: StartedTestContainer;

  private constructor(container: StartedTestContainer) {
    this.#container = container;
  }

  static async start(): Promise<KeystoneServer> {
    const startedMs = performance.now();
    const image = await imageWith('rcwait-keystone:bookworm', 'bookworm', ['keystone'], setUp());
    console.log(`image of Keystone: ${Math.round((performance.now() - startedMs) / 1000)} s`);
    const commands = Object.entries(instances).map(
      ([name, { port, under }]) =>
        `OS_KEYSTONE_CONFIG_FILES=${configPath(name)} ${under}keystone-wsgi-public --port ${port} >/var/log/keystone/tests-${name}.log 2>&1 &`,
    );
    const container = await new GenericContainer(image)
      .withName(`rcwait-${randomUUID()}`)
      .withLabels({ 'rc-wait.run': process.env.RCWAIT_RUN ?? 'by-hand' })
      .withExposedPorts(...names.map((name) => instances[name].port))
      .withWaitStrategy(Wait.forAll(names.map((name) => Wait.forHttp('/v3', instances[name].port))))
      .withStartupTimeout(limitsMs.server)
      .withCommand(['sh', '-c', `${commands.join(' ')} wait`])
      .start();
    return new KeystoneServer(container);
  }

  /** What they have logged last. */
  async log(): Promise<string> {
    return (await this.#container.exec(['sh', '-c', 'tail -n 60 /var/log/keystone/tests-*.log'])).output;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#container.stop({ timeout: 0 });
  }

  /** Where one of them is, without a path. */
  urlOf(name: Instance): string {
    return `http://${this.#container.getHost()}:${this.#container.getMappedPort(instances[name].port)}`;
  }
}
