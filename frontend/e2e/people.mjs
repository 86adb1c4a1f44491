// Who signs in, through the API as any other client does.
import { execFileSync } from "node:child_process";
import { join } from "node:path";

const base = process.env.QUANXI_BASE;
const demoPassword = "quanxi-demo";

/** Sends one request; throws what the server says against it. */
export async function tell(method, path, body, token, revision) {
  const headers = { "Content-Type": "application/json", ...(token ? { Authorization: `Bearer ${token}` } : {}), ...(revision === undefined ? {} : { "If-Match": `"${revision}"` }) };
  const reply = await fetch(base + path, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) });
  if (!reply.ok) throw new Error(`${method} ${path}: ${reply.status} ${await reply.text()}`);
  return reply.status === 204 ? undefined : reply.json();
}

/** The token of an account of the demo. */
export async function tokenOf(login) {
  return (await tell("POST", "/api/session", { name: login, password: demoPassword })).token;
}

/**
 * Somebody with posts all over the invented county, added at the machine, so that they await
 * nobody: sees every event, home and person of it and may change everything.
 */
export async function everywhere() {
  const security = await tokenOf("security");
  const { items } = await tell("GET", "/api/divisions?down_to=4&geometry=false&limit=1000", undefined, security);
  const login = `tester-${Math.random().toString(36).slice(2, 10)}`;
  const post = (role, area) => ({ role, area });
  const { password } = atTheMachine(login, "planner");
  const { token } = await tell("POST", "/api/session", { name: login, password });
  const { account } = await tell("GET", "/api/session", undefined, token);
  const posts = [post("operator", "5000"), ...items.filter(({ level }) => level === 3).map(({ code }) => post("operator", code)), ...items.filter(({ level }) => level === 4).map(({ code }) => post("community-staff", code))];
  for (const one of posts) await tell("POST", "/api/posts", { account: Number(account), ...one }, security);
  return { login, password, token };
}

/** The leader of the town confirms what posts of an account await him. */
export async function confirm(id) {
  const leader = await tokenOf("leader");
  const { posts } = await tell("GET", `/api/accounts/${id}`, undefined, leader);
  for (const one of posts.filter(({ confirms }) => confirms)) await tell("POST", `/api/posts/${one.id}/confirm`, undefined, leader);
}

/** Somebody with one post, made by the security administrator of the invented county; in its first community unless an area is named. */
export async function someone(login, role, area) {
  const security = await tokenOf("security");
  const where = area ?? (await tell("GET", "/api/divisions?down_to=4&geometry=false&limit=1000", undefined, security)).items.find(({ level }) => level === 4).code;
  const { id, link } = await tell("POST", "/api/accounts", { login, name: `试验 ${login}`, post: { role, area: where } }, security);
  const password = "violet harbour 88 teapots";
  await tell("POST", "/api/setup", { secret: link.split("#setup=")[1], password });
  return { id, login, password };
}

/** Somebody with one post in the whole city, added at the machine: whom no administrator has made is another person. */
export function atTheMachine(login, role) {
  const password = "violet harbour 88 teapots";
  const binary = join(import.meta.dirname, "..", "..", "bin", "quanxi");
  execFileSync(binary, ["user", "add", login, "--name", `试验 ${login}`, "--role", role, "--area", "5000", "--data", process.env.QUANXI_DATA], { input: `${password}\n` });
  return { login, password };
}
