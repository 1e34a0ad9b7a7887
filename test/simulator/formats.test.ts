import fc from 'fast-check';
import { XMLParser } from 'fast-xml-parser';
import { describe, expect, test } from 'vitest';
import { documentedFormats, render } from '../../src/simulator/formats.ts';
import { defaultDialect } from '../../src/simulator/schema.ts';
import type { Dialect, Operation, View } from '../../src/simulator/types.ts';

const view: View = {
  status: 'DEPLOYING',
  tasks: [{ name: 'Cloud Server Created: Add "rackconnect" user', status: 'IN_PROGRESS' }],
  gateway: '10.208.0.1',
  features: { configureNetworkStack: false, provisionPublicIp: true, manageSoftwareFirewall: true },
};
const operations = Object.keys(documentedFormats) as Operation[];
const json = (operation: Operation, dialect: Partial<Dialect> = {}, seen = view) =>
  JSON.parse(render(operation, 'json', seen, { ...defaultDialect, ...dialect }).body);
const xml = (operation: Operation, dialect: Partial<Dialect> = {}, seen = view) =>
  render(operation, 'xml', seen, { ...defaultDialect, ...dialect }).body;

describe('the bodies', () => {
  test('have the documented formats, the default first', () => {
    expect(documentedFormats).toEqual({
      automation_status: ['text', 'json', 'xml'],
      'automation_status/details': ['json', 'xml'],
      gateway_ip: ['text', 'json', 'xml'],
      automation_features: ['json', 'xml'],
    });
  });

  test('carry the content type of their format', () => {
    const types = ['text', 'json', 'xml'] as const;
    expect(types.map((format) => render('gateway_ip', format, view, defaultDialect).contentType)).toEqual([
      'text/plain; charset=utf-8',
      'application/json; charset=utf-8',
      'application/xml; charset=utf-8',
    ]);
  });

  test('are the bare word as text, and the gateway with the stray white space of the real service', () => {
    expect(render('automation_status', 'text', view, defaultDialect).body).toBe('DEPLOYING');
    expect(render('gateway_ip', 'text', view, defaultDialect).body).toBe(' 10.208.0.1 \r\n');
    expect(render('automation_status', 'text', view, { ...defaultDialect, statusText: '\n{}\n' }).body).toBe(
      '\nDEPLOYING\n',
    );
  });

  test('hold in JSON what the server is', () => {
    expect(json('automation_status')).toEqual({ automation_status: 'DEPLOYING' });
    expect(json('automation_status/details')).toEqual({ automation_status: 'DEPLOYING', tasks: view.tasks });
    expect(json('gateway_ip')).toEqual({ gateway_ip: '10.208.0.1' });
    expect(json('automation_features')).toEqual({
      automation_features: [
        { name: 'ConfigureNetworkStack', is_enabled: false },
        { name: 'ProvisionPublicIPAddress', is_enabled: true },
        { name: 'ManageSoftwareFirewall', is_enabled: true },
      ],
    });
  });

  test('hold in XML what the server is', () => {
    expect(xml('automation_status')).toBe(
      '<?xml version="1.0" encoding="UTF-8"?>\n<automation_status>DEPLOYING</automation_status>\n',
    );
    expect(xml('automation_status/details')).toContain(
      '<task><name>Cloud Server Created: Add &quot;rackconnect&quot; user</name><status>IN_PROGRESS</status></task>',
    );
    expect(xml('gateway_ip')).toContain('<gateway_ip>10.208.0.1</gateway_ip>');
    expect(xml('automation_features')).toContain(
      '<automation_feature><name>ConfigureNetworkStack</name><is_enabled>false</is_enabled></automation_feature>',
    );
  });

  test('speak other dialects: keys, array names, words, attributes', () => {
    expect(
      json('automation_status/details', {
        keys: 'camelCase',
        tasksKey: 'server_tasks',
        taskStatusKey: 'state',
      }),
    ).toEqual({
      automationStatus: 'DEPLOYING',
      serverTasks: [{ name: view.tasks[0]?.name, state: 'IN_PROGRESS' }],
    });
    expect(
      json('automation_features', { jsonFeatures: 'object', featureNames: 'human', enabledWord: 'ENABLED' }),
    ).toEqual({
      automation_features: {
        'Configure network stack': false,
        'Provision public IP address': 'ENABLED',
        'Manage software firewall': 'ENABLED',
      },
    });
    expect(json('automation_features', { keys: 'PascalCase' }).AutomationFeatures[1]).toEqual({
      Name: 'ProvisionPublicIPAddress',
      IsEnabled: true,
    });
    expect(
      xml('automation_features', { xml: 'attributes', featureNames: 'camelCase', disabledWord: 'False' }),
    ).toContain('<automation_feature name="configureNetworkStack" is_enabled="False"/>');
    expect(
      xml('automation_status/details', { xml: 'attributes', keys: 'camelCase', tasksKey: 'work' }),
    ).toContain(
      '<automationStatusDetails automationStatus="DEPLOYING"><work><work name="Cloud Server Created: Add &quot;',
    );
    expect(xml('automation_features', { featureNames: 'snake_case' })).toContain(
      'provision_public_ip_address',
    );
  });

  test('leave a feature of the scenario’s own its name', () => {
    const own = { ...view, features: { toString: true, somethingNew: false } };
    expect(json('automation_features', {}, own).automation_features).toEqual([
      { name: 'toString', is_enabled: true },
      { name: 'somethingNew', is_enabled: false },
    ]);
  });

  test('are an empty value, not a crash, where no gateway is', () => {
    const none = { ...view, gateway: undefined };
    expect(xml('gateway_ip', {}, none)).toContain('<gateway_ip></gateway_ip>');
    expect(render('gateway_ip', 'text', none, defaultDialect).body).toBe('  \r\n');
  });

  test('keep any name and word whole through JSON and XML', () => {
    const word = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 30 })
      .filter((text) => text.trim() === text && !/[\p{Cc}\p{Cs}\ufffe\uffff]/u.test(text));
    const parser = new XMLParser({
      ignoreAttributes: false,
      attributeNamePrefix: '',
      parseTagValue: false,
      trimValues: false,
      isArray: (name) => name === 'task',
    });
    fc.assert(
      fc.property(
        word,
        fc.array(fc.record({ name: word, status: word }), { minLength: 1, maxLength: 4 }),
        (status, tasks) => {
          const any = { ...view, status, tasks };
          expect(json('automation_status/details', {}, any)).toEqual({ automation_status: status, tasks });
          for (const style of ['elements', 'attributes'] as const) {
            const details = parser.parse(
              xml('automation_status/details', { xml: style }, any),
            ).automation_status_details;
            expect(details).toEqual({ automation_status: status, tasks: { task: tasks } });
          }
          expect(render('automation_status', 'text', any, defaultDialect).body).toBe(status);
        },
      ),
    );
  });

  test('exist for every documented format of every operation', () => {
    for (const operation of operations) {
      for (const format of documentedFormats[operation]) {
        expect(render(operation, format, view, defaultDialect).body.length).toBeGreaterThan(0);
      }
    }
  });
});
