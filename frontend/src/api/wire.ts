/** A refusal as the server words it (RFC 9457). `status` is 0 when no answer came at all. */
export class Problem extends Error {
  /**
   * @param fields which parts of the request are wrong or wanted, such as `body.code`
   * @param retryAfter seconds after which to try again; 0 if nobody said
   * @param holds the name of the one area that the server holds, where that is why it does not answer; else empty
   */
  constructor(readonly status: number, readonly title: string, readonly detail: string, readonly fields: readonly string[] = [], readonly retryAfter = 0, readonly holds = "") {
    super(detail || title);
    this.name = "Problem";
  }
}

/** Whether a call was refused because the server does not hold what it was about. */
export function isElsewhere(why: unknown): boolean {
  return why instanceof Problem && why.status === 421;
}

/** Takes what lies elsewhere for nothing, and throws any other reason. */
export function unlessElsewhere(why: unknown): undefined {
  if (!isElsewhere(why)) throw why;
}

const json = { "Content-Type": "application/json" };

/** How requests go out and answers come in. Every call rejects with a Problem, or with an AbortError when its signal ends. */
export class Wire {
  /** @param origin where the server is; empty for the page's own origin */
  constructor(private readonly origin = "", private readonly request: typeof fetch = (...args) => fetch(...args)) {}

  /** Runs when the server says that nobody is signed in, or not any more. */
  signedOut: () => void = () => {};

  get<T>(path: string, query: Record<string, string>, signal?: AbortSignal): Promise<T> {
    const text = new URLSearchParams(query).toString();
    return this.send(text ? `${path}?${text}` : path, {}, signal);
  }

  async send<T>(path: string, init: RequestInit, signal?: AbortSignal): Promise<T> {
    const reply = await this.answer(path, signal ? { ...init, signal } : init);
    if (reply.status === 401) this.signedOut();
    return bodyOf<T>(reply);
  }

  /** Sends a command. `revision` is the one that is to be changed. */
  command<T = void>(method: string, path: string, body?: object, revision?: number): Promise<T> {
    const headers = { ...(body ? json : {}), ...(revision === undefined ? {} : { "If-Match": `"${revision}"` }) };
    return this.send(path, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) });
  }

  /** Sends a command without being led to the entry by a 401, which here says that a password or a code is wrong. */
  async tell<T = void>(method: string, path: string, body?: object): Promise<T> {
    return bodyOf<T>(await this.answer(path, { method, ...(body ? { headers: json, body: JSON.stringify(body) } : {}) }));
  }

  private async answer(path: string, init: RequestInit): Promise<Response> {
    try {
      return await this.request(this.origin + path, init);
    } catch (error) {
      if (error instanceof DOMException && error.name === "AbortError") throw error;
      throw new Problem(0, "unreachable", "");
    }
  }
}

/** What a reply holds; nothing if it is empty. */
async function bodyOf<T>(reply: Response): Promise<T> {
  if (!reply.ok) throw await problemOf(reply);
  return (reply.status === 204 ? undefined : await reply.json()) as T;
}

async function problemOf(reply: Response): Promise<Problem> {
  const body = (await reply.json().catch(() => ({}))) as { title?: string; detail?: string; errors?: readonly { location: string }[]; area?: { code: string; name: string } };
  const fields = (body.errors ?? []).map(({ location }) => location);
  return new Problem(reply.status, body.title ?? reply.statusText, body.detail ?? "", fields, Number(reply.headers.get("Retry-After") ?? 0), body.area?.name || body.area?.code);
}
