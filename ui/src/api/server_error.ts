// server_error.ts -- what went wrong, in one sentence a reader of logs can act on.
//
// The server answers like Elasticsearch: the outer error is often "all shards failed", the true
// reason is in root_cause, and why it is so stands deep below the first failed shard or caused_by.

interface Cause {
    type?: string;
    reason?: string;
    root_cause?: Cause[];
    caused_by?: Cause;
    failed_shards?: { reason?: Cause }[];
}

export class ServerError extends Error {
    readonly status: number; // 0: no answer at all
    readonly detail: string; // the server's own words

    constructor(message: string, status: number, detail: string) {
        super(message);
        this.status = status;
        this.detail = detail;
    }
}

function innermost(cause: Cause): Cause {
    return cause.caused_by ? innermost(cause.caused_by) : cause;
}

// `(a` is reported as an encounter with "<EOF>" at a line and column, followed by a long list of
// tokens: the useful part is where it stopped.
function querySentence(failed: string, detail: string): string {
    const quoted = /\[([\s\S]*)\]/.exec(failed)?.[1] ?? "";
    const name = quoted ? `The query "${quoted}"` : "The query";
    if (/Encountered "<EOF>"/.test(detail)) {
        return `${name} is not finished: a bracket, a quote or a value is missing at its end.`;
    }
    const place = /line (\d+), column (\d+)/.exec(detail);
    const met = /Encountered "\s*(?:<[A-Z_]+>)?\s*"?([^"]*?)\s*"/.exec(detail)?.[1];
    const where = place ? ` at character ${Number(place[2]) + 1}` : "";
    const what = met ? `: "${met.trim()}" does not fit there` : "";
    return `${name} cannot be understood${where}${what}.`;
}

function withFullStop(text: string): string {
    const sentence = text.charAt(0).toUpperCase() + text.slice(1);
    return /[.!?]$/.test(sentence) ? sentence : `${sentence}.`;
}

/** Makes the error of an answer that was not a success. */
export function serverError(status: number, text: string): ServerError {
    let outer: Cause | string | undefined;
    try {
        outer = JSON.parse(text)?.error;
    } catch {
        outer = undefined;
    }
    if (status === 502 || status === 503 || status === 504) {
        return new ServerError("The server is not ready to answer.", status, text.slice(0, 500));
    }
    if (typeof outer === "string") return new ServerError(withFullStop(outer), status, outer);
    if (!outer)
        return new ServerError(`The server answered ${status}.`, status, text.slice(0, 500));
    const root = outer.root_cause?.[0] ?? outer;
    const reason = root.reason ?? outer.reason ?? outer.type ?? `status ${status}`;
    const inner =
        innermost(outer.failed_shards?.[0]?.reason ?? outer.caused_by ?? root).reason ?? "";
    const detail = inner && inner !== reason ? `${reason}: ${inner}` : reason;
    const sentence = /^Failed to parse query/i.test(reason)
        ? querySentence(reason, inner)
        : withFullStop(reason);
    return new ServerError(sentence, status, detail);
}
