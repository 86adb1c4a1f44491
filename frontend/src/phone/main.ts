import "../ui/tokens.css";
import "../ui/base.css";
import "./phone.css";

import { createApp } from "vue";

import App from "./App.vue";

createApp(App).mount("#app");
