// vite.config.ts -- how the page is built and developed.
//
// Relative addresses (base "./") let the built page live under any prefix behind a proxy. While
// developing, /es goes to a server that answers like Elasticsearch, as the Elkhorn server does it
// itself in production; ELKHORN_URL names another one.
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const server = process.env.ELKHORN_URL ?? "http://127.0.0.1:9200";
const proxy = {
    "/es": { target: server, rewrite: (path: string) => path.replace(/^\/es/, "") },
};

export default defineConfig({
    base: "./",
    plugins: [react()],
    build: { target: "es2022", modulePreload: { polyfill: false }, reportCompressedSize: false },
    server: { host: "127.0.0.1", proxy },
    preview: { host: "127.0.0.1", proxy },
    test: { environment: "node", include: ["src/**/*.test.ts"] },
});
