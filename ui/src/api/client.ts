// client.ts -- the one door to the server: a request, its answer, or a ServerError.
//
// The address is relative to the page, so a prefix put before the page by a proxy holds for both.
import { ServerError, serverError } from "./server_error";

export const API_BASE = typeof document === "undefined" ? "/es/" : apiBase();

function apiBase(): string {
    return new URL("es/", document.baseURI).href;
}

export async function ask<T>(path: string, signal: AbortSignal, body?: object): Promise<T> {
    let response: Response;
    try {
        response = await fetch(API_BASE + path, {
            method: body ? "POST" : "GET",
            headers: body ? { "Content-Type": "application/json" } : {},
            body: body ? JSON.stringify(body) : null,
            signal,
        });
    } catch (error) {
        if (signal.aborted) throw error;
        throw new ServerError("The server cannot be reached.", 0, String(error));
    }
    const text = await response.text();
    if (!response.ok) throw serverError(response.status, text);
    return JSON.parse(text) as T;
}

/** An index pattern as a part of a path; its commas and stars stay. */
export function pathOf(pattern: string): string {
    return encodeURIComponent(pattern).replace(/%2C/g, ",").replace(/%2A/g, "*");
}
