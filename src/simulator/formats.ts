import { escapeMarkup } from '../base/text.ts';
import type { Dialect, Format, Operation, View } from './types.ts';

/** The formats of each operation, its default first ("RackConnect API" in Rackspace's documentation). */
export const documentedFormats: Readonly<Record<Operation, readonly [Format, ...Format[]]>> = {
  automation_status: ['text', 'json', 'xml'],
  'automation_status/details': ['json', 'xml'],
  gateway_ip: ['text', 'json', 'xml'],
  automation_features: ['json', 'xml'],
};

/** The body of an answer with its content type. */
export interface Rendered {
  readonly contentType: string;
  readonly body: string;
}

const contentTypes: Readonly<Record<Format, string>> = {
  text: 'text/plain; charset=utf-8',
  json: 'application/json; charset=utf-8',
  xml: 'application/xml; charset=utf-8',
};

/** Renders an answer. Pure. The gateway must be assigned. */
export function render(operation: Operation, format: Format, view: View, dialect: Dialect): Rendered {
  const bodies = { text: textOf, json: jsonOf, xml: xmlOf };
  return { contentType: contentTypes[format], body: bodies[format](operation, view, dialect) };
}

function textOf(operation: Operation, view: View, dialect: Dialect): string {
  return operation === 'gateway_ip'
    ? dialect.gatewayText.replace('{}', () => view.gateway ?? '')
    : dialect.statusText.replace('{}', () => view.status);
}

function jsonOf(operation: Operation, view: View, dialect: Dialect): string {
  const key = (name: string) => inStyle(name, dialect.keys);
  switch (operation) {
    case 'automation_status':
      return JSON.stringify({ [key('automation_status')]: view.status });
    case 'automation_status/details':
      return JSON.stringify({
        [key('automation_status')]: view.status,
        [key(dialect.tasksKey)]: view.tasks.map((task) => ({
          [key(dialect.taskNameKey)]: task.name,
          [key(dialect.taskStatusKey)]: task.status,
        })),
      });
    case 'gateway_ip':
      return JSON.stringify({ [key('gateway_ip')]: view.gateway });
    case 'automation_features':
      return JSON.stringify({ [key(dialect.featuresKey)]: jsonFeatures(view, dialect) });
  }
}

function jsonFeatures(view: View, dialect: Dialect): unknown {
  const features = featuresOf(view, dialect);
  if (dialect.jsonFeatures === 'object') return Object.fromEntries(features);
  return features.map(([name, word]) => ({
    [inStyle(dialect.featureNameKey, dialect.keys)]: name,
    [inStyle(dialect.featureEnabledKey, dialect.keys)]: word,
  }));
}

function xmlOf(operation: Operation, view: View, dialect: Dialect): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${xmlRoot(operation, view, dialect)}\n`;
}

function xmlRoot(operation: Operation, view: View, dialect: Dialect): string {
  const tag = (name: string) => inStyle(name, dialect.keys);
  switch (operation) {
    case 'automation_status':
      return leaf(tag('automation_status'), view.status);
    case 'automation_status/details': {
      const tasks = view.tasks.map((task) =>
        record(dialect, singular(dialect.tasksKey), [
          [dialect.taskNameKey, task.name],
          [dialect.taskStatusKey, task.status],
        ]),
      );
      const root = tag('automation_status_details');
      const list = parent(tag(dialect.tasksKey), tasks.join(''));
      return dialect.xml === 'attributes'
        ? `<${root} ${tag('automation_status')}="${escapeMarkup(view.status)}">${list}</${root}>`
        : parent(root, leaf(tag('automation_status'), view.status) + list);
    }
    case 'gateway_ip':
      return leaf(tag('gateway_ip'), view.gateway ?? '');
    case 'automation_features': {
      const features = featuresOf(view, dialect).map(([name, word]) =>
        record(dialect, singular(dialect.featuresKey), [
          [dialect.featureNameKey, name],
          [dialect.featureEnabledKey, String(word)],
        ]),
      );
      return parent(tag(dialect.featuresKey), features.join(''));
    }
  }
}

/** One task or feature, with its values as child elements or as attributes. */
function record(dialect: Dialect, name: string, values: readonly (readonly [string, string])[]): string {
  const tag = inStyle(name, dialect.keys);
  if (dialect.xml === 'elements') {
    return parent(tag, values.map(([key, value]) => leaf(inStyle(key, dialect.keys), value)).join(''));
  }
  return `<${tag}${values.map(([key, value]) => ` ${inStyle(key, dialect.keys)}="${escapeMarkup(value)}"`).join('')}/>`;
}

function parent(tag: string, children: string): string {
  return `<${tag}>${children}</${tag}>`;
}

function leaf(tag: string, value: string): string {
  return parent(tag, escapeMarkup(value));
}

function singular(name: string): string {
  return name.endsWith('s') ? name.slice(0, -1) : name;
}

/**
 * The three documented features under their documented names. `ProvisionPublicIPAddress` occurs in public
 * client code; the other two follow its pattern.
 */
const humanNames: Readonly<Record<string, string>> = {
  configureNetworkStack: 'Configure network stack',
  provisionPublicIp: 'Provision public IP address',
  manageSoftwareFirewall: 'Manage software firewall',
};

function featuresOf(view: View, dialect: Dialect): [string, string | boolean][] {
  return Object.entries(view.features).map(([name, enabled]) => [
    featureName(name, dialect.featureNames),
    enabled ? dialect.enabledWord : dialect.disabledWord,
  ]);
}

function featureName(name: string, style: Dialect['featureNames']): string {
  const human = Object.hasOwn(humanNames, name) ? (humanNames[name] ?? name) : undefined;
  // Any other feature comes from the scenario: keep its name as written.
  if (human === undefined) return name;
  if (style === 'human') return human;
  if (style === 'snake_case') return human.toLowerCase().replaceAll(' ', '_');
  const pascal = human.split(' ').map(capital).join('');
  return style === 'PascalCase' ? pascal : pascal.charAt(0).toLowerCase() + pascal.slice(1);
}

function inStyle(name: string, style: Dialect['keys']): string {
  if (style === 'snake_case') return name;
  const pascal = name.split('_').map(capital).join('');
  return style === 'PascalCase' ? pascal : pascal.charAt(0).toLowerCase() + pascal.slice(1);
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
