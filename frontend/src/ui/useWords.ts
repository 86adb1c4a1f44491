import { computed, inject, provide, ref, watchEffect } from "vue";
import type { ComputedRef, InjectionKey, Ref } from "vue";

import { en } from "../strings/en";
import { fill } from "../strings/words";
import type { Language, WordKey } from "../strings/words";
import { zhCN } from "../strings/zh-CN";

export interface Speech {
  readonly language: Ref<Language>;
  /** The sentence of a key, with values put in. */
  say(key: WordKey, values?: Readonly<Record<string, string | number>>): string;
  /** The sentence of `prefix.name` if there is one, else the name itself: for words that the server may add to. */
  call(prefix: string, name: string): string;
  readonly isChinese: ComputedRef<boolean>;
}

const key: InjectionKey<Speech> = Symbol("speech");
const remembered = "quanxi.language";

/** Makes the languages for a page and everything on it. */
export function provideWords(): Speech {
  const language = ref<Language>(localStorage.getItem(remembered) === "en" ? "en" : "zh-CN");
  const words = computed(() => (language.value === "en" ? en : zhCN));
  watchEffect(() => {
    document.documentElement.lang = language.value;
    localStorage.setItem(remembered, language.value);
  });
  const speech: Speech = {
    language,
    say: (sentence, values = {}) => fill(words.value[sentence], values),
    call: (prefix, name) => (words.value as Readonly<Record<string, string>>)[`${prefix}.${name}`] ?? name,
    isChinese: computed(() => language.value === "zh-CN"),
  };
  provide(key, speech);
  return speech;
}

/** The words of the page that this component is on. */
export function useWords(): Speech {
  const speech = inject(key);
  if (!speech) throw new Error("provideWords was not called");
  return speech;
}
