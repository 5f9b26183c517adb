// filter_bar.tsx -- the pills: each can be turned round, switched off and removed.
import { type Filter, filterLabel } from "../model/filter";
import type { Actions } from "../state/use_actions";
import { Icon } from "./icon";

interface Props {
    filters: Filter[];
    actions: Actions;
}

export function FilterBar({ filters, actions }: Props) {
    if (filters.length === 0) return null;
    const change = (at: number, patch: Partial<Filter>) =>
        actions.setFilters((all) => all.map((f, i) => (i === at ? { ...f, ...patch } : f)));
    return (
        <ul className="filter-bar" aria-label="Filters">
            {filters.map((filter, at) => (
                <Pill
                    key={`${filter.kind} ${filter.field} ${typeof filter.value} ${filter.value}`}
                    filter={filter}
                    negate={() => change(at, { negated: !filter.negated })}
                    disable={() => change(at, { disabled: !filter.disabled })}
                    remove={() => actions.setFilters((all) => all.filter((_, i) => i !== at))}
                />
            ))}
            {filters.length > 1 && (
                <li>
                    <button
                        type="button"
                        className="link"
                        onClick={() => actions.setFilters(() => [])}
                    >
                        Remove all
                    </button>
                </li>
            )}
        </ul>
    );
}

interface PillProps {
    filter: Filter;
    negate: () => void;
    disable: () => void;
    remove: () => void;
}

function Pill({ filter, negate, disable, remove }: PillProps) {
    const label = filterLabel(filter);
    const word = filter.negated ? "NOT" : "IS";
    const value = filter.kind === "exists" ? "exists" : String(filter.value) || '""';
    const state = (filter.negated ? " negated" : "") + (filter.disabled ? " disabled" : "");
    return (
        <li className={`pill${state}`}>
            <button
                type="button"
                aria-pressed={filter.negated}
                aria-label={`${word}: negate the filter ${label}`}
                title={filter.negated ? "Include instead" : "Exclude instead"}
                onClick={negate}
            >
                {word}
            </button>
            <button
                type="button"
                className="pill-text"
                aria-pressed={!filter.disabled}
                aria-label={`${filter.field}: ${value} (switch ${filter.disabled ? "on" : "off"})`}
                title={`${label} (press to switch ${filter.disabled ? "on" : "off"})`}
                onClick={disable}
            >
                <span className="pill-field">{filter.field}:</span>
                <span>{value}</span>
            </button>
            <button type="button" aria-label={`Remove the filter ${label}`} onClick={remove}>
                <Icon name="close" />
            </button>
        </li>
    );
}
