// field_values.tsx -- the commonest values of a field among the documents now searched, each with
// its share and two buttons that make a pill of it.
import { type SearchResult, topValues } from "../api/search";
import type { CountedValue } from "../model/completion";
import { sampleValues } from "../model/document";
import type { Field } from "../model/field";
import { formatNumber, formatShare } from "../model/format";
import { TOP_VALUES } from "../model/query";
import type { Actions } from "../state/use_actions";
import { useAsync } from "../state/use_async";
import { Icon } from "./icon";

interface Props {
    field: Field;
    result: SearchResult;
    actions: Actions;
}

export function FieldValues(props: Props) {
    return (
        <div className="field-values">
            {props.field.exact ? <CountedValues {...props} /> : <SampledValues {...props} />}
            <button
                type="button"
                className="link small"
                onClick={() => props.actions.filterExists(props.field.name)}
            >
                Only documents with this field
            </button>
        </div>
    );
}

function CountedValues({ field, result, actions }: Props) {
    const { view, context, askedAtMs } = result;
    const key = `${askedAtMs} ${field.name} ${field.exact}`;
    const asked = useAsync(key, (signal) => topValues(view, context, field, TOP_VALUES, signal));
    if (asked.error) return <p className="danger small">{asked.error.message}</p>;
    if (!asked.value) return <p className="muted small">Counting…</p>;
    const { total, present, values, range } = asked.value;
    return (
        <>
            <p className="muted small">
                In {formatShare(present, total)} of {formatNumber(total)} documents
                {range &&
                    `; from ${formatNumber(range.min)} to ${formatNumber(range.max)}, ` +
                        `${formatNumber(range.avg)} on average`}
            </p>
            <ValueBars field={field} values={values} total={total} actions={actions} />
        </>
    );
}

// A text without an exact twin cannot be counted by the server: the rows at hand must do.
function SampledValues({ field, result, actions }: Props) {
    const { rows } = result;
    const values = sampleValues(rows, field.name, TOP_VALUES);
    return (
        <>
            <p className="muted small">In the {formatNumber(rows.length)} rows loaded</p>
            <ValueBars field={field} values={values} total={rows.length} actions={actions} />
        </>
    );
}

interface BarsProps {
    field: Field;
    values: CountedValue[];
    total: number;
    actions: Actions;
}

function ValueBars({ field, values, total, actions }: BarsProps) {
    if (values.length === 0) return <p className="muted small">No value here.</p>;
    return (
        <ul className="value-bars">
            {values.map(({ value, count }) => (
                <li key={`${typeof value} ${value}`}>
                    <div className="value-text" title={`${value}: ${formatNumber(count)}`}>
                        <span className="mono">{String(value) || '""'}</span>
                        <span className="muted">{formatShare(count, total)}</span>
                    </div>
                    <div className="value-bar">
                        <div style={{ width: `${Math.min(100, (100 * count) / (total || 1))}%` }} />
                    </div>
                    <div className="value-actions">
                        <button
                            type="button"
                            className="bare"
                            aria-label={`Include ${field.name} ${value}`}
                            title="Only these"
                            onClick={() => actions.filterValue(field.name, value, false)}
                        >
                            <Icon name="add" />
                        </button>
                        <button
                            type="button"
                            className="bare"
                            aria-label={`Exclude ${field.name} ${value}`}
                            title="Without these"
                            onClick={() => actions.filterValue(field.name, value, true)}
                        >
                            <Icon name="remove" />
                        </button>
                    </div>
                </li>
            ))}
        </ul>
    );
}
