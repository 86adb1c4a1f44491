import "../ui/tokens.css";
import "../ui/base.css";
import "./screen.css";

import { createApp } from "vue";

import App from "./App.vue";

// A link to the wall that is opened in the hand shows the same there.
if (matchMedia("(max-width: 600px)").matches) location.replace(`/m/${location.hash}`);
else createApp(App).mount("#app");
