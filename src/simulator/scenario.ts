import * as v from 'valibot';
import { parseDocument } from 'yaml';
import { RcWaitError, reasonOf } from '../base/error.ts';
import { depthFault } from '../base/yaml/depth.ts';
import { count } from './fields.ts';
import { defaultDialect, defaultQuota, serverEntries, type WrittenServer } from './schema.ts';
import type { Scenario, ServerScenario, TaskScenario } from './types.ts';

const address = v.pipe(
  v.string('expected an address such as 127.0.0.2'),
  v.ip('expected an address such as 127.0.0.2'),
);

const scenarioSchema = v.strictObject({
  seed: v.optional(count, 1),
  servers: v.optional(
    v.pipe(
      v.array(
        v.strictObject({ address: v.exactOptional(address), ...serverEntries }),
        'expected a list of servers',
      ),
      v.check(
        (servers) => new Set(servers.map((server) => server.address)).size === servers.length,
        'expected each address once, and one entry without an address at most',
      ),
    ),
    [],
  ),
});

const patchSchema = v.strictObject({
  now: v.exactOptional(v.boolean('expected true or false')),
  ...serverEntries,
});

/** A change to a server at run time: any keys of the scenario, and whether the deployment ends at once. */
export interface ServerPatch {
  readonly server: WrittenServer;
  readonly now: boolean;
}

/**
 * Reads a scenario. A document without `servers` is one server, the default for every address: `{deployedAfter:
 * 5s, outcome: FAILED}` is a complete scenario.
 * @throws RcWaitError SCENARIO with the path in the YAML and what was expected there
 */
export function parseScenario(yamlText: string, fileName: string): Scenario {
  const tooDeep = depthFault(yamlText);
  if (tooDeep !== undefined) throw unusable(fileName, tooDeep, undefined);
  const document = parseDocument(yamlText, { prettyErrors: true });
  const [syntaxError] = document.errors;
  if (syntaxError !== undefined)
    throw unusable(fileName, syntaxError.message.split('\n', 1)[0] ?? '', syntaxError);
  return scenarioFrom(withoutCloud(dataOf(document, fileName)), fileName);
}

/** The key `openstack` belongs to another API: see openstack/scenario.ts. */
function withoutCloud(value: unknown): unknown {
  if (!isRecord(value)) return value;
  const { openstack: _, ...own } = value;
  return own;
}

function dataOf(document: ReturnType<typeof parseDocument>, fileName: string): unknown {
  try {
    // An alias bomb ends here: yaml expands at most 100 aliases.
    return document.toJS() ?? {};
  } catch (error) {
    throw unusable(fileName, reasonOf(error), error);
  }
}

/** A scenario from plain data, as `parseScenario` finds it in the YAML. */
function scenarioFrom(value: unknown, name: string): Scenario {
  const { seed, servers } =
    isRecord(value) && !('servers' in value)
      ? check(scenarioSchema, withOneServer(value), name, 'servers[0].')
      : check(scenarioSchema, value, name);
  const complete = servers.map(
    ({ address, ...written }): ServerScenario => ({
      ...defaultServer,
      tasks: defaultTasks(written.deployedAfter ?? defaultDeploymentMs),
      ...changesOf(written),
      address,
    }),
  );
  return {
    seed,
    servers: complete.filter((server) => server.address !== undefined),
    otherServers: complete.find((server) => server.address === undefined) ?? defaultServer,
  };
}

/**
 * Reads a patch such as `{"outcome": "FAILED", "now": true}`.
 * @throws RcWaitError SCENARIO, as `parseScenario` does
 */
export function parsePatch(value: unknown): ServerPatch {
  const { now, ...server } = check(patchSchema, value, 'patch');
  return { server, now: now ?? false };
}

/** The server with the keys of a patch replacing its own. */
export function patchServer(server: ServerScenario, written: WrittenServer): ServerScenario {
  return { ...server, ...changesOf(written) };
}

function withOneServer({ seed, ...server }: Record<string, unknown>): unknown {
  return { ...(seed === undefined ? {} : { seed }), servers: [server] };
}

