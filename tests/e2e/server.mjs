// server.mjs -- the server under test: one started here, or one that already runs.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, watch } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const READY_MS_MAX = 20_000;

function portsIn(file) {
    try {
        return JSON.parse(readFileSync(file, "utf8"));
    } catch {
        return null; // not there yet, or half written
    }
}

function waitForPorts(child, folder, file) {
    return new Promise((resolve, reject) => {
        const watcher = watch(folder, () => {
            const ports = portsIn(file);
            if (ports) finish(() => resolve(ports));
        });
        const late = setTimeout(
            () => finish(() => reject(new Error(`the server wrote no ports into ${file}`))),
            READY_MS_MAX,
        );
        const ended = (code) =>
            finish(() => reject(new Error(`the server ended with ${code} before it was ready`)));
        const finish = (settle) => {
            watcher.close();
            clearTimeout(late);
            child.off("exit", ended);
            settle();
        };
        child.on("exit", ended);
        child.on("error", (error) => finish(() => reject(error)));
    });
}

/** Starts the binary on free ports with an empty store; `stop` ends it and removes its data. */
export async function startElkhorn(binary) {
    if (!existsSync(binary)) throw new Error(`there is no server at ${binary}`);
    const folder = mkdtempSync(join(tmpdir(), "elkhorn-e2e-"));
    const file = join(folder, "ports.json");
    const ports = ["--api-port", "0", "--ui-port", "0", "--tcp-port", "0", "--udp-port", "0"];
    const flags = ["serve", "--data", join(folder, "data"), "--port-file", file, ...ports];
    const child = spawn(binary, flags, { stdio: ["ignore", "inherit", "inherit"] });
    const ended = new Promise((resolve) => child.once("exit", resolve));
    const stop = async () => {
        child.kill("SIGTERM");
        await ended;
        rmSync(folder, { recursive: true, force: true });
    };
    try {
        const { api, ui } = await waitForPorts(child, folder, file);
        return { api: `http://127.0.0.1:${api}`, ui: `http://127.0.0.1:${ui}`, stop };
    } catch (error) {
        child.kill("SIGKILL");
        rmSync(folder, { recursive: true, force: true });
        throw error;
    }
}
