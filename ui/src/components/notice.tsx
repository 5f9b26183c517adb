// notice.tsx -- what the page says when something failed, or when there is nothing to show.
import { type ReactNode, useState } from "react";
import { API_BASE } from "../api/client";
import { extent } from "../api/search";
import { ServerError } from "../api/server_error";
import { formatNumber } from "../model/format";
import type { Context } from "../model/query";
import { describeRange } from "../model/time";
import type { View } from "../model/view";
import { copyText } from "../state/clipboard";
import type { Actions } from "../state/use_actions";
import { useAsync } from "../state/use_async";
import { Icon } from "./icon";

interface ErrorProps {
    error: Error;
    note?: string; // what this means for the rest of the page
    again: () => void;
}

export function ErrorNotice({ error, note, again }: ErrorProps) {
    const detail = error instanceof ServerError ? error.detail : "";
    const more = !error.message.toLowerCase().includes(detail.toLowerCase());
    return (
        <div className="error-notice" role="alert">
            <Icon name="warning" />
            <div>
                <p>{error.message}</p>
                {note && <p className="note">{note}</p>}
                {more && (
                    <details>
                        <summary>What the server said</summary>
                        <pre>{detail}</pre>
                    </details>
                )}
            </div>
            <button type="button" className="secondary" onClick={again}>
                Try again
            </button>
        </div>
    );
}

function Example({ text }: { text: string }) {
    const [copied, setCopied] = useState(false);
    return (
        <div className="example">
            <pre>{text}</pre>
            <button
                type="button"
                className="secondary"
                onClick={async () => setCopied(await copyText(text))}
            >
                {copied ? "Copied" : "Copy"}
            </button>
        </div>
    );
}

/** The first page of a fresh server: it goes away by itself once there is an index. */
export function Welcome() {
    const line = '{"@timestamp":"\'$(date -u +%FT%TZ)\'","message":"hello"}';
    return (
        <section className="empty">
            <h2>Waiting for the first line</h2>
            <p>
                There is no index yet. Send a line from a terminal; this page looks every two
                seconds and shows it as soon as it has arrived.
            </p>
            <h3>Over HTTP, like to Elasticsearch</h3>
            <Example
                text={[
                    `curl '${API_BASE}logs-demo/_bulk' \\`,
                    "  -H 'Content-Type: application/x-ndjson' \\",
                    `  --data-binary '{"index":{}}`,
                    `${line}`,
                    "'",
                ].join("\n")}
            />
            <h3>Over a plain connection</h3>
            <Example text={`echo hello | nc -N ${location.hostname} 9601`} />
        </section>
    );
}

interface EmptyProps {
    view: View;
    context: Context;
    actions: Actions;
}

/** No document: says where in time there are some, and what narrows the search. */
export function NothingFound({ view, context, actions }: EmptyProps) {
    const { index, query, filters } = view;
    const asked = useAsync(JSON.stringify([index, query, filters]), (signal) =>
        extent(view, context, signal),
    );
    const there = asked.value;
    const known = there !== undefined || asked.error !== undefined;
    return (
        <section className="empty">
            <h2>No documents here</h2>
            {!known ? (
                <p className="muted">Looking at other times…</p>
            ) : there && there.total > 0 ? (
                <>
                    <p>
                        {formatNumber(there.total)} documents match outside of this time range:{" "}
                        {describeRange({ from: there.first, to: there.last })}.
                    </p>
                    <button
                        type="button"
                        className="primary"
                        onClick={() => actions.zoom({ from: there.first, to: there.last + 1 })}
                    >
                        Show that time
                    </button>
                </>
            ) : (
                <Reasons narrowed={query !== "" || filters.length > 0} index={index} />
            )}
            {(query !== "" || filters.some((f) => !f.disabled)) && (
                <button
                    type="button"
                    className="secondary"
                    onClick={() => actions.update({ query: "", filters: [] })}
                >
                    Remove the query and the filters
                </button>
            )}
        </section>
    );
}

function Reasons({ narrowed, index }: { narrowed: boolean; index: string }): ReactNode {
    return narrowed ? (
        <p>Nothing in {index} matches the query and the filters, at any time.</p>
    ) : (
        <p>There is nothing in {index} yet. Auto refresh shows the first document when it comes.</p>
    );
}

export function Loading() {
    return (
        <div className="loading" role="status">
            Searching…
        </div>
    );
}
