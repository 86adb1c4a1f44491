import { expect, test } from "vitest";

import { zhCN } from "../strings/zh-CN";
import { accessName, actionName } from "./actionName";
import { actions } from "./useTrail";

const call = (prefix: string, name: string) => (zhCN as Readonly<Record<string, string>>)[`${prefix}.${name}`] ?? name;

test.each([
  ["people.unmask", "查看完整信息"], ["buildings.edit", "楼栋 · 修改"], ["people.", "人口"], ["odd.deed", "odd · deed"],
])("%s is called %s", (action, name) => expect(actionName(action, call)).toBe(name));

test.each([
  ["people.read", "people", "ok", "人口 · 读取"],
  ["people.read", "people", "not-found", "试图，未看到 · 人口 · 读取"],
  ["people.unmask", "people", "refused", "试图，被拒绝 · 查看完整信息"],
  ["people.read", "dwellings", "ok", "查看现住房屋的住户"],
  ["people.read", "dwellings", "not-found", "试图，未看到 · 查看现住房屋的住户"],
  ["people.read", "households", "ok", "查看现属家庭户的成员"],
])("%s of %s that ends %s is called %s", (action, of, result, name) => expect(accessName({ action, of, result }, call)).toBe(name));

test.each(actions)("%s has a name in words", (action) => expect(actionName(action, call)).toMatch(/^[\p{Script=Han} ·]+$/u));
