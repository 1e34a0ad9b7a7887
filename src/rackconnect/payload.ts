import { type Ipv4Address, parseIpv4 } from '../base/ipv4.ts';
import { type FeatureName, findFeatures, isExplicitlyEmpty, isNamed } from './payload/features.ts';
import { unreadOf } from './payload/fields.ts';
import { gatewayNodes } from './payload/gateway.ts';
import { parsePayload } from './payload/parse.ts';
import { findStatus } from './payload/status.ts';
import { findTasks } from './payload/tasks.ts';
import { cleanValue, unreadable } from './payload/tree.ts';
import type { Details, Feature, Read } from './types.ts';

/*
 * Bodies → meaning. RackConnect published the keys of few bodies, so the readers rely on no particular shape;
 * only the status is vital. Two rules prevent guesswork: contradictory answers are not read at all, and an
 * answer without the expected parts is "not read", never "empty".
 */

/**
 * Reads the automation status from any format.
 * @param expected the content type or the requested format, only for the error's words: the body decides its format
 */
export function readStatus(body: string, expected: string): Read<string> {
  const parsed = parsePayload(body, expected);
  if (!parsed.ok) return parsed;
  const found = findStatus(parsed.tree);
  if (!found.ok) return found;
  return { ok: true, value: found.value.status, unread: unreadOf(parsed.tree, new Set(found.value.nodes)) };
}

/**
 * Reads the status and the tasks. Unreadable tasks never lose the status: they go into `unread`.
 * @param expected the content type or the requested format, only for the error's words: the body decides its format
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
 * Reads the gateway's address; real text answers contain stray white space. Whether the address fits this
 * server is checked elsewhere, because that depends on the interfaces.
 * @param expected the content type or the requested format, only for the error's words: the body decides its format
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
      `the answer's gateway is not an IPv4 address: ${cleanValue(first.text ?? '', 60) || 'empty'}`,
    );
  return { ok: true, value, unread: unreadOf(parsed.tree, new Set(nodes)) };
}

/**
 * Reads the automation features. An empty list is returned only if the answer is explicitly empty (`[]`, an
 * empty element).
 * @param expected the content type or the requested format, only for the error's words: the body decides its format
 */
export function readFeatures(body: string, expected: string): Read<readonly Feature[]> {
  const parsed = parsePayload(body, expected);
  if (!parsed.ok) return parsed;
  const found = findFeatures(parsed.tree);
  if (found.length === 0 && !isExplicitlyEmpty(parsed.tree))
    return unreadable('the answer names no automation feature');
  const understood = new Set(found.flatMap(({ parts }) => parts));
  return { ok: true, value: found.map(({ feature }) => feature), unread: unreadOf(parsed.tree, understood) };
}

/**
 * The feature with that name, in any spelling; undefined if the list lacks it. If the list contradicts itself,
 * `enabled` is undefined, because it decides whether the network may be changed.
 */
export function featureNamed(features: readonly Feature[], name: FeatureName): Feature | undefined {
  const [first, ...others] = features.filter((feature) => isNamed(feature, name));
  if (first === undefined || others.every(({ enabled }) => enabled === first.enabled)) return first;
  return {
    name: first.name,
    enabled: undefined,
    status: cleanValue([first, ...others].map(({ status }) => status).join(' / ')),
  };
}
