import * as v from 'valibot';
import { parseOutsideJson } from '../base/json/bounds.ts';
import { splitPage } from './page-text.ts';

/** A server as the Cloud Servers API reported it, reduced to what rc-wait uses. */
export interface SeenServer {
  readonly id: string;
  readonly name: string;
  /** upper case: `BUILD`, `ACTIVE`, `ERROR`, `DELETED` and others */
  readonly status: string;
  /** `rackconnect_automation_status`, upper case; undefined: the key is absent, for now or for good */
  readonly automation: string | undefined;
  /** `rackconnect_unprocessable_reason` */
  readonly unprocessableReason: string | undefined;
  /** `rax_service_level_automation`: the second automation of Managed Operations accounts */
  readonly managed: string | undefined;
  /** when it was created according to the API, ms since 1970 */
  readonly createdMs: number | undefined;
  /** when it last changed according to the API, ms since 1970 */
  readonly updatedMs: number | undefined;
  /** how to reach it: `accessIPv4`, else an address of the public network, else its ServiceNet address */
  readonly ip: string | undefined;
  readonly serviceNetIp: string | undefined;
  /** all its addresses, by the name of their network, such as `public` and `private` */
  readonly addresses: Addresses;
  readonly metadata: Readonly<Record<string, string>>;
}

/** IP addresses by the name of their network. */
export type Addresses = Readonly<Record<string, readonly string[]>>;

/** A page of a list of servers. */
export interface Page {
  readonly servers: readonly SeenServer[];
  /** whether the API returned a link to the next page */
  readonly linked: boolean;
  /** the marker of the next page; undefined: this is the last page */
  readonly next: string | undefined;
}

const text = v.optional(v.nullable(v.string()));

/** Only the fields that are used, checked loosely: an unexpected field must not lose a server. */
const server = v.object({
  id: v.pipe(v.string(), v.minLength(1)),
  name: v.optional(v.nullable(v.string()), ''),
  status: v.optional(v.nullable(v.string()), ''),
  created: text,
  updated: text,
  accessIPv4: text,
  addresses: v.fallback(
    v.record(v.string(), v.array(v.object({ version: v.optional(v.number()), addr: v.string() }))),
    {},
  ),
  metadata: v.fallback(v.record(v.string(), v.unknown()), {}),
});

const page = v.object({
  servers: v.array(v.unknown()),
  servers_links: v.optional(v.array(v.object({ rel: v.optional(v.string()) }))),
});

/**
 * Reads a page of `GET /servers/detail`; undefined when the text is no such page. The link to the next page
 * only shows that there is one; it is not followed, because it may lead to another host, which must not get the token.
 * @param limit how many servers were asked for
 * @param linked whether this API has sent such links before; if not, a full page may have a next one without a link
 */
export function readPage(text: string, limit: number, linked: boolean): Page | undefined {
  const split = splitPage(text);
  const read = v.safeParse(page, parse(split?.shell ?? ''));
  if (split === undefined || !read.success) return undefined;
  const { servers } = split;
  const { servers_links: links } = read.output;
  const seen = servers.map((one) => readSeen(parse(one))).filter((one) => one !== undefined);
  const isLinked = servers.length > 0 && links?.some(({ rel }) => rel === 'next') === true;
  const isMore = isLinked || (servers.length >= limit && !linked);
  // Use the last live server as the marker: Nova before 2014 does not find a deleted server, although
  // changes-since lists it, and no Nova finds a purged one.
  const marker = seen.findLast(({ status }) => status !== 'DELETED') ?? seen.at(-1);
  return { servers: seen, linked: isLinked, next: isMore ? marker?.id : undefined };
}

/** The newest change on a page by the API's clock, ms since 1970; -Infinity: no server has a time. */
export function newestIn({ servers }: Page): number {
  const none = Number.NEGATIVE_INFINITY;
  return servers.reduce((newest, { updatedMs = none }) => Math.max(newest, updatedMs), none);
}

/** Reads the answer to `GET /servers/ID`; undefined when the text is no such answer. */
export function readOne(text: string): SeenServer | undefined {
  const read = v.safeParse(v.object({ server: v.unknown() }), parse(text));
  return read.success ? readSeen(read.output.server) : undefined;
}

function parse(text: string): unknown {
  try {
    return parseOutsideJson(text);
  } catch {
    return undefined;
  }
}

function readSeen(value: unknown): SeenServer | undefined {
  const read = v.safeParse(server, value);
  if (!read.success) return undefined;
  const { id, name, status, created, updated, accessIPv4, addresses } = read.output;
  const metadata = Object.fromEntries(
    Object.entries(read.output.metadata).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    ),
  );
  const { rackconnect_automation_status: automation, rackconnect_unprocessable_reason: reason } = metadata;
  const addressOf = (network: string): string | undefined =>
    addresses[network]?.find(({ version }) => version !== 6)?.addr;
  const serviceNetIp = addressOf('private');
  return {
    id,
    name: name ?? '',
    status: (status ?? '').trim().toUpperCase(),
    automation: wordOf(automation)?.toUpperCase(),
    unprocessableReason: wordOf(reason),
    managed: wordOf(metadata.rax_service_level_automation),
    createdMs: momentOf(created),
    updatedMs: momentOf(updated),
    ip: wordOf(accessIPv4 ?? undefined) ?? addressOf('public') ?? serviceNetIp,
    serviceNetIp,
    addresses: Object.fromEntries(
      Object.entries(addresses).map(([network, all]) => [network, all.map(({ addr }) => addr)]),
    ),
    metadata,
  };
}

/** ms since 1970 */
function momentOf(written: string | null | undefined): number | undefined {
  const moment = Date.parse(written ?? '');
  return Number.isNaN(moment) ? undefined : moment;
}

/** Trimmed, without the quotes that xenstore puts around the same value. */
function wordOf(value: string | undefined): string | undefined {
  const word = value?.trim().replace(/^"(.*)"$/, '$1');
  return word === undefined || word === '' ? undefined : word;
}
