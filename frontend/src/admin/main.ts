import "../ui/tokens.css";
import "../ui/base.css";
import "./admin.css";

import { createApp } from "vue";

import { usualMood } from "../ui/useScene";
import App from "./App.vue";

document.documentElement.dataset.theme = usualMood();
createApp(App).mount("#app");
