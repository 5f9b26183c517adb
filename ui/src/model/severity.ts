// severity.ts -- how bad a row is, for the coloured edge of the table: read from the usual names of
// a level, else from an HTTP status.
import type { Row } from "./document";

export type Severity = "error" | "warning" | "info" | "";

const LEVEL_NAMES = ["level", "log.level", "severity", "loglevel", "severity_text"];
const STATUS_NAMES = ["response", "status", "http.response.status_code", "status_code"];

function ofLevel(level: string): Severity {
    if (/^(err|fatal|crit|alert|emerg|panic|severe)/i.test(level)) return "error";
    if (/^warn/i.test(level)) return "warning";
    return /^(info|notice|debug|trace)/i.test(level) ? "info" : "";
}

function ofStatus(status: number): Severity {
    if (status >= 500 && status < 600) return "error";
    return status >= 400 && status < 500 ? "warning" : "";
}

export function severityOf(row: Row): Severity {
    for (const name of LEVEL_NAMES) {
        const level = row.values.get(name)?.[0];
        if (typeof level === "string") return ofLevel(level);
    }
    for (const name of STATUS_NAMES) {
        const status = Number(row.values.get(name)?.[0]);
        if (status >= 100) return ofStatus(status);
    }
    return "";
}