function changesOf(written: WrittenServer): Partial<ServerScenario> {
  const { unknown, deployedAfter, gateway, ...rest } = written;
  return {
    ...rest,
    ...(unknown === undefined ? {} : { unknownStatus: unknownStatusOf(unknown) }),
    ...(deployedAfter === undefined ? {} : { deployedAfterMs: deployedAfter }),
    ...(gateway === undefined ? {} : { gateway: gateway === 'none' ? undefined : gateway }),
  };
}

function unknownStatusOf(unknown: NonNullable<WrittenServer['unknown']>): number | undefined {
  if (typeof unknown === 'object') return unknown.status;
  return unknown ? 403 : undefined;
}

const defaultDeploymentMs = 20_000;

/** Three tasks with realistic names, spread over the deployment. */
function defaultTasks(deployedAfterMs: number): TaskScenario[] {
  const spanMs = Number.isFinite(deployedAfterMs) ? deployedAfterMs : defaultDeploymentMs;
  const task = (name: string, startsAfterMs: number, endsAfterMs: number | undefined) => ({
    name: `Cloud Server Created: ${name}`,
    startsAfterMs,
    endsAfterMs,
    outcome: undefined,
  });
  return [
    task('Add "rackconnect" user', 0, spanMs * 0.25),
    task('Update access on dedicated network devices', spanMs * 0.25, spanMs * 0.75),
    task('Provision public IP address', spanMs * 0.75, undefined),
  ];
}

const defaultServer: ServerScenario = {
  address: undefined,
  unknownStatus: undefined,
  clockFrom: 'first-request',
  deployedAfterMs: defaultDeploymentMs,
  initialStatus: 'DEPLOYING',
  outcome: 'DEPLOYED',
  tasks: defaultTasks(defaultDeploymentMs),
  gateway: { address: '10.208.0.1', assignedAfterMs: undefined },
  features: { configureNetworkStack: false, provisionPublicIp: true, manageSoftwareFirewall: true },
  quota: defaultQuota,
  dialect: defaultDialect,
  faults: [],
};

/** Used when no scenario is given: every server is DEPLOYING for 20 s, then DEPLOYED, with a gateway. */
export const defaultScenario: Scenario = { seed: 1, servers: [], otherServers: defaultServer };

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** At most this many mistakes are reported at once. */
const mistakesNamed = 5;

function check<Schema extends v.GenericSchema>(
  schema: Schema,
  value: unknown,
  name: string,
  hiddenPrefix = '',
): v.InferOutput<Schema> {
  if (!isRecord(value))
    throw unusable(name, `the document: expected a mapping of keys, not ${shown(value)}`, undefined);
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  const mistakes = result.issues.slice(0, mistakesNamed).map((issue) => mistakeOf(issue, hiddenPrefix));
  throw unusable(name, mistakes.join('; '), undefined);
}

function mistakeOf(issue: v.BaseIssue<unknown>, hiddenPrefix: string): string {
  const keys = (issue.path ?? []).map(({ key }) => (typeof key === 'number' ? `[${key}]` : `.${key}`));
  const path = keys.join('').slice(1);
  const where = path.startsWith(hiddenPrefix) ? path.slice(hiddenPrefix.length) : path;
  if (issue.type === 'strict_object' && issue.expected === 'never') return `${where}: there is no such key`;
  if (issue.received === 'undefined') return `${where}: is missing`;
  if (issue.expected === 'Object') return `${where}: expected a mapping of keys, not ${shown(issue.input)}`;
  const expected = issue.message.startsWith('expected')
    ? issue.message
    : `expected ${issue.expected ?? 'something else'}`;
  return `${where}: ${expected}, not ${shown(issue.input)}`;
}

function shown(input: unknown): string {
  const text = JSON.stringify(input) ?? String(input);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

function unusable(name: string, reason: string, cause: unknown): RcWaitError {
  return new RcWaitError('SCENARIO', `cannot use ${name}: ${reason}`, {
    ...(cause === undefined ? {} : { cause }),
    hint: 'every key of a scenario is in /usr/share/doc/rc-wait/simulator.md',
  });
}
