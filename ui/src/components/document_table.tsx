// document_table.tsx -- the rows: time and chosen columns, or time and a summary.
//
// Further rows load when the end comes into sight, and by a button for those who do not scroll.
import { useEffect, useRef } from "react";
import { type Field, fieldByName } from "../model/field";
import { formatNumber } from "../model/format";
import { hasTime, sortField } from "../model/query";
import { TIME_FIELD, type View } from "../model/view";
import type { Actions } from "../state/use_actions";
import { useRoving } from "../state/use_roving";
import { ROWS_MAX, type Search } from "../state/use_search";
import { DocumentRow } from "./document_row";
import { Icon } from "./icon";

interface Props {
    view: View;
    fields: Field[];
    search: Search;
    actions: Actions;
}

export function DocumentTable({ view, fields, search, actions }: Props) {
    const roving = useRoving<HTMLTableSectionElement>();
    const timed = hasTime(fields);
    const rows = search.result?.rows ?? [];
    return (
        <>
            <table className="documents" aria-label="Documents" aria-busy={search.loading}>
                <thead>
                    <tr>
                        <th className="open-cell">
                            <span className="unseen">Open</span>
                        </th>
                        {timed && (
                            <ColumnHead
                                name={TIME_FIELD}
                                view={view}
                                fields={fields}
                                actions={actions}
                            />
                        )}
                        {view.columns.map((name) => (
                            <ColumnHead
                                key={name}
                                name={name}
                                view={view}
                                fields={fields}
                                actions={actions}
                            />
                        ))}
                        {view.columns.length === 0 && (
                            <th>
                                <span className="head-text">Document</span>
                            </th>
                        )}
                    </tr>
                </thead>
                <tbody {...roving}>
                    {rows.map((row) => (
                        <DocumentRow
                            key={row.key}
                            row={row}
                            fields={fields}
                            columns={view.columns}
                            timed={timed}
                            open={view.doc === row.key}
                            actions={actions}
                        />
                    ))}
                </tbody>
            </table>
            <TableEnd search={search} />
        </>
    );
}

interface HeadProps {
    name: string;
    view: View;
    fields: Field[];
    actions: Actions;
}

function ColumnHead({ name, view, fields, actions }: HeadProps) {
    const sorted = view.sort.field === name;
    const direction = sorted ? (view.sort.descending ? "descending" : "ascending") : "none";
    const label = name === TIME_FIELD ? "Time" : name;
    const position = view.columns.indexOf(name);
    const numeric = fieldByName(fields, name)?.type === "number";
    return (
        <th
            aria-sort={direction}
            className={`${name === TIME_FIELD ? "time" : ""}${numeric ? " number" : ""}`}
        >
            {sortField(name, fields) ? (
                <button
                    type="button"
                    className="head-text"
                    title={`Sort by ${name}`}
                    onClick={() => actions.sortBy(name)}
                >
                    {label}
                    <span aria-hidden="true">
                        {sorted ? (view.sort.descending ? " ↓" : " ↑") : ""}
                    </span>
                </button>
            ) : (
                <span className="head-text">{label}</span>
            )}
            {position >= 0 && (
                <span className="head-actions">
                    {position > 0 && (
                        <button
                            type="button"
                            className="bare"
                            aria-label={`Move the column ${name} to the left`}
                            onClick={() => actions.moveColumn(name, -1)}
                        >
                            <Icon name="left" />
                        </button>
                    )}
                    <button
                        type="button"
                        className="bare"
                        aria-label={`Remove the column ${name}`}
                        onClick={() => actions.toggleColumn(name)}
                    >
                        <Icon name="close" />
                    </button>
                </span>
            )}
        </th>
    );
}

function TableEnd({ search }: { search: Search }) {
    const ref = useRef<HTMLDivElement>(null);
    const { result, more, loadingMore, moreError } = search;
    const loaded = result?.rows.length ?? 0;
    const full = loaded >= ROWS_MAX;
    const ready =
        result && !result.complete && !full && !loadingMore && !moreError && !search.loading;
    useEffect(() => {
        if (!ready || !ref.current) return;
        const seen = new IntersectionObserver((entries) => {
            if (entries.some((e) => e.isIntersecting)) more();
        });
        seen.observe(ref.current);
        return () => seen.disconnect();
    }, [ready, more]);
    if (!result || loaded === 0) return null;
    const counts = `${formatNumber(loaded)} of ${formatNumber(result.total)} documents`;
    return (
        <div ref={ref} className="table-end muted">
            {result.complete && (
                <span>The end: all {formatNumber(loaded)} documents are shown.</span>
            )}
            {!result.complete && full && (
                <span>{counts} are shown. A narrower time range or query shows the rest.</span>
            )}
            {!result.complete && !full && (
                <>
                    <span>{counts}</span>
                    {moreError && <span className="danger">{moreError.message}</span>}
                    <button
                        type="button"
                        className="secondary"
                        disabled={loadingMore}
                        onClick={more}
                    >
                        {loadingMore ? "Loading…" : "Load more"}
                    </button>
                </>
            )}
        </div>
    );
}
