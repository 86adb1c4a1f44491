import { expect, test } from "vitest";

import { en } from "../strings/en";
import { zhCN } from "../strings/zh-CN";
import { postName } from "./postName";

const callIn = (words: object) => (prefix: string, name: string) => (words as Readonly<Record<string, string>>)[`${prefix}.${name}`] ?? name;

test.each([
  ["a post", "operator@500106001", "值班员 500106001", "Operator 500106001"],
  ["one in the whole city", "security-admin@5000", "安全管理员 5000", "Security administrator 5000"],
  ["one of a role of the city's own", "gate-keeper@500106", "gate-keeper 500106", "gate-keeper 500106"],
  ["nothing, as of what is done at the machine", "", "", ""],
])("%s is said in words", (_, post, chinese, english) => expect([postName(post, callIn(zhCN)), postName(post, callIn(en))]).toEqual([chinese, english]));
