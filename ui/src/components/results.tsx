// results.tsx -- the answer to a view: its number of documents, its bars over time, its rows.
import type { Field } from "../model/field";
import { formatNumber } from "../model/format";
import { INTERVALS, intervalLabel } from "../model/interval";
import { hasTime, histogramInterval } from "../model/query";
import { describeRange } from "../model/time";
import type { View } from "../model/view";
import type { Actions } from "../state/use_actions";
import type { Search } from "../state/use_search";
import { DocumentTable } from "./document_table";
import { Histogram } from "./histogram";
import { ErrorNotice, Loading, NothingFound } from "./notice";

interface Props {
    view: View;
    fields: Field[];
    search: Search;
    actions: Actions;
    again: () => void;
}

const KEPT = "What is shown below answers the search before.";

export function Results(props: Props) {
    const { view, fields, search, actions, again } = props;
    const { result, error } = search;
    if (!result) return error ? <ErrorNotice error={error} again={again} /> : <Loading />;
    return (
        <>
            {error && <ErrorNotice error={error} note={KEPT} again={again} />}
            <div className={search.stale && !error ? "results stale" : "results"}>
                <section className="overview" aria-label="Overview">
                    <Headline {...props} />
                    {hasTime(fields) && (
                        <Histogram
                            bars={result.bars}
                            range={result.context.range}
                            zoom={actions.zoom}
                        />
                    )}
                </section>
                {result.total === 0 && !search.stale ? (
                    <NothingFound view={view} context={result.context} actions={actions} />
                ) : (
                    <DocumentTable view={view} fields={fields} search={search} actions={actions} />
                )}
            </div>
        </>
    );
}

function Headline({ view, fields, search, actions }: Props) {
    const result = search.result!;
    const used = histogramInterval(view, result.context).name;
    return (
        <div className="headline">
            <p className="total" role="status">
                <strong data-total={result.total}>{formatNumber(result.total)}</strong>{" "}
                {result.total === 1 ? "document" : "documents"}
            </p>
            {hasTime(fields) ? (
                <p className="muted span">{describeRange(result.context.range)}</p>
            ) : (
                <p className="muted span">No @timestamp: the time range does not apply here.</p>
            )}
            <p className="muted took">{formatNumber(result.tookMs)} ms</p>
            {hasTime(fields) && (
                <select
                    aria-label="Width of a bar"
                    value={view.interval}
                    onChange={(e) => actions.update({ interval: e.target.value })}
                >
                    <option value="auto">
                        {view.interval === "auto" ? `Auto: per ${intervalLabel(used)}` : "Auto"}
                    </option>
                    {INTERVALS.map(({ name }) => (
                        <option key={name} value={name}>
                            Per {intervalLabel(name)}
                            {name === view.interval && name !== used
                                ? ` (too many: per ${intervalLabel(used)})`
                                : ""}
                        </option>
                    ))}
                </select>
            )}
        </div>
    );
}
