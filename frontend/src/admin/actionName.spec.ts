import { expect, test } from "vitest";

import { zhCN } from "../strings/zh-CN";
import { actionName } from "./actionName";
import { actions } from "./useTrail";

const call = (prefix: string, name: string) => (zhCN as Readonly<Record<string, string>>)[`${prefix}.${name}`] ?? name;

test.each([
  ["people.unmask", "查看完整信息"], ["buildings.edit", "楼栋 · 修改"], ["people.", "人口"], ["odd.deed", "odd · deed"],
])("%s is called %s", (action, name) => expect(actionName(action, call)).toBe(name));

test.each(actions)("%s has a name in words", (action) => expect(actionName(action, call)).toMatch(/^[\p{Script=Han} ·]+$/u));
