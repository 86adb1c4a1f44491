/** What a post is called by which something was done. */

/**
 * @param post a role and the code of its area, such as operator@500106001; empty for none
 * @param call looks a name up in the words of the page
 */
export function postName(post: string, call: (prefix: string, name: string) => string): string {
  const [role = "", area = ""] = post.split("@");
  return [role && call("role", role), area].filter(Boolean).join(" ");
}
