import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vitest/config";

import { precompress } from "./build/precompress";

// One page an entry, not one application: the phone never downloads what only
// the screen shows. QUANXI_SERVER is where `npm run dev` sends API calls.
const server = process.env.QUANXI_SERVER ?? "http://127.0.0.1:8080";
const proxied = Object.fromEntries(["/api", "/tiles", "/readyz"].map((path) => [path, server]));

export default defineConfig({
  plugins: [vue(), precompress()],
  worker: { format: "es" },
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1300,
    rolldownOptions: {
      input: { screen: "index.html", phone: "m/index.html", entry: "sign-in/index.html", admin: "admin/index.html" },
      output: { codeSplitting: { groups: [{ name: "maplibre", test: /maplibre-gl/ }, { name: "vue", test: /node_modules\/@?vue/ }] } },
    },
  },
  server: { proxy: { ...proxied, "/feed": { target: server, ws: true } } },
  test: { include: ["src/**/*.spec.ts"] },
});
