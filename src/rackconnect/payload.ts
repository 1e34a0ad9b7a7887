import { type Ipv4Address, parseIpv4 } from '../base/ipv4.ts';
import { type FeatureName, findFeatures, isNamed, saysNone } from './payload/features.ts';
import { unreadOf } from './payload/fields.ts';
import { gatewayNodes } from './payload/gateway.ts';
import { parsePayload } from './payload/parse.ts';
import { findStatus } from './payload/status.ts';
import { findTasks } from './payload/tasks.ts';
import { clean, unreadable } from './payload/tree.ts';
import type { Details, Feature, Read } from './types.ts';

/*
 * Bodies → meaning. RackConnect published the keys of few bodies, so nothing
 * here relies on a shape; only the status is vital. Two rules keep tolerance
 * from becoming guesswork: what contradicts itself is not read at all, and an
 * answer in which nothing was found is "not read", never "empty".
 */

const knownStatuses: readonly string[] = ['DEPLOYING', 'DEPLOYED', 'FAILED', 'UNPROCESSABLE'];

/**
 * Whether a status is one that Rackspace documents: three in "RackConnect API",
 * UNPROCESSABLE in the Cloud Servers metadata.
 */
export function isKnownStatus(status: string): boolean {
  return knownStatuses.includes(status);
}

/**
 * Reads the automation status from any of its formats.
 * @param expected the answer's content type or the format asked for; the body decides what it is, this words a refusal
 */
export function readStatus(body: string, expected: string): Read<string> {
  const parsed = parsePayload(body, expected);
  if (!parsed.ok) return parsed;
  const found = findStatus(parsed.tree);
  if (!found.ok) return found;
  return { ok: true, value: found.value.status, unread: unreadOf(parsed.tree, new Set(found.value.nodes)) };
}

/**
 * Reads the status and the tasks. Tasks that cannot be read never cost the
 * status: they are in `unread` then.
 * @param expected the answer's content type or the format asked for; the body decides what it is, this words a refusal
 */
export function readDetails(body: string, expected: string): Read<Details> {
  const parsed = parsePayload(body, expected);
  if (!parsed.ok) return parsed;
  const found = findStatus(parsed.tree);
  if (!found.ok) return found;
  const tasks = findTasks(parsed.tree);
  const understood = new Set([...found.value.nodes, ...tasks.flatMap(({ parts }) => parts)]);
  const value = { status: found.value.status, tasks: tasks.map(({ task }) => task) };
  return { ok: true, value, unread: unreadOf(parsed.tree, understood) };
}

/**
 * Reads the gateway's address. The text format carries stray white space in
 * the wild. Whether the address can be this server's gateway is judged
 * elsewhere: it depends on the interfaces.
 * @param expected the answer's content type or the format asked for; the body decides what it is, this words a refusal
 */
export function readGateway(body: string, expected: string): Read<Ipv4Address> {
  const parsed = parsePayload(body, expected);
  if (!parsed.ok) return parsed;
  const nodes = gatewayNodes(parsed.tree);
  const [first] = nodes;
  if (first === undefined) return unreadable('the answer names no gateway');
  const texts = new Set(nodes.map(({ text }) => (text ?? '').trim()));
  if (texts.size > 1) return unreadable(`the answer has two gateways: ${[...texts].join(' and ')}`);
  const value = parseIpv4(first.text ?? '');
  if (value === undefined)
    return unreadable(
      `the answer's gateway is not an IPv4 address: ${clean(first.text ?? '', 60) || 'empty'}`,
    );
  return { ok: true, value, unread: unreadOf(parsed.tree, new Set(nodes)) };
}

/**
 * Reads the automation features. An answer without any feature is read as an
 * empty list only where it says so (`[]`, an empty element).
 * @param expected the answer's content type or the format asked for; the body decides what it is, this words a refusal
 */
export function readFeatures(body: string, expected: string): Read<readonly Feature[]> {
  const parsed = parsePayload(body, expected);
  if (!parsed.ok) return parsed;
  const found = findFeatures(parsed.tree);
  if (found.length === 0 && !saysNone(parsed.tree))
    return unreadable('the answer names no automation feature');
  const understood = new Set(found.flatMap(({ parts }) => parts));
  return { ok: true, value: found.map(({ feature }) => feature), unread: unreadOf(parsed.tree, understood) };
}

/**
 * The feature of that name, however the API spells it; undefined when the list
 * has none. Where the list contradicts itself, `enabled` is undefined: whether
 * the network may be touched depends on it.
 */
export function featureNamed(features: readonly Feature[], name: FeatureName): Feature | undefined {
  const [first, ...others] = features.filter((feature) => isNamed(feature, name));
  if (first === undefined || others.every(({ enabled }) => enabled === first.enabled)) return first;
  return {
    name: first.name,
    enabled: undefined,
    status: clean([first, ...others].map(({ status }) => status).join(' / ')),
  };
}
