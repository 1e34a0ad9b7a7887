/** What Keystone says of a token. */
export interface Owner {
  readonly user: { readonly name: string; readonly domain: { readonly name: string } };
  readonly project?: { readonly id: string; readonly name: string };
}

const json = { 'content-type': 'application/json' };

/** Who logs in, by name. */
export interface Who {
  readonly name: string;
  readonly password: string;
  readonly domainId: string;
  /** by name, of the same domain */
  readonly project: string;
}

/** A Keystone as one of its users, such as the administrator, makes things in it. */
export class Account {
  readonly #url: string;
  readonly token: string;

  private constructor(url: string, token: string) {
    this.#url = url;
    this.token = token;
  }

  /** @param url without a path */
  static async login(url: string, { name, password, domainId, project }: Who): Promise<Account> {
    const domain = { id: domainId };
    const auth = {
      identity: { methods: ['password'], password: { user: { name, domain, password } } },
      scope: { project: { name: project, domain } },
    };
    const response = await fetch(`${url}/v3/auth/tokens`, {
      method: 'POST',
      headers: json,
      body: JSON.stringify({ auth }),
    });
    const token = response.headers.get('x-subject-token');
    if (token === null) throw new Error(`Keystone gives ${name} no token: ${await response.text()}`);
    return new Account(url, token);
  }

  /** Makes a thing, such as a user; its id. */
  async make(path: string, kind: string, value: object): Promise<string> {
    const response = await this.#ask('POST', path, { [kind]: value });
    const { [kind]: made } = (await response.json()) as Record<string, { id: string }>;
    if (made === undefined) throw new Error(`POST ${path}: ${response.status} without ${kind}`);
    return made.id;
  }

  async assign(projectId: string, userId: string, roleId: string): Promise<void> {
    await this.#ask('PUT', `/projects/${projectId}/users/${userId}/roles/${roleId}`);
  }

  async idOfRole(name: string): Promise<string> {
    const { roles } = (await (await this.#ask('GET', `/roles?name=${name}`)).json()) as {
      roles: { id: string }[];
    };
    return roles[0]?.id ?? '';
  }

  async revoke(token: string): Promise<void> {
    await this.#ask('DELETE', '/auth/tokens', undefined, { 'x-subject-token': token });
  }

  async ownerOf(token: string): Promise<Owner | undefined> {
    const headers = { 'x-auth-token': this.token, 'x-subject-token': token };
    const response = await fetch(`${this.#url}/v3/auth/tokens`, { headers });
    return response.ok ? ((await response.json()) as { token: Owner }).token : undefined;
  }

  /** @throws when it is refused */
  async #ask(
    method: string,
    path: string,
    body?: object,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Response> {
    const response = await fetch(`${this.#url}/v3${path}`, {
      method,
      headers: { ...json, 'x-auth-token': this.token, ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response;
  }
}
